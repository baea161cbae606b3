"""A sweep as rows: by time, with what is on a front and what dominates the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tryonbench.efficiency.schema import NOISE, BenchReport, Row
from tryonbench.errors import listed
from tryonbench.results.cells import MISSING, amount, metric_style
from tryonbench.results.schema import MetricValue
from tryonbench.sweep.schema import LeftOut, Sweep, Variant
from tryonbench.variants import changes_text

FRONT = "*"
"""Marks a value on its metric's front, and the name of a variant that nothing dominates."""


@dataclass(frozen=True)
class Line:
    """One variant's cells, under `headings`."""

    variant: Variant
    cells: tuple[str, ...]


def title(sweep: Sweep) -> str:
    """What was swept, and on what it was scored."""
    of = ", ".join(dict.fromkeys(one.base for one in sweep.variants))
    if sweep.protocol is None:
        return of
    return f"{of}  {sweep.protocol}  n = {sweep.n}  fingerprint {sweep.fingerprint}"


def conditions(report: BenchReport) -> str:
    """Where times were measured, and at which batch."""
    points = [row.points[0] for row in report.rows if row.points and row.points[0].runs]
    if not points:
        return "nothing was measured"
    first = points[0].runs[0]
    threads = f", {first.threads} threads" if report.rows[0].device == "cpu" else ""
    batches = sorted({point.batch for point in points})
    return f"{first.device}{threads}; time of an image at batch {', '.join(map(str, batches))}"


def headings(sweep: Sweep) -> tuple[str, ...]:
    metrics = (_heading(sweep, key) for key in sweep.metrics)
    return ("variant", "ms/image", "images/s", "GFLOPs", *metrics, "dominated by")


def _heading(sweep: Sweep, key: str) -> str:
    """The label with the way that is better."""
    found = [one.metrics[key] for one in sweep.variants if key in one.metrics]
    arrow = ("↑" if found[0].higher_is_better else "↓") if found else ""
    return f"{metric_style(key).label} {arrow}".rstrip()


def lines(report: BenchReport, sweep: Sweep) -> list[Line]:
    """The fastest first; those without a time last."""
    pairs = list(zip(sweep.variants, report.rows, strict=True))
    pairs.sort(key=lambda pair: (pair[0].ms_per_image is None, pair[0].ms_per_image or 0.0))
    return [Line(one, tuple(_cells(one, row, sweep))) for one, row in pairs]


def _cells(one: Variant, row: Row, sweep: Sweep) -> list[str]:
    values = [_value(one, key) for key in sweep.metrics]
    over = [v for v in sweep.variants if v.label == one.dominated_by]
    by = shown(over[0], sweep) if over else ""
    name = f"{FRONT}{shown(one, sweep)}" if one.best else shown(one, sweep)
    return [name, _time(one, row), _rate(row), _flops(row), *values, by]


def shown(one: Variant, sweep: Sweep) -> str:
    """The name; its changes alone where all variants are of one base."""
    alone = len({other.base for other in sweep.variants}) == 1
    return changes_text(one.changes) if alone else one.label


def _time(one: Variant, row: Row) -> str:
    """With the difference between the processes where it is large."""
    if one.ms_per_image is None:
        return MISSING
    noise = row.points[0].noise
    text = amount(one.ms_per_image)
    return text if noise is None or noise <= NOISE else f"{text} ({noise * 100:.0f} % apart)"


def _rate(row: Row) -> str:
    """At the best batch."""
    best = [point.images_per_second for point in row.points if point.batch == row.best_batch]
    return amount(best[0]) if best else MISSING


def _flops(row: Row) -> str:
    """Of an image."""
    found = [run.flops.total for point in row.points for run in point.runs if run.flops]
    return amount(found[0] / 1e9) if found and found[0] is not None else MISSING


def _value(one: Variant, key: str) -> str:
    """With its interval, and a mark if it is on the front."""
    value = one.metrics.get(key)
    if value is None or value.value is None:
        return MISSING
    mark = FRONT if key in one.fronts else ""
    return f"{mark}{metric_style(key).text(value.value)}{_interval(key, value)}"


def _interval(key: str, value: MetricValue) -> str:
    ends = [metric_style(key).text(end) for end in (value.low, value.high) if end is not None]
    return f" [{', '.join(ends)}]" if len(ends) == 2 else ""


def remarks(report: BenchReport, sweep: Sweep) -> list[str]:
    """What the marks mean, and what is wrong or missing, each reason once."""
    told = [
        f"{FRONT} at a value: none as fast is better, none faster is as good; {FRONT} at a name: "
        "none is as fast and in all these metrics as good. Values are compared, not intervals: "
        "whether two differ, ask tryonbench compare"
    ]
    problems = [f"{row.target.label}: {row.problem}" for row in report.rows if row.problem]
    failed = [f"{one.label}: {one.failed}" for one in sweep.variants if one.failed]
    shown = told if _any_scored(sweep) else []
    return [*shown, *problems, *failed, *_reasons(sweep), *_copied(sweep)]


def left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """The combinations that cannot be, by reason."""
    found: dict[str, list[str]] = {}
    for one in left_out:
        found.setdefault(one.reason, []).append(one.label)
    return [f"left out: {listed(names)}: {reason}" for reason, names in found.items()]


def _any_scored(sweep: Sweep) -> bool:
    return any(one.best for one in sweep.variants)


def _reasons(sweep: Sweep) -> list[str]:
    """Why there are no metrics, or one of them has no value; and notes on values."""
    found: dict[str, list[str]] = {}
    for one in sweep.variants:
        own = [(one.unscored or "", "no metrics")]
        for key, value in one.metrics.items():
            own.append((value.missing or value.note or "", metric_style(key).label))
        for reason, what in own:
            if reason:
                found.setdefault(f"{what}: {reason}", []).append(shown(one, sweep))
    every = len(sweep.variants)
    return [
        reason if len(names) == every else f"{', '.join(names)}: {reason}"
        for reason, names in found.items()
    ]


def _copied(sweep: Sweep) -> Sequence[str]:
    """Compiling and the batch leave the pictures as they are, up to rounding."""
    swept = [axis for axis in ("compile", "batch") if axis in sweep.axes]
    if not swept or not _any_scored(sweep):
        return []
    return [f"pictures were made without {' and '.join(swept)}: they differ by rounding alone"]

"""A benchmark as tables on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tryonbench.cli.show import console
from tryonbench.efficiency.schema import (
    NOISE,
    BenchReport,
    Measurement,
    Point,
    Row,
    Samples,
    spread,
)
from tryonbench.results.cells import MISSING, amount, count

Cells = list[str]


def print_report(report: BenchReport) -> None:
    """Time, throughput by batch, cost; below them what stands against the numbers."""
    screen = console()
    measured = [row for row in report.rows if any(point.runs for point in row.points)]
    if measured:
        _say(screen, f"\n{_conditions(measured[0])}")
        for table in (_times(measured), _throughputs(measured), _costs(measured)):
            screen.print(table)
    for line in _remarks(report.rows, measured):
        _say(screen, line)


def _say(screen: Console, text: str) -> None:
    screen.print(text, markup=False, highlight=False, soft_wrap=True)


def _conditions(row: Row) -> str:
    first = row.points[0].runs[0]
    threads = "" if row.device == "cuda" else f", {first.threads} threads"
    compiled = ", compiled" if row.compile else ""
    return f"{first.device}{threads}, {row.precision}{compiled}"


def _table(title: str, headings: Sequence[str], rows: Sequence[Cells]) -> Table:
    """The first column is the name; the others are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(headings[0], no_wrap=False)
    for heading in headings[1:]:
        table.add_column(Text(heading), justify="right")
    for cells in rows:
        table.add_row(*map(Text, cells))
    return table


def _times(rows: Sequence[Row]) -> Table:
    headings = ("method", "size", "batch", "p50", "p90", "p99", "mean", "std", "n")
    more = ("first image [s]", "load", "save")
    cells = [[*_name(row), *_time(row.points[0])] for row in rows]
    return _table(
        "Milliseconds of a call; loading and saving of an image", (*headings, *more), cells
    )


def _name(row: Row) -> Cells:
    return [row.target.label, "x".join(map(str, row.target.size))]


def _time(point: Point) -> Cells:
    calls, files = point.calls, point.runs[0].files
    summed = [amount(value) for value in (calls.p90, calls.p99, calls.mean, calls.std)]
    loading, saving = (files.loading, files.saving) if files else (None, None)
    starts = [run.startup.total for run in point.runs]
    return [
        str(point.batch),
        _noisy(amount(calls.p50), point.noise),
        *summed,
        str(len(calls.values)),
        _noisy(amount(sum(starts) / len(starts)), spread(starts)),
        _median(loading),
        _median(saving),
    ]


def _noisy(text: str, noise: float | None) -> str:
    """With the difference between the processes if it is large.

    >>> _noisy("12.3", 0.02), _noisy("12.3", 0.081)
    ('12.3', '12.3 (8 % apart)')
    """
    return text if noise is None or noise <= NOISE else f"{text} ({noise * 100:.0f} % apart)"


def _median(samples: Samples | None) -> str:
    return MISSING if samples is None else amount(samples.p50)


def _throughputs(rows: Sequence[Row]) -> Table:
    batches = sorted({point.batch for row in rows for point in row.points})
    headings = ("method", *map(str, batches), "best batch")
    cells = [_throughput(row, batches) for row in rows]
    return _table("Images/s by batch", headings, cells)


def _throughput(row: Row, batches: Sequence[int]) -> Cells:
    points = {point.batch: point for point in row.points}
    shown = [_rate(points[batch]) if batch in points else "" for batch in batches]
    return [row.target.label, *shown, str(row.best_batch or MISSING)]


def _rate(point: Point) -> str:
    if point.out_of_memory:
        return "out of memory"
    if point.failed:
        return "failed"
    return _noisy(amount(point.images_per_second), point.noise)


def _costs(rows: Sequence[Row]) -> Table:
    """Only columns that somebody has a value for."""
    columns = [
        (heading, cells)
        for heading, of in COST_COLUMNS.items()
        if set(cells := [of(row) for row in rows]) != {MISSING}
    ]
    by_row = [[row.target.label, *(cells[n] for _, cells in columns)] for n, row in enumerate(rows)]
    headings = ("method", *(heading for heading, _ in columns))
    return _table("Cost; memory at the first batch and at the best", headings, by_row)


def _first(row: Row) -> Measurement:
    return row.points[0].runs[0]


def _at_best(row: Row) -> Measurement:
    best = [point for point in row.points if point.batch == row.best_batch]
    return best[0].runs[0] if best else _first(row)


def _peak(of: Callable[[Measurement], float | None]) -> Callable[[Row], str]:
    """`first / best` in megabytes."""

    def cell(row: Row) -> str:
        found = (of(_first(row)), of(_at_best(row)))
        if None in found:
            return MISSING
        return " / ".join(f"{value:,.0f}" for value in found if value is not None)

    return cell


def _flops(row: Row) -> str:
    flops = _first(row).flops
    return MISSING if flops is None or flops.total is None else amount(flops.total / 1e9)


def _energy(row: Row) -> str:
    joules = _at_best(row).energy.joules_per_image
    return MISSING if joules is None else amount(joules)


COST_COLUMNS: dict[str, Callable[[Row], str]] = {
    "Resident [MB]": _peak(lambda run: run.memory.rss_mb),
    "before [MB]": lambda row: amount(_first(row).memory.start_mb or 0),
    "CUDA allocated [MB]": _peak(lambda run: run.memory.allocated_mb),
    "CUDA reserved [MB]": _peak(lambda run: run.memory.reserved_mb),
    "On the GPU [MB]": _peak(lambda run: run.memory.process_mb),
    "Parameters": lambda row: count(sum(_first(row).parameters.values())),
    "GFLOPs/image": _flops,
    "On disk [MB]": lambda row: amount(_first(row).disk_mb),
    "J/image at best": _energy,
}


def _remarks(rows: Sequence[Row], measured: Sequence[Row]) -> list[str]:
    """Problems, ends of memory, and what is missing, each reason once."""
    problems = [f"{row.target.label}: {row.problem}" for row in rows if row.problem]
    ends = [f"{row.target.label}: {row.ended}" for row in rows if row.ended and not row.problem]
    return [*problems, *ends, *_missing(measured), *_uncounted(measured)]


def _missing(rows: Sequence[Row]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        run = _first(row)
        said = {
            "energy": run.energy.missing,
            "memory on the GPU": run.memory.process_missing,
            "FLOPs": run.flops.missing if run.flops else None,
            "loading": run.files.missing if run.files else None,
        }
        for what, reason in said.items():
            if reason:
                reasons.setdefault(f"{what}: {reason}", []).append(row.target.label)
    every = len(rows)
    return [
        reason if len(names) == every else f"{', '.join(names)}: {reason}"
        for reason, names in reasons.items()
    ]


def _uncounted(rows: Sequence[Row]) -> list[str]:
    """The operations without a formula, of all methods together."""
    kinds = {kind for row in rows if (flops := _first(row).flops) for kind in flops.uncounted}
    if not kinds:
        return []
    return [f"FLOPs leave out (calls of each in the file): {', '.join(sorted(kinds))}"]

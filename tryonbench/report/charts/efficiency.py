"""Cost as `tryonbench bench` measured it: latency percentiles, throughput, memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tryonbench.efficiency.schema import Point
from tryonbench.report.charts.base import DASHES, Figure, digits, layout, log_axis, plain
from tryonbench.report.colours import Look
from tryonbench.report.efficiency import Bench


def latencies(benches: Sequence[Bench], looks: Mapping[str, Look]) -> Figure | None:
    """Of each method at its smallest batch: the median, and as bars p90 and p99."""
    rows = [(bench, bench.points[0]) for bench in benches]
    if not rows:
        return None
    highest = [point.calls.p99 for _, point in rows]
    lowest = [point.calls.p50 for _, point in rows]
    return {
        "data": [_percentiles(bench, point, looks[bench.name]) for bench, point in rows],
        "layout": layout(
            110 + 36 * len(rows),
            showlegend=False,
            xaxis={"title": {"text": "ms a call, log scale"}, **log_axis([*lowest, *highest])},
            yaxis={"automargin": True, "type": "category", "autorange": "reversed"},
        ),
    }


def _percentiles(bench: Bench, point: Point, look: Look) -> Figure:
    """A mark at the median, ticks at p90 and p99."""
    label = plain(f"{bench.title}, batch {point.batch}")
    calls = point.calls
    text = f"{label}<br>p50 {calls.p50:.4g}, p90 {calls.p90:.4g}, p99 {calls.p99:.4g} ms"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [digits(calls.p50), digits(calls.p90), digits(calls.p99)],
        "y": [label] * 3,
        "hoverinfo": "text",
        "hovertext": [text] * 3,
        "line": {"color": look.colour, "width": 1.5},
        "marker": {
            "color": look.colour,
            "symbol": [look.symbol, "line-ns-open", "line-ns-open"],
            "size": [9, 9, 12],
        },
    }


def throughputs(benches: Sequence[Bench], looks: Mapping[str, Look]) -> Figure | None:
    """Images a second against the batch size."""
    lines = [(b, [(p.batch, p.images_per_second) for p in b.points]) for b in benches]
    return _lines(lines, looks, "batch size", "images/s, log scale", log=True)


def memories(benches: Sequence[Bench], looks: Mapping[str, Look]) -> Figure | None:
    """Peak memory against the size of a picture at the smallest batch, where a method was measured
    at several sizes; else against the batch size."""
    sizes = {bench.row.target.size for bench in benches}
    if len(sizes) < 2:
        by_batch = [(b, [(p.batch, _megabytes(p)) for p in b.points]) for b in benches]
        return _lines(by_batch, looks, "batch size", "peak memory [MB]", log=False)
    grouped: dict[tuple[str, str, str], list[Bench]] = {}
    for bench in benches:
        row = bench.row
        grouped.setdefault((bench.name, row.device, row.precision), []).append(bench)
    by_size = [
        (group[0], [(_megapixels(b), _megabytes(b.points[0])) for b in group])
        for group in grouped.values()
    ]
    return _lines(by_size, looks, "megapixels, smallest batch", "peak memory [MB]", log=False)


def _megapixels(bench: Bench) -> float:
    height, width = bench.row.target.size
    return height * width / 1e6


def _megabytes(point: Point) -> float:
    """The highest of all processes: torch's tensors on CUDA, else resident."""
    return max(
        m.memory.rss_mb if m.memory.allocated_mb is None else m.memory.allocated_mb
        for m in point.runs
    )


def _lines(
    lines: Sequence[tuple[Bench, Sequence[tuple[float, float]]]],
    looks: Mapping[str, Look],
    across: str,
    up: str,
    log: bool,
) -> Figure | None:
    """A line for each benchmark that has points."""
    shown = [(bench, sorted(points)) for bench, points in lines if points]
    if not shown:
        return None
    xs = [x for _, points in shown for x, _ in points]
    ys = [y for _, points in shown for _, y in points]
    upwards = log_axis(ys) if log else {"rangemode": "tozero"}
    ticks = {"tickvals": sorted(set(xs)), "ticktext": [f"{x:g}" for x in sorted(set(xs))]}
    before: Counter[str] = Counter()
    traces = []
    for bench, points in shown:
        traces.append(_line(bench, points, looks[bench.name], before[bench.name]))
        before[bench.name] += 1
    return {
        "data": traces,
        "layout": layout(
            340,
            xaxis={"title": {"text": across}, "type": "log", **ticks},
            yaxis={"title": {"text": up}, **upwards},
        ),
    }


def _line(bench: Bench, points: Sequence[tuple[float, float]], look: Look, index: int) -> Figure:
    """A benchmark's line, the `index`-th of its method: their dashes differ."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plain(bench.title),
        "x": [digits(x) for x, _ in points],
        "y": [digits(y) for _, y in points],
        "hovertemplate": "%{x:g}: %{y:.4g}<extra>" + plain(bench.title) + "</extra>",
        "line": {"color": look.colour, "width": 2, "dash": DASHES[index % len(DASHES)]},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 8},
    }

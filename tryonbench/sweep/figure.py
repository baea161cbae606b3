"""Quality against time as Plotly's data and layout, a figure for each metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from tryonbench.results.cells import amount, metric_style
from tryonbench.results.schema import MetricValue
from tryonbench.sweep.schema import Sweep, Variant
from tryonbench.sweep.table import shown

Figure = dict[str, Any]
COLOURS = ("#1f6fb4", "#c4501b", "#2c8a57", "#8a4fa8", "#a8861a", "#4a4a4a")
"""One a line, in turns; all are told apart on white and on black."""
FADED, STRONG = 7, 12
"""Pixels of a mark off the front and on it."""


def figures(sweep: Sweep) -> dict[str, Figure]:
    """By the metric's label; none of a metric that no variant with a time has."""
    found = {key: _figure(sweep, key, _points(sweep, key)) for key in sweep.metrics}
    return {metric_style(key).label: figure for key, figure in found.items() if figure}


def _points(sweep: Sweep, key: str) -> list[Variant]:
    """The variants with a time and a value, the fastest first."""
    known = [one for one in sweep.variants if key in one.metrics and one.ms_per_image is not None]
    return sorted(
        (one for one in known if one.metrics[key].value is not None),
        key=lambda one: one.ms_per_image or 0.0,
    )


def _figure(sweep: Sweep, key: str, points: Sequence[Variant]) -> Figure | None:
    if not points:
        return None
    style, value = metric_style(key), points[0].metrics[key]
    better = "higher is better" if value.higher_is_better else "lower is better"
    groups = _groups(sweep, points)
    lines = [
        _line(sweep, key, name, group, COLOURS[n % len(COLOURS)])
        for n, (name, group) in enumerate(groups.items())
    ]
    return {
        "data": [_front(key, points), *lines],
        "layout": {
            "height": 460,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "margin": {"l": 64, "r": 24, "t": 16, "b": 56},
            "xaxis": {"type": "log", "dtick": "D2", "title": {"text": "ms an image, log scale"}},
            "yaxis": {"title": {"text": f"{escape(style.label)} ({better})"}, "automargin": True},
        },
    }


def _groups(sweep: Sweep, points: Sequence[Variant]) -> dict[str, list[Variant]]:
    """The points by base and by what differs beside the last axis, along which they are joined."""
    last, alone = sweep.axes[-1], len({one.base for one in points}) == 1
    found: dict[str, list[Variant]] = {}
    for one in points:
        kept: Mapping[str, Any] = {k: v for k, v in one.changes.items() if k != last}
        words = [*([] if alone else [one.base]), *(f"{k}={v}" for k, v in sorted(kept.items()))]
        found.setdefault(" ".join(words) or one.base, []).append(one)
    return found


def _line(sweep: Sweep, key: str, name: str, group: Sequence[Variant], colour: str) -> Figure:
    """A group's points with their intervals, those on the front larger."""
    style = metric_style(key)
    values = [one.metrics[key] for one in group]
    centres = [(value.value or 0.0) * style.scale for value in values]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": escape(name),
        "x": [one.ms_per_image for one in group],
        "y": centres,
        "hovertext": [_told(sweep, key, one) for one in group],
        "hoverinfo": "text",
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "marker": {"color": colour, "size": [STRONG if key in g.fronts else FADED for g in group]},
        "error_y": {
            "type": "data",
            "color": colour,
            "thickness": 1,
            "width": 3,
            "array": [_arm(value, value.high, style.scale) for value in values],
            "arrayminus": [_arm(value, value.low, style.scale) for value in values],
        },
    }


def _arm(value: MetricValue, end: float | None, scale: float) -> float:
    """Length of an interval's arm."""
    return abs(end - (value.value or 0.0)) * scale if end is not None else 0.0


def _told(sweep: Sweep, key: str, one: Variant) -> str:
    value = metric_style(key).text(one.metrics[key].value or 0.0)
    return f"{escape(shown(one, sweep))}<br>{amount(one.ms_per_image or 0.0)} ms<br>{value}"


def _front(key: str, points: Sequence[Variant]) -> Figure:
    """The front as steps: what is the best for the time that is there."""
    best = [one for one in points if key in one.fronts]
    scale = metric_style(key).scale
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Pareto front",
        "x": [one.ms_per_image for one in best],
        "y": [(one.metrics[key].value or 0.0) * scale for one in best],
        "hoverinfo": "skip",
        "line": {"color": "#888888", "width": 2, "shape": "hv"},
    }

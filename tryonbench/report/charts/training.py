"""Training curves: losses, their shares, validations, and the loss by noise level."""

from __future__ import annotations

from collections.abc import Sequence

from tryonbench.report.charts.base import DASHES, Figure, log_ticks, plain
from tryonbench.report.colours import SYMBOLS, Look
from tryonbench.report.training import Curve, Panel

FEW = 3
"""So many points or fewer are marked: a line through one point cannot be seen."""
COLOURS = ("#4477AA", "#EE6677", "#228833", "#AA3377", "#CCBB44", "#66CCEE")
"""Paul Tol's bright colours, that colour-blind people can tell apart. No method has them, so that
no loss is taken for a method."""
HEIGHT, ENTRY = 240, 19
"""Pixels of a panel, and of a line of its legend, whose entries are long."""


def training(panel: Panel, look: Look) -> Figure:
    """One phase of a method: each loss smoothed, over its faint raw values."""
    count, named = len(panel.curves), panel.kind.name != "validation"
    series = _series(count) if count > 1 else [look]
    dashes = [DASHES[i % len(DASHES)] for i in range(count)]
    lines = [_lines(*one) for one in zip(panel.curves, series, dashes, strict=True)]
    return {
        "data": [trace for pair in lines for trace in pair],
        "layout": {
            "height": HEIGHT + ENTRY * count * named,
            "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
            "showlegend": named,
            "legend": {"orientation": "v", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left",
                       "font": {"size": 11}},
            "xaxis": {"title": {"text": "images seen"}, "nticks": 5, "rangemode": "tozero"},
            "yaxis": _share_axis() if panel.kind.name == "share" else _value_axis(panel.curves),
        },
    }  # fmt: skip


def _series(count: int) -> list[Look]:
    """A colour and a mark for each curve of a panel."""
    return [Look(COLOURS[i % len(COLOURS)], SYMBOLS[i % len(SYMBOLS)]) for i in range(count)]


def _lines(curve: Curve, look: Look, dash: str) -> tuple[Figure, Figure]:
    """The raw values and the smoothed line, with a mark here and there."""
    few = len(curve.images) <= FEW
    line = {"type": "scatter", "x": curve.images, "line": {"color": look.colour, "width": 1}}
    raw = {
        "mode": "lines+markers" if few else "lines",
        "y": curve.raw,
        "marker": {"color": look.colour},
        "opacity": 0.25,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    smooth = {
        "mode": "lines+markers",
        "y": curve.smooth,
        "name": plain(curve.label),
        "line": {"color": look.colour, "width": 2, "dash": dash},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 7, "maxdisplayed": 6},
    }
    return line | raw, line | smooth


def _share_axis() -> Figure:
    """For shares of a sum."""
    return {"range": [0, 1], "tickformat": ".0%", "nticks": 5}


def _value_axis(curves: Sequence[Curve]) -> Figure:
    """Logarithmic where all values are positive and differ more than twentyfold."""
    values = [value for curve in curves for value in curve.smooth]
    wide = min(values) > 0 and max(values) > 20 * min(values)
    if not wide:
        return {"nticks": 5}
    return {"type": "log"} | log_ticks(min(values), max(values))

"""Training curves: losses, their shares, validations, and the loss by noise level."""

from __future__ import annotations

from tryonbench.report.charts.base import Figure, log_ticks, plain
from tryonbench.report.colours import DASHES, Look
from tryonbench.report.training import Curve, Panel

FEW = 3
"""So many points or fewer are marked: a line through one point cannot be seen."""


def training(panel: Panel, look: Look) -> Figure:
    """A panel, drawn as its kind is."""
    return _shares(panel, look) if panel.kind.name == "share" else _curves(panel, look)


def _curves(panel: Panel, look: Look) -> Figure:
    """One phase of a method: each loss smoothed, over its faint raw values."""
    dashed = [(curve, DASHES[i % len(DASHES)]) for i, curve in enumerate(panel.curves)]
    return {
        "data": [line for curve, dash in dashed for line in _lines(curve, look.colour, dash)],
        "layout": {
            "height": 240,
            "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
            "showlegend": len(panel.curves) > 1,
            "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
            "xaxis": {"title": {"text": "images seen"}, "nticks": 5, "rangemode": "tozero"},
            "yaxis": _value_axis(panel),
        },
    }


def _shares(panel: Panel, look: Look) -> Figure:
    """Each loss's share of the gradient or of the sum, as it was logged."""
    figure = _curves(panel, look)
    figure["layout"]["yaxis"] = {"range": [0, 1], "tickformat": ".0%", "nticks": 5}
    return figure


def _lines(curve: Curve, colour: str, dash: str) -> list[Figure]:
    """The raw values and the smoothed line."""
    mode = "lines" if len(curve.images) > FEW else "lines+markers"
    line = {"type": "scatter", "mode": mode, "x": curve.images}
    faint = {"color": colour, "width": 1}
    strong = {"color": colour, "width": 2, "dash": dash}
    raw = {"y": curve.raw, "line": faint, "opacity": 0.25, "hoverinfo": "skip", "showlegend": False}
    smooth = {"y": curve.smooth, "line": strong, "name": plain(curve.name)}
    return [{**line, **raw}, {**line, **smooth}]


def _value_axis(panel: Panel) -> Figure:
    """Logarithmic where all values are positive and differ more than twentyfold."""
    values = [value for curve in panel.curves for value in curve.smooth]
    wide = min(values) > 0 and max(values) > 20 * min(values)
    if not wide:
        return {"nticks": 5}
    return {"type": "log"} | log_ticks(min(values), max(values))

"""The figures as Plotly's data and layout. The page adds the colours of text and grid itself,
which follow the reader's light or dark setting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from tryonbench.report.colours import DASHES, Look
from tryonbench.report.training import Curve, Panel
from tryonbench.results.cells import LATENCY, PARAMETERS, Column, metric_style
from tryonbench.results.tables import Row, Table

Figure = dict[str, Any]
FEW = 3
"""So many points or fewer are marked: a line through one point cannot be seen."""
GAP = "\u00a0\u00a0"
"""Two spaces that Plotly keeps, between a mark and its name."""
TRANSLUCENT = "80"
"""The last two digits of a colour #rrggbbaa."""


def plain(text: str) -> str:
    """Text that Plotly shows as it is: its labels understand tags."""
    return escape(text, quote=False)


def tradeoff(table: Table, looks: Mapping[str, Look]) -> Figure | None:
    """Quality against latency for each metric in turn, or None where no row has both."""
    rows = [row for row in table.rows if row.cells[LATENCY.key].value is not None]
    choices = [choice for column in table.quality if (choice := _choice(column, rows))]
    if not choices:
        return None
    return {
        "data": [_point(row, looks[row.name], rows) for row in rows],
        "choices": choices,
        "layout": {
            "height": 420,
            "showlegend": False,
            "margin": {"l": 64, "r": 24, "t": 16, "b": 56},
            "xaxis": {"title": {"text": "Latency at batch 1 [ms], log scale"}} | _decades(rows),
            "yaxis": {"title": {"text": ""}, "automargin": True},
        },
    }


def _decades(rows: Sequence[Row]) -> Figure:
    """A logarithmic axis with room for labels at both ends, over a factor of six at least."""
    logs = [math.log10(_latency(row)) for row in rows]
    spread = max(logs) - min(logs)
    room = max(0.15, 0.12 * spread, (math.log10(6) - spread) / 2)
    ends = [min(logs) - room, max(logs) + room]
    return {"type": "log", "range": ends} | _log_ticks(10 ** ends[0], 10 ** ends[1])


def _latency(row: Row) -> float:
    """Milliseconds, above zero so that a logarithmic axis can show them."""
    return max(row.cells[LATENCY.key].value or 0.0, 1e-3)


def _log_ticks(low: float, high: float) -> Figure:
    """1, 2, 5, 10 on a short logarithmic axis; powers of ten on a long one."""
    steps = (1, 2, 5) if high < 150 * low else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [step * 10.0**decade for decade in decades for step in steps]
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def _choice(column: Column, rows: Sequence[Row]) -> Figure | None:
    """A metric to choose: a value and an interval for each row, as the table shows them."""
    scale = metric_style(column.key).scale
    cells = [row.cells[column.key] for row in rows]
    if all(cell.value is None for cell in cells):
        return None
    better = {True: "higher is better", False: "lower is better", None: ""}[column.higher_is_better]
    return {
        "label": column.heading,
        "axis": f"{plain(column.label)} ({better})",
        "y": [[_scaled(cell.value, scale)] for cell in cells],
        "up": [[_difference(cell.high, cell.value, scale)] for cell in cells],
        "down": [[_difference(cell.value, cell.low, scale)] for cell in cells],
    }


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _difference(high: float | None, low: float | None, scale: float) -> float | None:
    return None if high is None or low is None else (high - low) * scale


def _point(row: Row, look: Look, rows: Sequence[Row]) -> Figure:
    """One method. The name stands beside the point, so that no legend is needed; the mark is
    translucent, so that the interval shows through it."""
    name = plain(row.shown)
    latency, parameters = row.cells[LATENCY.key], row.cells[PARAMETERS.key]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [_latency(row)],
        "text": [f"{GAP}{name}{GAP}"],
        "textposition": f"middle {_side(row, rows)}",
        "cliponaxis": False,
        "hovertext": [f"{name}<br>{latency.text} ms<br>parameters: {parameters.text}"],
        "hoverinfo": "text+y",
        "marker": {
            "color": look.colour + TRANSLUCENT,
            "line": {"color": look.colour, "width": 1.5},
            "symbol": look.symbol,
            "size": _bubble(row, rows),
        },
        "error_y": {"type": "data", "color": look.colour, "thickness": 1.2, "width": 4},
    }


def _side(row: Row, rows: Sequence[Row]) -> str:
    """The side of the name: right, but left in the last third of the axis."""
    logs = [math.log10(_latency(other)) for other in rows]
    last_third = min(logs) + 2 / 3 * (max(logs) - min(logs))
    return "left" if math.log10(_latency(row)) > last_third else "right"


def _bubble(row: Row, rows: Sequence[Row]) -> float:
    """The marker's diameter in pixels; its area grows with the number of parameters."""
    most = max(other.cells[PARAMETERS.key].value or 0.0 for other in rows)
    share = (row.cells[PARAMETERS.key].value or 0.0) / most if most else 0.0
    return round(9 + 23 * math.sqrt(share), 1)


def training(panel: Panel, look: Look) -> Figure:
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
            "yaxis": _loss_axis(panel),
        },
    }


def _lines(curve: Curve, colour: str, dash: str) -> list[Figure]:
    """The raw values and the smoothed line."""
    mode = "lines" if len(curve.images) > FEW else "lines+markers"
    line = {"type": "scatter", "mode": mode, "x": curve.images}
    faint = {"color": colour, "width": 1}
    strong = {"color": colour, "width": 2, "dash": dash}
    raw = {"y": curve.raw, "line": faint, "opacity": 0.25, "hoverinfo": "skip", "showlegend": False}
    smooth = {"y": curve.smooth, "line": strong, "name": plain(curve.name)}
    return [{**line, **raw}, {**line, **smooth}]


def _loss_axis(panel: Panel) -> Figure:
    """Logarithmic where all losses are positive and differ more than twentyfold."""
    values = [value for curve in panel.curves for value in curve.smooth]
    wide = min(values) > 0 and max(values) > 20 * min(values)
    if not wide:
        return {"nticks": 5}
    return {"type": "log"} | _log_ticks(min(values), max(values))

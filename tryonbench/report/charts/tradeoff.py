"""Quality against cost: a mark a method, and the Pareto front of the best bargains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tryonbench.report.charts.base import (
    TRANSLUCENT,
    Figure,
    axis_title,
    log_axis,
    plain,
    select,
)
from tryonbench.report.charts.crowding import Named, crowded
from tryonbench.report.colours import Look
from tryonbench.results.cells import LATENCY, MEMORY, PARAMETERS, THROUGHPUT, Column, metric_style
from tryonbench.results.tables import Row, Table

GAP = "\u00a0\u00a0"
"""Two spaces that Plotly keeps, between a mark and its name."""
COSTS = (LATENCY, MEMORY, THROUGHPUT)
AXES = {
    LATENCY: "Latency at batch 1 [ms], log scale",
    MEMORY: "Peak memory [MB], log scale",
    THROUGHPUT: "Images/s, log scale",
}
LEAST = 1e-3
"""A cost that is shown where it is 0, so that a logarithmic axis has a place for it."""
REACH = 10.0
"""How many times beyond the methods' costs the axis goes. A floor row that costs next to nothing
would else press them together; it stands at the end, and its mark's text has its cost."""


def tradeoff(table: Table, looks: Mapping[str, Look]) -> Figure | None:
    """Each metric against each cost, or None where no row has both."""
    rows = [row for row in table.rows if any(_known(row, cost) for cost in COSTS)]
    costs = [cost for cost in COSTS if any(_known(row, cost) for row in rows)]
    metrics = [column for column in table.quality if any(_known(row, column) for row in rows)]
    if not costs or not metrics:
        return None
    return {
        "data": [_front_style(), *(_point(row, looks[row.name], rows) for row in rows)],
        "selects": [
            select("Metric", [column.heading for column in metrics]),
            select("Cost", [cost.label for cost in costs]),
        ],
        "variants": [_variant(column, cost, rows) for column in metrics for cost in costs],
        "layout": {
            "height": 440,
            "showlegend": False,
            "legend": {
                "orientation": "h",
                "y": 1.02,
                "yanchor": "bottom",
                "x": 0,
                "itemsizing": "constant",
            },
            "margin": {"l": 64, "r": 24, "t": 16, "b": 56},
            "yaxis": {"automargin": True},
        },
    }


def _known(row: Row, column: Column) -> bool:
    return row.cells[column.key].value is not None


def _variant(column: Column, cost: Column, rows: Sequence[Row]) -> Figure:
    """Where the marks are for one metric and one cost."""
    there = [row for row in rows if _known(row, column) and _known(row, cost)]
    scale = metric_style(column.key).scale
    legend = crowded(_named(there, column, cost))
    shown = {"mode": "markers", "showlegend": True} if legend else {}
    points = [_place(row, column, cost, scale, there) | shown for row in rows]
    xs = [_cost(row, cost, there) for row in there]
    return {
        "data": [_front(there, column, cost, scale), *points],
        "layout": {
            "showlegend": legend,
            "xaxis": {"title": {"text": AXES[cost]}, **(log_axis(xs) if xs else {})},
            "yaxis": {"title": {"text": axis_title(column)}},
        },
    }


def _named(rows: Sequence[Row], column: Column, cost: Column) -> list[Named]:
    """Where the marks lie between the ends of the axes."""
    if not rows:
        return []
    left, right = log_axis([_cost(row, cost, rows) for row in rows])["range"]
    cells = [row.cells[column.key] for row in rows]
    ends = [end for cell in cells for end in (cell.value, cell.low, cell.high) if end is not None]
    height = 1.1 * (max(ends) - min(ends)) or 1.0
    return [
        Named(
            (math.log10(_cost(row, cost, rows)) - left) / (right - left),
            ((cell.value or 0.0) - min(ends)) / height,
            row.shown,
            _side(row, cost, rows) == "left",
        )
        for row, cell in zip(rows, cells, strict=True)
    ]


def _place(row: Row, column: Column, cost: Column, scale: float, there: Sequence[Row]) -> Figure:
    """One mark with its interval; no values where it lacks one."""
    if row not in there:
        return {"x": [None], "y": [None], "error_y": {"visible": False}}
    cell, paid = row.cells[column.key], row.cells[cost.key]
    value, low, high = cell.value or 0.0, cell.low, cell.high
    bar: Figure = {"visible": low is not None and high is not None}
    if low is not None and high is not None:
        bar |= {"array": [(high - value) * scale], "arrayminus": [(value - low) * scale]}
    text = f"{plain(row.shown)}<br>{cell.text}<br>{cost.label}: {paid.text}"
    return {
        "x": [_cost(row, cost, there)],
        "y": [value * scale],
        "error_y": bar,
        "textposition": f"middle {_side(row, cost, there)}",
        "hovertext": [f"{text}<br>parameters: {row.cells[PARAMETERS.key].text}"],
    }


def _cost(row: Row, cost: Column, there: Sequence[Row]) -> float:
    """Where a cost is shown: floor rows stay within reach of what the methods cost."""
    own = [_least(other, cost) for other in there if other.contends]
    least, most = (min(own) / REACH, max(own) * REACH) if own else (LEAST, math.inf)
    return min(max(_least(row, cost), least), most)


def _least(row: Row, cost: Column) -> float:
    return max(row.cells[cost.key].value or 0.0, LEAST)


def _front_style() -> Figure:
    """The dotted line that the page draws in the colour of its text."""
    line = {"width": 1, "dash": "dot", "shape": "hv"}
    return {
        "type": "scatter",
        "mode": "lines",
        "showlegend": False,
        "hoverinfo": "skip",
        "line": line,
        "ink": True,
    }


def _front(there: Sequence[Row], column: Column, cost: Column, scale: float) -> Figure:
    """The steps of the front."""
    best = pareto([row for row in there if row.contends], column, cost)
    return {
        "x": [_cost(row, cost, there) for row in best],
        "y": [(row.cells[column.key].value or 0.0) * scale for row in best],
    }


def pareto(rows: Sequence[Row], column: Column, cost: Column) -> list[Row]:
    """The rows that no other one beats in both, from the cheapest to the best."""

    def paid(row: Row) -> float:
        sign = -1.0 if cost.higher_is_better else 1.0
        return sign * (row.cells[cost.key].value or 0.0)

    def lacking(row: Row) -> float:
        sign = -1.0 if column.higher_is_better else 1.0
        return sign * (row.cells[column.key].value or 0.0)

    front: list[Row] = []
    for row in sorted(rows, key=lambda row: (paid(row), lacking(row))):
        if not front or lacking(row) < lacking(front[-1]):
            front.append(row)
    return front


def _point(row: Row, look: Look, rows: Sequence[Row]) -> Figure:
    """One method. The name stands beside the point, so that no legend is needed unless marks are
    near each other; a full mark is translucent, so that the interval shows through it."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": plain(row.shown),
        "text": [f"{GAP}{plain(row.shown)}{GAP}"],
        "cliponaxis": False,
        "hoverinfo": "text",
        "marker": {
            "color": look.colour if look.hollow else look.colour + TRANSLUCENT,
            "line": {"color": look.colour, "width": 1.5},
            "symbol": look.symbol,
            "size": _bubble(row, rows),
        },
        "error_y": {"type": "data", "color": look.colour, "thickness": 1.2, "width": 4},
    }


def _side(row: Row, cost: Column, rows: Sequence[Row]) -> str:
    """The side of the name: right, but left in the last third of the axis."""
    logs = [math.log10(_cost(other, cost, rows)) for other in rows]
    last_third = min(logs) + 2 / 3 * (max(logs) - min(logs))
    return "left" if math.log10(_cost(row, cost, rows)) > last_third else "right"


def _bubble(row: Row, rows: Sequence[Row]) -> float:
    """The marker's diameter in pixels; its area grows with the number of parameters."""
    most = max(other.cells[PARAMETERS.key].value or 0.0 for other in rows)
    share = (row.cells[PARAMETERS.key].value or 0.0) / most if most else 0.0
    return round(9 + 23 * math.sqrt(share), 1)

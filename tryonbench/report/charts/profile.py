"""All metrics at once: a line a method, each metric between the worst and the best value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tryonbench.report.charts.base import Figure, digits, layout, plain
from tryonbench.report.colours import Look
from tryonbench.results.cells import LATENCY, MEMORY, Column
from tryonbench.results.tables import TRUTH, Row, Table

FEWEST = 3
"""Axes without which there is nothing to see."""


def profile(table: Table, looks: Mapping[str, Look]) -> Figure | None:
    """Parallel coordinates; 1 is the best value of a column and 0 the worst."""
    rows = [row for row in table.rows if not row.skipped and row.family != TRUTH]
    columns = [c for c in (*table.quality, LATENCY, MEMORY) if _spread(c, rows)]
    if len(columns) < FEWEST or len(rows) < 2:
        return None
    return {
        "data": [_line(row, rows, columns, looks[row.name]) for row in rows],
        "layout": layout(
            420,
            xaxis={
                "type": "category",
                "automargin": True,
                "categoryorder": "array",
                "categoryarray": [plain(column.short) for column in columns],
            },
            yaxis={
                "tickvals": [0, 1],
                "ticktext": ["worst", "best"],
                "range": [-0.06, 1.06],
            },
        ),
    }


def _spread(column: Column, rows: Sequence[Row]) -> bool:
    """Whether the rows differ in a column that says which way is better."""
    values = {row.cells[column.key].value for row in rows} - {None}
    return column.higher_is_better is not None and len(values) > 1


def _line(row: Row, rows: Sequence[Row], columns: Sequence[Column], look: Look) -> Figure:
    cells = [row.cells[column.key] for column in columns]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plain(row.shown),
        "x": [plain(column.short) for column in columns],
        "y": [_share(row, rows, column) for column in columns],
        "text": [cell.text for cell in cells],
        "hovertemplate": "%{x}: %{text}<extra>" + plain(row.shown) + "</extra>",
        "line": {"color": look.colour, "width": 1.75, "dash": look.dash},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 8},
    }


def _share(row: Row, rows: Sequence[Row], column: Column) -> float | None:
    """Where a value stands between the worst, 0, and the best, 1."""
    value = row.cells[column.key].value
    if value is None:
        return None
    known = [v for other in rows if (v := other.cells[column.key].value) is not None]
    share = (value - min(known)) / (max(known) - min(known))
    return digits(share if column.higher_is_better else 1 - share)

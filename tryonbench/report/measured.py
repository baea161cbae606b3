"""What was measured, in words: all that can be said of a method that has no other beside it."""

from __future__ import annotations

from collections.abc import Sequence

from tryonbench.report.finding import Finding
from tryonbench.report.ranks import FEWEST
from tryonbench.results.cells import LATENCY, Cell, Column
from tryonbench.results.tables import TRUTH, Row, Table

MOST = 6
"""Metrics that are named: the protocol's first ones, of whole pictures before parts of them."""


def measured(table: Table) -> list[Finding]:
    """What each row scored, and that there is nothing to compare it with; nothing of a table in
    which methods are compared."""
    methods = [row for row in table.rows if not row.floor and not row.skipped]
    if sum(row.contends for row in methods) >= FEWEST:
        return []
    shown = methods or [row for row in table.rows if row.family != TRUTH and not row.skipped]
    found = [Finding(row.shown, text) for row in shown if (text := _values(row, table))]
    return [*found, Finding("No comparison", _why(methods))] if found else []


def _why(methods: Sequence[Row]) -> str:
    """Why no method leads."""
    if not methods:
        return "there is no method here, only floor rows."
    if len(methods) > 1:
        return "fewer than two of the methods can be compared; why is said below."
    return f"there is no method to compare {methods[0].shown} with, so it has no rank."


def _values(row: Row, table: Table) -> str:
    """`12 images of synth/paired-64x48: SSIM 0.882 (0.871–0.893), …`; empty without a value."""
    known = [column for column in table.quality if row.cells[column.key].value is not None]
    whole_first = sorted(known, key=lambda column: "@" in column.key)
    parts = [_said(column, row.cells[column.key]) for column in whole_first[:MOST]]
    latency = row.cells[LATENCY.key]
    parts += [f"{latency.text} ms an image"] if latency.value is not None else []
    return f"{table.n} images of {table.protocol}: {', '.join(parts)}." if parts else ""


def _said(column: Column, cell: Cell) -> str:
    """A value with its 95 % interval."""
    return f"{column.short} {cell.text}" + (f" ({cell.note})" if cell.note else "")

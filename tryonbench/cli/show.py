"""Results as tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tryonbench.results.schema import Result
from tryonbench.results.tables import Cell, Table, tables

ARROWS = {True: " ↑", False: " ↓", None: ""}


def print_tables(results: Sequence[Result]) -> None:
    """One table a protocol on stdout; below it, why values are missing."""
    console = Console()
    for table in tables(results):
        console.print(_rich(table))
        for reason in _notes(table):
            console.print(reason, markup=False, highlight=False, soft_wrap=True)


def _rich(table: Table) -> RichTable:
    title = f"{table.protocol}  n={table.n}  fingerprint {table.fingerprint}"
    rich = RichTable(title=title, title_justify="left")
    rich.add_column("method")
    for column in table.columns:
        rich.add_column(column.label + ARROWS[column.higher_is_better], justify="right")
    for row in table.rows:
        rich.add_row(Text(row.name), *(_text(row.cells.get(c.key)) for c in table.columns))
    return rich


def _text(cell: Cell | None) -> Text:
    if cell is None:
        return Text("")
    return Text(cell.text, style="bold" if cell.best else "")


def _notes(table: Table) -> list[str]:
    """Each reason once."""
    rows = [f"{row.name}: {row.note}" for row in table.rows if row.note]
    reasons = {
        (column.label, cell.note)
        for row in table.rows
        for column in table.columns
        if (cell := row.cells.get(column.key)) and cell.value is None and cell.note
    }
    return [*rows, *(f"{label}: {note}" for label, note in sorted(reasons))]

"""Results as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tryonbench.results.cells import Cell, Column
from tryonbench.results.schema import Result
from tryonbench.results.tables import Table, tables

PIPE_WIDTH = 200
"""Columns of text where stdout is not a terminal."""


def print_tables(results: Sequence[Result]) -> None:
    """One table a protocol on stdout; below it, why values are missing."""
    screen = console()
    for table in tables(results):
        title = f"\n{table.protocol}  n = {table.n}  fingerprint {table.fingerprint}"
        screen.print(title, style="bold", highlight=False)
        for columns in _fitting(table, screen.width):
            screen.print(_rich(table, columns))
        for reason in _notes(table):
            screen.print(reason, markup=False, highlight=False, soft_wrap=True)


def console() -> Console:
    """The terminal, or a wide page where stdout is none."""
    found = Console()
    return found if found.is_terminal else Console(width=PIPE_WIDTH)


def _fitting(table: Table, width: int) -> Iterator[list[Column]]:
    """The columns in groups that fit on a line beside the names."""
    names = max([len(row.shown) for row in table.rows], default=0) + 4
    group: list[Column] = []
    used = names
    for column in table.columns:
        needed = _width(table, column) + 3
        if group and used + needed > width:
            yield group
            group, used = [], names
        group.append(column)
        used += needed
    yield group


def _width(table: Table, column: Column) -> int:
    cells = [row.cells[column.key].text for row in table.rows if column.key in row.cells]
    return max(len(text) for text in (column.heading, *cells))


def _rich(table: Table, columns: Sequence[Column]) -> RichTable:
    rich = RichTable()
    rich.add_column("method", no_wrap=True)
    for column in columns:
        rich.add_column(Text(column.heading), justify="right", no_wrap=True)
    for number, row in enumerate(table.rows):
        last = number + 1 == len(table.rows)
        parted = not last and row.floor != table.rows[number + 1].floor
        cells = (_text(row.cells.get(column.key)) for column in columns)
        rich.add_row(Text(row.shown), *cells, end_section=parted)
    return rich


def _text(cell: Cell | None) -> Text:
    """Bold and starred where best, so that it shows without colours too."""
    if cell is None:
        return Text("")
    return Text(f"*{cell.text}", style="bold") if cell.best else Text(cell.text)


def _notes(table: Table) -> list[str]:
    """What the rows say of themselves and of their values, each once."""
    rows = [f"{row.shown}: {row.note}" for row in table.rows if row.note]
    said = [*table.imported.items(), *table.missing.items(), *table.remarks.items()]
    return [*rows, *(f"{', '.join(on)}: {reason}" for reason, on in said)]

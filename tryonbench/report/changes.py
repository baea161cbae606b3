"""What changed in a table since an older report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tryonbench.results.as_json import Saved, SavedRow, SavedTable
from tryonbench.results.cells import (
    COSTS,
    MEMORY,
    PARAMETERS,
    Column,
    amount,
    count,
    metric_style,
    short_label,
)
from tryonbench.results.tables import Row, Table


@dataclass(frozen=True)
class Change:
    """One value against what it was."""

    label: str
    text: str
    better: bool | None
    """None where it is not known which way is better."""


@dataclass(frozen=True)
class RowChanges:
    """A row against its older self; unchanged where all three are empty."""

    moved: tuple[Change, ...]
    """Values that show other digits than before."""
    not_then: tuple[str, ...]
    """Labels of what has a value now and had none."""
    no_longer: tuple[str, ...]
    """Labels of what had a value and has none now."""

    @property
    def balance(self) -> int:
        """How many values are better, less how many are worse: the column is sorted by it."""
        return sum((change.better is True) - (change.better is False) for change in self.moved)


@dataclass(frozen=True)
class Changes:
    """A table against its older self."""

    since: str
    """The day of the older report."""
    rows: Mapping[str, RowChanges]
    """By row; those that the older report has not are new."""
    gone: tuple[str, ...]
    """Rows that only the older report has."""
    problem: str | None = None
    """Why nothing can be said."""


def changes_of(table: Table, old: Saved) -> Changes:
    """Compare with the older table of the same protocol, settings and data."""
    same = [one for one in old.tables if one.protocol == table.protocol]
    match = next((one for one in same if _alike(one, table)), None)
    if match is None:
        why = "had other settings or other data" if same else "did not have this protocol"
        return Changes(old.created, {}, (), f"the report of {old.created} {why}")
    before = {row.name: row for row in match.rows}
    now = {row.shown: row for row in table.rows}
    return Changes(
        since=old.created,
        rows={name: _row(row, before[name], table) for name, row in now.items() if name in before},
        gone=tuple(name for name in before if name not in now),
    )


def _alike(one: SavedTable, table: Table) -> bool:
    return (one.fingerprint, one.data) == (table.fingerprint, table.data)


def _row(row: Row, old: SavedRow, table: Table) -> RowChanges:
    """Column by column."""
    was = {key: cell for key, cell in old.cells.items() if cell.value is not None}
    now = {
        column.key: column for column in table.columns if row.cells[column.key].value is not None
    }
    both = [column for key, column in now.items() if key in was]
    return RowChanges(
        moved=tuple(
            _moved(column, was[column.key].value or 0.0, row.cells[column.key].value or 0.0)
            for column in both
            if was[column.key].text != row.cells[column.key].text
        ),
        not_then=tuple(column.short for key, column in now.items() if key not in was),
        no_longer=tuple(_label(key, table) for key in was if key not in now),
    )


def _label(key: str, table: Table) -> str:
    """As the table has it; a metric may be in the older report alone."""
    return next((one.short for one in table.columns if one.key == key), short_label(key))


def _moved(column: Column, was: float, now: float) -> Change:
    """Signed, as the table shows such values."""
    up, sign = column.higher_is_better, "+" if now > was else "-"
    text = sign + _size(column, abs(now - was))
    return Change(column.short, text, None if up is None else (now > was) == up)


def _size(column: Column, difference: float) -> str:
    if column == PARAMETERS:
        return count(round(difference))
    if column == MEMORY:
        return f"{difference:,.0f}"
    return amount(difference) if column in COSTS else metric_style(column.key).text(difference)

"""What changed in a table since an older report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tryonbench.report.summary import short
from tryonbench.results.as_json import Saved, SavedRow, SavedTable
from tryonbench.results.cells import Column, metric_style
from tryonbench.results.tables import Row, Table


@dataclass(frozen=True)
class Change:
    """One value then and now."""

    label: str
    text: str
    better: bool | None
    """None where it is not known which way is better, or a value came or went."""


@dataclass(frozen=True)
class Changes:
    """A table against its older self."""

    since: str
    """The day of the older report."""
    rows: Mapping[str, tuple[Change, ...]]
    """By row; a row without changes has none."""
    new: frozenset[str]
    gone: tuple[str, ...]
    problem: str | None = None
    """Why nothing can be said."""


def changes_of(table: Table, old: Saved) -> Changes:
    """Compare with the older table of the same protocol, settings and data."""
    same = [one for one in old.tables if one.protocol == table.protocol]
    match = next((one for one in same if _alike(one, table)), None)
    if match is None:
        why = "had other settings or other data" if same else "did not have this protocol"
        return Changes(old.created, {}, frozenset(), (), f"the older report {why}")
    before = {row.name: row for row in match.rows}
    now = {row.shown for row in table.rows}
    return Changes(
        since=old.created,
        rows={
            row.shown: tuple(_changes(row, before[row.shown], table.columns))
            for row in table.rows
            if row.shown in before
        },
        new=frozenset(now - before.keys()),
        gone=tuple(name for name in before if name not in now),
    )


def _alike(one: SavedTable, table: Table) -> bool:
    return (one.fingerprint, one.data) == (table.fingerprint, table.data)


def _changes(row: Row, old: SavedRow, columns: Sequence[Column]) -> list[Change]:
    """The cells that show other digits than before."""
    found = []
    for column in columns:
        was, now = old.cells.get(column.key), row.cells[column.key]
        if was is None or was.text == now.text:
            continue
        if was.value is None or now.value is None:
            found.append(Change(short(column), f"{was.text} → {now.text}", None))
        else:
            found.append(_moved(column, was.value, now.value))
    return found


def _moved(column: Column, was: float, now: float) -> Change:
    """Signed, in the units of the table."""
    style, up = metric_style(column.key), column.higher_is_better
    known = style.label != column.key
    difference = now - was
    text = f"{difference * style.scale:+.{style.decimals}f}" if known else f"{difference:+,.1f}"
    return Change(short(column), text, None if up is None else (difference > 0) == up)

"""Tables as one JSON file: for other tools, and for comparing a report with an older one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from tryonbench.config import Strict
from tryonbench.errors import InputError
from tryonbench.files import read_json, write_json
from tryonbench.results.tables import Row, Table

WANTED = "give that of an older report: reports/NAME/tables/tables.json"


class SavedCell(Strict):
    """A value as it is, with its interval; or why there is none."""

    value: float | None = None
    text: str
    low: float | None = None
    high: float | None = None
    best: bool = False
    note: str | None = None


class SavedRow(Strict):
    """A row of a table."""

    name: str
    family: str
    floor: bool
    note: str | None = None
    cells: dict[str, SavedCell] = Field(default_factory=dict)
    """By column."""


class SavedTable(Strict):
    """What may be compared: one protocol, one fingerprint, one data set."""

    protocol: str
    fingerprint: str
    data: str
    n: int
    columns: list[str]
    rows: list[SavedRow]


class Saved(Strict):
    """The file `tables.json`."""

    version: Literal[1] = 1
    kind: Literal["tables"] = "tables"
    created: str
    """The day."""
    tables: list[SavedTable]


def save_tables(path: Path, tables: Sequence[Table], created: str) -> None:
    """Write all tables."""
    saved = Saved(created=created, tables=[_table(table) for table in tables])
    write_json(path, saved.model_dump(mode="json", exclude_none=True))


def _table(table: Table) -> SavedTable:
    return SavedTable(
        protocol=table.protocol,
        fingerprint=table.fingerprint,
        data=table.data,
        n=table.n,
        columns=[column.key for column in table.columns],
        rows=[_row(row) for row in table.rows],
    )


def _row(row: Row) -> SavedRow:
    cells = {
        key: SavedCell(value=c.value, text=c.text, low=c.low, high=c.high, best=c.best, note=c.note)
        for key, c in row.cells.items()
    }
    return SavedRow(name=row.shown, family=row.family, floor=row.floor, note=row.note, cells=cells)


def load_tables(path: Path) -> Saved:
    """Read what `save_tables` wrote.

    Raises:
        InputError: missing, a folder, or another file.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name its tables/tables.json")
    if not path.is_file():
        raise InputError(f"{path} is missing; {WANTED}")
    try:
        return Saved.model_validate(read_json(path))
    except (OSError, InputError, ValidationError) as error:
        raise InputError(f"{path} is no tables.json of a report; {WANTED}") from error

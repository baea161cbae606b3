"""Tables as files: Markdown to read, LaTeX for papers, CSV with every digit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tryonbench.files import write_text
from tryonbench.results.cells import COSTS
from tryonbench.results.latex import to_latex
from tryonbench.results.tables import Row, Table

if TYPE_CHECKING:
    import pandas as pd


TABLE_ENDINGS = ("md", "tex", "csv")


def write_tables(tables: Sequence[Table], folder: Path) -> list[Path]:
    """Write each table as `PROTOCOL-FINGERPRINT-DATA.md`, `.tex` and `.csv`; a mixed one adds
    `-mixed`.

    Returns:
        The files.
    """
    written: list[Path] = []
    for table in tables:
        parts = [table.protocol.replace("/", "-"), table.fingerprint, table.data]
        name = "-".join([*parts, "mixed"] if table.marks else parts)
        texts = (to_markdown(table), to_latex(table), to_frame(table).to_csv(index=False))
        for ending, text in zip(TABLE_ENDINGS, texts, strict=True):
            written.append(folder / f"{name}.{ending}")
            write_text(written[-1], text)
    return written


def to_markdown(table: Table) -> str:
    """A Markdown table: best values bold, floor rows last and in italics, then the notes."""
    header = ["Method", *(column.heading for column in table.columns)]
    rule = [":--", *("--:" for _ in table.columns)]
    lines = [f"**{table.protocol}** ({table.fingerprint}), {table.n} images", ""]
    lines += [_line(cells) for cells in (header, rule)]
    lines += [_line(_markdown_row(table, row)) for row in table.rows]
    notes = [f"- {_safe(row.shown)}: {_safe(row.note)}" for row in table.rows if row.note]
    said = [*table.imported.items(), *table.missing.items(), *table.remarks.items()]
    notes += [f"- {_safe(', '.join(on))}: {_safe(reason)}" for reason, on in said]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_row(table: Table, row: Row) -> list[str]:
    cells = [row.cells[column.key] for column in table.columns]
    name = f"*{_safe(row.shown)}*" if row.floor else _safe(row.shown)
    return [name, *(f"**{cell.text}**" if cell.best else cell.text for cell in cells)]


def _safe(text: str) -> str:
    """Text in which Markdown sees no table cells, tags or emphasis."""
    special = {mark: f"\\{mark}" for mark in "\\|<*`["}
    return " ".join("".join(special.get(mark, mark) for mark in text).split())


def to_frame(table: Table) -> pd.DataFrame:
    """Raw values with `<key>_low`, `<key>_high`, `<key>_missing` and `<key>_note`; a row a run."""
    import pandas as pd

    return pd.DataFrame([_record(table, row) for row in table.rows])


def _record(table: Table, row: Row) -> dict[str, object]:
    """One row of the data frame."""
    record: dict[str, object] = {"name": row.name, "family": row.family, "floor": row.floor}
    record |= {"note": row.note, "fingerprint": row.fingerprint, "mark": row.mark}
    record |= {"imported": row.imported}
    for column in table.columns:
        cell = row.cells[column.key]
        missing = cell.note if cell.value is None else None
        record |= {column.key: cell.value, f"{column.key}_missing": missing}
        record |= {f"{column.key}_low": cell.low, f"{column.key}_high": cell.high}
        record |= {f"{column.key}_note": cell.remark} if column not in COSTS else {}
    return record

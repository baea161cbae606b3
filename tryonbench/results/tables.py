"""Result tables as plain data, for the terminal, for files and for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tryonbench.errors import listed
from tryonbench.protocols import all_protocols, base_name
from tryonbench.results.cells import (
    COSTS,
    MISSING,
    Cell,
    Column,
    conditions,
    cost_cells,
    metric_cell,
    metric_style,
)
from tryonbench.results.schema import Result

BASELINE, TRUTH = "baseline", "truth"
"""Families of the rows below the line: methods that every other should beat, and the data's own
pictures (`tryonbench.floor`), which say what perfect ones score."""


@dataclass(frozen=True)
class Row:
    """One run under the table's protocol."""

    name: str
    family: str
    floor: bool
    cells: dict[str, Cell]
    note: str | None = None
    """What stands against comparing the row: skipped, images missing, trained on the test set; or
    what a floor row is."""
    skipped: bool = False
    fingerprint: str = ""
    mark: str = ""
    """† and so on beside the name, in a mixed table, if the fingerprint is not the table's."""
    imported: str | None = None
    """The file that an imported row comes from; it competes as any other."""

    @property
    def shown(self) -> str:
        """The name with its marks."""
        return " ".join(filter(None, [self.name, "(imported)" * bool(self.imported), self.mark]))

    @property
    def contends(self) -> bool:
        """Whether its values may be marked as best."""
        return not self.floor and self.note is None


@dataclass(frozen=True)
class Table:
    """Rows that may be compared: one protocol, one fingerprint, the same data. In a mixed table,
    rows of other fingerprints stand beside them, marked."""

    protocol: str
    fingerprint: str
    data: str
    """Fingerprint of the data."""
    n: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """By name; floor rows last."""
    conditions: tuple[str, ...] = ()
    """How the costs were measured. If there are several, no cost is marked as best."""

    @property
    def marks(self) -> dict[str, str]:
        """The other fingerprints of a mixed table, by their marks."""
        return dict(sorted({row.mark: row.fingerprint for row in self.rows if row.mark}.items()))

    def holds(self, result: Result) -> bool:
        """Whether a result is one of the rows."""
        prints = {row.fingerprint for row in self.rows}
        return _mixed_key(result) == (self.protocol, self.data) and result.fingerprint in prints

    @property
    def quality(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column not in COSTS)

    @property
    def missing(self) -> dict[str, list[str]]:
        """Why values are missing: for each reason, the labels of the columns."""
        found = self._said(lambda cell: cell.note if cell.value is None else None)
        return {text: [one.label for one in columns] for text, columns in found.items()}

    @property
    def remarks(self) -> dict[str, list[str]]:
        """What was done otherwise than the settings say: for each, the labels of the columns, and
        whose, where not every row that has a value says it."""
        return {
            text: [self._whose(column, names) for column, names in columns.items()]
            for text, columns in self._said(lambda cell: cell.remark).items()
        }

    @property
    def imported(self) -> dict[str, list[str]]:
        """What to say of rows that were not measured here: for each file, their names."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if row.imported:
                text = f"imported from {row.imported}, not measured here"
                found.setdefault(text, []).append(row.name)
        return found

    def _said(self, of: Callable[[Cell], str | None]) -> dict[str, dict[Column, list[str]]]:
        """By what cells say: the columns, and the rows of each."""
        found: dict[str, dict[Column, list[str]]] = {}
        for row in self.rows:
            for column in () if row.skipped else self.columns:
                if (text := of(row.cells[column.key])) is not None:
                    found.setdefault(text, {}).setdefault(column, []).append(row.shown)
        return found

    def _whose(self, column: Column, names: Sequence[str]) -> str:
        """A column of some rows: `KID of a, b`, or `KID of all but c` where that is shorter."""
        known = [row.shown for row in self.rows if row.cells[column.key].value is not None]
        others = [name for name in known if name not in names]
        if not others:
            return column.label
        few = f"all but {', '.join(others)}" if len(others) < len(names) else ", ".join(names)
        return f"{column.label} of {few}"


def table_key(result: Result) -> tuple[str, str, str]:
    """Results share a table only if these are equal."""
    return result.protocol, result.fingerprint, result.data.fingerprint


def _mixed_key(result: Result) -> tuple[str, str]:
    """Results share a mixed table only if these are equal."""
    return result.protocol, result.data.fingerprint


def row_names(results: Sequence[Result]) -> list[str]:
    """A name for each result: the method; the run where several runs are of one method, or where it
    is a variant, whose name says its settings."""
    runs: dict[str, set[str]] = {}
    for result in results:
        runs.setdefault(result.method, set()).add(result.run)
    return [
        result.method if len(runs[result.method]) == 1 and not result.settings else result.run
        for result in results
    ]


def tables(results: Sequence[Result], mix: bool = False) -> list[Table]:
    """A table for each protocol, fingerprint and data set, by protocol.

    Args:
        mix: results of several fingerprints share a table; those that have not the protocol's of
            today, or else the most frequent one, are marked.
    """

    def key(named: tuple[Result, str]) -> tuple[str, ...]:
        return _mixed_key(named[0]) if mix else table_key(named[0])

    named = sorted(zip(results, row_names(results), strict=True), key=key)
    return [_table(list(group)) for _, group in groupby(named, key=key)]


def kept_apart(found: Sequence[Table]) -> list[str]:
    """What to say of tables that differ in nothing but their fingerprints."""
    prints: dict[tuple[str, str], list[str]] = {}
    for table in found:
        prints.setdefault((table.protocol, table.data), []).append(table.fingerprint)
    return [
        f"{protocol} has results of different settings (fingerprints {', '.join(different)}), each "
        "in a table of its own; --mix puts them in one, marked"
        for (protocol, _), different in prints.items()
        if len(different) > 1
    ]


def marks_of(results: Sequence[Result], main: str) -> dict[str, str]:
    """The mark of each fingerprint: none for the main one, then †, ††, …"""
    others = sorted({result.fingerprint for result in results} - {main})
    return {main: "", **{other: "†" * (i + 1) for i, other in enumerate(others)}}


def _main_fingerprint(results: Sequence[Result]) -> str:
    """The protocol's own of today, if a result has it; else the most frequent."""
    times = Counter(sorted(result.fingerprint for result in results))
    known = all_protocols().get(results[0].protocol)
    if len(times) > 1 and known and known.fingerprint in times:
        return known.fingerprint
    return times.most_common(1)[0][0]


def _table(named: list[tuple[Result, str]]) -> Table:
    """The table of results that share a key."""
    results = [result for result, _ in named]
    measured = sorted(set(filter(None, map(conditions, results))))
    metrics = _metric_columns(results)
    columns = (*metrics, *COSTS)
    main = _main_fingerprint(results)
    marks = marks_of(results, main)
    rows = [
        _marked_row(_row(result, name, metrics, len(measured) > 1), marks, main)
        for result, name in named
    ]
    rows.sort(key=lambda row: (row.floor, row.skipped, row.name))
    for column in metrics if len(measured) > 1 else columns:
        rows = _with_best(rows, column)
    n = max(result.n for result in results)
    protocol, data = _mixed_key(results[0])
    return Table(protocol, main, data, n, columns, tuple(rows), tuple(measured))


def _marked_row(row: Row, marks: Mapping[str, str], main: str) -> Row:
    """The row; one of another fingerprint with its mark and what it means."""
    mark = marks[row.fingerprint]
    if not mark:
        return row
    other = f"fingerprint {row.fingerprint}, the table's is {main}: measured with other settings"
    return replace(row, mark=mark, note="; ".join(filter(None, [other, row.note])))


def _metric_columns(results: list[Result]) -> tuple[Column, ...]:
    """The metrics that some result has: in the protocol's order, then the others."""
    directions = {k: v.higher_is_better for r in results for k, v in r.metrics.items()}
    protocol = all_protocols().get(base_name(results[0].protocol))
    order = [key for key in (protocol.metrics if protocol else ()) if key in directions]
    keys = dict.fromkeys([*order, *directions])
    return tuple(Column(key, metric_style(key).label, directions[key]) for key in keys)


def _row(result: Result, name: str, metrics: Sequence[Column], mixed: bool) -> Row:
    """A result's cells, none of them marked yet."""
    values = {c.key: metric_cell(c.key, result.metrics.get(c.key)) for c in metrics}
    costs = cost_cells(result.efficiency, conditions(result) if mixed else "")
    cells = {**values, **costs}
    if result.skipped is not None:
        cells = {key: Cell(MISSING, None) for key in cells}
    floor = result.family in (BASELINE, TRUTH)
    skipped = result.skipped is not None
    fingerprint, imported = result.fingerprint, result.imported
    note = _note(result)
    return Row(name, result.family, floor, cells, note, skipped, fingerprint, imported=imported)


def _note(result: Result) -> str | None:
    """What stands against comparing a result with the others."""
    if result.skipped is not None:
        return f"skipped: {result.skipped}"
    absent = result.missing_images or []
    notes = [
        result.note or "",
        f"{len(absent)} of {result.n + len(absent)} images are missing ({listed(absent, 3)})"
        if absent
        else "",
        "trained on these test images: the values mean nothing"
        if result.data.trained_on_test
        else "",
    ]
    return "; ".join(filter(None, notes)) or None


def _with_best(rows: list[Row], column: Column) -> list[Row]:
    """Mark the best value of a column, and every value that shows the same digits.

    Nothing is marked unless at least two rows contend.
    """
    contenders = [row.cells[column.key] for row in rows if row.contends]
    values = [cell.value for cell in contenders if cell.value is not None]
    if column.higher_is_better is None or len(values) < 2:
        return rows
    winner = max(values) if column.higher_is_better else min(values)
    texts = {cell.text for cell in contenders if cell.value == winner}
    return [_starred(row, column.key) if _shows(row, column.key, texts) else row for row in rows]


def _shows(row: Row, key: str, texts: set[str]) -> bool:
    return row.contends and row.cells[key].text in texts


def _starred(row: Row, key: str) -> Row:
    return replace(row, cells={**row.cells, key: replace(row.cells[key], best=True)})

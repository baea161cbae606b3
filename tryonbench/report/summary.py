"""The table in words: who has the best values, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tryonbench.report.finding import Finding
from tryonbench.report.measured import measured
from tryonbench.report.verdicts import ALPHA, Verdicts
from tryonbench.results.cells import LATENCY, MEMORY, THROUGHPUT, Cell, Column
from tryonbench.results.tables import BASELINE, Row, Table

LEVELS = (0.001, 0.01, ALPHA)
"""What is said of a p: at most the first of these that it does not pass."""
UNTESTED = "; no test was possible"
CHEAPEST = {
    LATENCY: "fastest, {} ms an image",
    THROUGHPUT: "most images a second, {}",
    MEMORY: "least memory, {} MB",
}


def findings(table: Table, found: Verdicts | None = None) -> list[Finding]:
    """What the table and its tests support, and what stands against it; of a table with nothing to
    compare, what was measured."""
    tests = found or Verdicts()
    return [
        *_leads(table, tests),
        *measured(table),
        *_cheapest(table),
        *_against_floors(table, tests),
        *_caveats(table),
    ]


def _leads(table: Table, tests: Verdicts) -> list[Finding]:
    """The leaders; columns with the same leader and the same certainty share a sentence."""
    grouped: dict[tuple[int, str, str], list[str]] = {}
    for column in table.quality:
        best = [row for row in table.rows if row.cells[column.key].best]
        if best:
            subject = joined([row.name for row in best])
            certainty = _certainty(table, column, best, tests)
            grouped.setdefault((certainty.rank, subject, certainty.text), []).append(column.short)
    return [
        Finding(subject, f"best in {joined(labels)}{text}.")
        for (_, subject, text), labels in sorted(grouped.items())
    ]


class _Certainty(NamedTuple):
    """How sure a lead is; the surest comes first."""

    rank: int
    text: str


def _certainty(table: Table, column: Column, best: Sequence[Row], tests: Verdicts) -> _Certainty:
    """By the tests of the pairs; without them, whether the leader's interval stands apart."""
    rows = [row for row in table.rows if row.contends and row.cells[column.key].value is not None]
    rest = [row for row in rows if row not in best]
    first = best[0].cells[column.key]
    if len(best) > 1:
        return _Certainty(2, ": level to the digits shown")
    if all(tests.of(column.key, best[0].name, row.name) for row in rest):
        return _tested(column, best[0], rest, tests)
    if not all(_has_interval(row.cells[column.key]) for row in rows):
        return _Certainty(3, "; no interval was computed, so it is not known how sure that is")
    near = [row.name for row in rest if _overlap(first, row.cells[column.key])]
    if near:
        return _Certainty(1, f"{UNTESTED}, and the 95 % interval overlaps that of {joined(near)}")
    return _Certainty(1, f"{UNTESTED}, but the 95 % interval is apart from those of all others")


def _tested(column: Column, first: Row, rest: Sequence[Row], tests: Verdicts) -> _Certainty:
    """What the tests against each other method show, after Holm's correction."""
    pairs = [(row, tests.of(column.key, first.name, row.name)) for row in rest]
    level = [row.name for row, test in pairs if test and test.better != first.name]
    if not level:
        worst = max(test.p_holm for _, test in pairs if test)
        limit = next(p for p in LEVELS if worst <= p)
        return _Certainty(0, f", shown by tests against each of the others (p ≤ {limit:g})")
    some = "" if len(level) == len(rest) else ", though better than the others"
    return _Certainty(1, f", not shown: no test tells it from {joined(level)}{some}")


def _has_interval(cell: Cell) -> bool:
    return cell.low is not None and cell.high is not None


def _overlap(one: Cell, other: Cell) -> bool:
    """Whether two intervals have a point in common."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return True
    return one.low <= other.high and other.low <= one.high


def _cheapest(table: Table) -> list[Finding]:
    """Who needs the least time, memory and parameters; who shares a place shares the sentence."""
    grouped: dict[str, list[str]] = {}
    for column, words in CHEAPEST.items():
        best = [row for row in table.rows if row.cells[column.key].best]
        if best:
            said = words.format(best[0].cells[column.key].text)
            grouped.setdefault(joined([row.name for row in best]), []).append(said)
    return [Finding(subject, f"{joined(said)}.") for subject, said in grouped.items()]


def _against_floors(table: Table, tests: Verdicts) -> list[Finding]:
    """Where methods fail to beat the rows that every method should beat, or no test shows it."""
    rows = [row for row in table.rows if row.contends]
    floors = [row for row in table.rows if row.family == BASELINE and not row.skipped]
    found = [(floor, _comparable(table, floor, rows)) for floor in floors if rows]
    return [
        Finding(floor.name, f"{_against(floor, rows, on)}{_unshown(floor, rows, on, tests)}.")
        for floor, on in found
        if on
    ]


def _comparable(table: Table, floor: Row, rows: Sequence[Row]) -> list[Column]:
    """The metrics that a floor row and every contender have."""
    all_rows = [floor, *rows]
    return [c for c in table.quality if all(r.cells[c.key].value is not None for r in all_rows)]


def _against(floor: Row, rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """A floor row's sentence, by the values."""
    behind = {row.name: [c.short for c in columns if _not_better(c, row, floor)] for row in rows}
    every = f"all {len(columns)} metrics" if len(columns) > 1 else columns[0].short
    if not any(behind.values()):
        return f"(floor): every method has a better value in {every}"
    if all(len(labels) == len(columns) for labels in behind.values()):
        return f"(floor): no method has a better value in {every}"
    parts = [
        f"by {name} in {every if len(labels) == len(columns) else joined(labels)}"
        for name, labels in behind.items()
        if labels
    ]
    return f"(floor): not beaten {', '.join(parts)}"


def _unshown(floor: Row, rows: Sequence[Row], columns: Sequence[Column], tests: Verdicts) -> str:
    """Better values than the floor's that were tested and are not shown to be better."""
    doubtful = {
        row.name: [c.short for c in columns if _doubtful(c, row, floor, tests)] for row in rows
    }
    parts = [f"{name} in {joined(labels)}" for name, labels in doubtful.items() if labels]
    return f"; better, but not shown by a test: {', '.join(parts)}" if parts else ""


def _doubtful(column: Column, row: Row, floor: Row, tests: Verdicts) -> bool:
    if _not_better(column, row, floor) or not tests.of(column.key, row.name, floor.name):
        return False
    return not tests.better(column.key, row.name, floor.name)


def _not_better(column: Column, row: Row, floor: Row) -> bool:
    """Whether a row has a value that is no better than the floor's."""
    value, bar = row.cells[column.key].value, floor.cells[column.key].value
    if value is None or bar is None:
        return False
    return value <= bar if column.higher_is_better else value >= bar


def _caveats(table: Table) -> list[Finding]:
    """Rows that cannot be compared, and metrics that nobody has."""
    rows = [Finding(row.name, _caveat(row)) for row in table.rows if row.note]
    run = [row for row in table.rows if not row.skipped]
    empty = [c for c in table.quality if all(row.cells[c.key].value is None for row in run)]
    if not empty or not run:
        return rows
    labels = joined([column.short for column in empty])
    return [*rows, Finding(labels, "no values: the reason is below the table.")]


def _caveat(row: Row) -> str:
    return f"{row.note}." if row.skipped or row.floor else f"not compared: {row.note}."


def joined(items: Sequence[str]) -> str:
    """A list in words.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last

"""The words claim no more than the table supports."""

from __future__ import annotations

import pytest

from tryonbench.report.summary import findings
from tryonbench.report.verdicts import Verdicts
from tryonbench.results.cells import COSTS, Cell, Column
from tryonbench.results.tables import Row, Table
from tryonbench.stats.family import PairTest

SSIM = Column("ssim", "SSIM", True)


def row(name: str, value: float | None, low: float | None, high: float | None, best: bool) -> Row:
    cells = {column.key: Cell("—", None) for column in COSTS}
    return Row(name, "gan", False, {**cells, "ssim": Cell("x", value, best, None, low, high)})


def said(*rows: Row, found: Verdicts | None = None) -> list[str]:
    table = Table("p", "f", "d", 10, (SSIM, *COSTS), rows)
    return [f"{finding.subject} {finding.text}" for finding in findings(table, found)]


def level(first: str, second: str) -> PairTest:
    """A test that shows no difference."""
    values = (10, 0.9, 0.85, 0.05, None, None, None, None)
    return PairTest("ssim", True, first, second, *values, p=0.5)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (
            0.85,
            0.95,
            "no test was possible, but the 95 % interval is apart from those of all others",
        ),
        (0.75, 0.95, "no test was possible, and the 95 % interval overlaps that of b"),
        (None, None, "no interval was computed"),
    ],
)
def test_a_lead_is_as_sure_as_its_interval(
    low: float | None, high: float | None, words: str
) -> None:
    [first] = said(row("a", 0.9, low, high, True), row("b", 0.8, 0.75, 0.84, False))
    assert first.startswith("a best in SSIM")
    assert words in first
    assert "clearly" not in first


def test_a_tie_is_called_level() -> None:
    [first] = said(row("a", 0.9, 0.8, 1, True), row("b", 0.9, 0.8, 1, True))
    assert first == "a and b best in SSIM: level to the digits shown."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1, "floor (floor): every method has a better value in SSIM."),
        (0.95, "floor (floor): no method has a better value in SSIM."),
        (0.85, "floor (floor): not beaten by b in SSIM."),
    ],
)
def test_methods_are_held_against_the_floor(value: float, words: str) -> None:
    floor = Row("floor", "baseline", True, row("floor", value, None, None, False).cells)
    rows = [row("a", 0.9, 0.88, 0.92, True), row("b", 0.8, 0.78, 0.82, False), floor]
    assert said(*rows)[-1] == words


def test_a_better_value_than_the_floors_that_no_test_shows_is_said_to_be_so() -> None:
    floor = Row("floor", "baseline", True, row("floor", 0.85, None, None, False).cells)
    rows = [row("a", 0.95, 0.94, 0.96, True), row("b", 0.9, 0.88, 0.92, False), floor]
    found = Verdicts(tests={("ssim", "b", "floor"): level("b", "floor")})
    words = "every method has a better value in SSIM; better, but not shown by a test: b in SSIM."
    assert said(*rows, found=found)[-1] == f"floor (floor): {words}"


def test_nothing_is_said_about_a_floor_where_a_value_is_missing() -> None:
    floor = Row("floor", "baseline", True, row("floor", 0.1, None, None, False).cells)
    assert said(row("a", None, None, None, False), floor) == []


def test_the_truth_is_no_bar_and_says_what_it_is() -> None:
    cells = row("truth", 0.99, None, None, False).cells
    truth = Row("truth", "truth", True, cells, "the photographs themselves")
    words = said(row("a", 0.9, None, None, False), row("b", 0.8, None, None, False), truth)
    assert words == ["truth the photographs themselves."]

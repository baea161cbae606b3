"""The tests of a table: every pair of its rows in every metric, one family, as `compare` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tryonbench.errors import InputError
from tryonbench.report.entries import Entry
from tryonbench.report.images import PerImage
from tryonbench.report.lost import samples_of
from tryonbench.results.cells import Column, metric_style
from tryonbench.results.contenders import Contender, chosen_metrics, common_ids
from tryonbench.results.store import read_halves
from tryonbench.results.tables import TRUTH, Table
from tryonbench.stats.family import PairTest
from tryonbench.stats.together import compare_together

ALPHA = 0.05


@dataclass(frozen=True)
class Verdicts:
    """What the tests of a table found."""

    methods: tuple[str, ...] = ()
    metrics: tuple[Column, ...] = ()
    """Those that could be tested."""
    n: int = 0
    """Images that all rows have."""
    tests: dict[tuple[str, str, str], PairTest] = field(default_factory=dict)
    """By metric, first and second method, in both orders of the methods."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why a metric was not tested."""
    problem: str | None = None
    """Why there are no tests at all."""

    @property
    def untested(self) -> dict[str, list[str]]:
        """The labels of the metrics that were not tested, by the reason."""
        found: dict[str, list[str]] = {}
        for key, why in self.left_out.items():
            found.setdefault(why, []).append(metric_style(key).label)
        return found

    def of(self, metric: str, one: str, other: str) -> PairTest | None:
        return self.tests.get((metric, one, other))

    def better(self, metric: str, one: str, other: str) -> bool | None:
        """Whether a method is shown to be better than another; None if neither is."""
        test = self.of(metric, one, other)
        return test.better == one if test and test.better else None


def verdicts(images: PerImage) -> Verdicts:
    """Test the rows whose images are theirs and that have the table's own settings."""
    try:
        found = [_contender(entry) for entry in images.entries if _tested(images.table, entry)]
        if len(found) < 2:
            return Verdicts(problem="fewer than two methods have values of single images")
        if not common_ids(found):
            return Verdicts(problem="the methods have no image in common")
        measured, left_out = chosen_metrics(found, ())
    except InputError as error:
        return Verdicts(problem=str(error))
    tests = compare_together([one.name for one in found], measured, ALPHA)
    keys = {test.metric for test in tests}
    return Verdicts(
        methods=tuple(one.name for one in found),
        metrics=tuple(column for column in images.table.quality if column.key in keys),
        n=len(common_ids(found)),
        tests=_both_ways(tests),
        left_out=left_out,
    )


def _tested(table: Table, entry: Entry) -> bool:
    """Not the data's own pictures, and not what was measured with other settings."""
    result = entry.result
    return result.family != TRUTH and result.fingerprint == table.fingerprint


def _contender(entry: Entry) -> Contender:
    """
    Raises:
        InputError: the per-image values are missing or not those of the result.
    """
    run, protocol = entry.run, entry.result.protocol
    halves = read_halves(run.halves(protocol))
    return Contender(entry.name, run, entry.result, samples_of(entry), halves)


def _both_ways(tests: Sequence[PairTest]) -> dict[tuple[str, str, str], PairTest]:
    found = {(test.metric, test.first, test.second): test for test in tests}
    return found | {(test.metric, test.second, test.first): test for test in tests}

"""Every pair of methods in every metric: one family of tests under Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tryonbench.stats.distances import difference_p, estimate
from tryonbench.stats.intervals import mean_interval
from tryonbench.stats.paired import (
    FLIPS,
    cohens_d,
    holm,
    images_needed,
    sign_flip_p,
    superiority,
)


@dataclass(frozen=True)
class PairTest:
    """One method against another in one metric."""

    metric: str
    higher_is_better: bool
    first: str
    second: str
    n: int
    """Images that count for both."""
    value_first: float
    """Mean over these images; of a distance between sets, the distance."""
    value_second: float
    difference: float
    """First minus second."""
    low: float | None
    high: float | None
    """Interval of the difference at 1 - alpha, not corrected for the number of tests."""
    effect: float | None
    """Cohen's d of the paired differences, of either sign; of a distance between sets, difference /
    (standard error x root of n), which means the same for the power of the test."""
    superiority: float | None
    """Share of images on which the first is better; None for a distance between sets."""
    p: float
    p_holm: float = 1.0
    better: str | None = None
    """The better method, where p_holm is at most alpha."""
    images_needed: int | None = None
    """For 80 % power at the observed effect and the level that this test had to reach; None where
    a difference is shown, or where there is no effect."""


class Measured(Protocol):
    """One metric of several methods on the same images."""

    def test(self, first: str, second: str, flips: int, alpha: float) -> PairTest | None:
        """A method against another; None where too few images count for both."""


@dataclass(frozen=True)
class ImageValues:
    """A metric with a number for each image."""

    key: str
    higher_is_better: bool
    values: Mapping[str, NDArray[np.float64]]
    """By method: (n,), NaN where an image does not count; entry i is of the same image in all."""

    def test(self, first: str, second: str, flips: int, alpha: float) -> PairTest | None:
        both = np.isfinite(self.values[first]) & np.isfinite(self.values[second])
        one, two = self.values[first][both], self.values[second][both]
        difference = one - two
        if len(difference) < 2:
            return None
        low, high = mean_interval(difference, confidence=1 - alpha) or (None, None)
        return PairTest(
            metric=self.key,
            higher_is_better=self.higher_is_better,
            first=first,
            second=second,
            n=len(difference),
            value_first=float(one.mean()),
            value_second=float(two.mean()),
            difference=float(difference.mean()),
            low=low,
            high=high,
            effect=cohens_d(difference),
            superiority=superiority(difference if self.higher_is_better else -difference),
            p=sign_flip_p(difference, flips),
        )


@dataclass(frozen=True)
class SetDistances:
    """A distance between sets of images: FID, KID; smaller is better."""

    key: str
    halves: Mapping[str, NDArray[np.float64]]
    """By method: `half_distances` on the same persons in the same order, with the same seed."""
    n: int
    """Images of each method."""

    def test(self, first: str, second: str, flips: int, alpha: float) -> PairTest | None:
        """From the spread over halves; `flips` is of no use here."""
        found = estimate(self.halves[first] - self.halves[second], 1 - alpha)
        spread = found.error * math.sqrt(self.n)
        return PairTest(
            metric=self.key,
            higher_is_better=False,
            first=first,
            second=second,
            n=self.n,
            value_first=float(self.halves[first][0]),
            value_second=float(self.halves[second][0]),
            difference=found.value,
            low=found.low,
            high=found.high,
            effect=found.value / spread if spread else None,
            superiority=None,
            p=difference_p(found),
        )


def compare_methods(
    methods: Sequence[str], metrics: Sequence[Measured], alpha: float = 0.05, flips: int = FLIPS
) -> list[PairTest]:
    """Test every pair of methods in every metric, by pair and then by metric.

    The chance that even one difference is claimed where there is none is at most alpha.

    Args:
        flips: of each test; more if so many tests need a finer p.
    """
    pairs = list(combinations(methods, 2))
    enough = max(flips, math.ceil(2 * len(pairs) * len(metrics) / alpha))
    found = [metric.test(*pair, enough, alpha) for pair in pairs for metric in metrics]
    return judged([test for test in found if test], alpha)


def judged(tests: Sequence[PairTest], alpha: float) -> list[PairTest]:
    """The tests with Holm's p, the better method where one is shown, and the images needed.

    Holm stops at the first test that fails; the tests from there on had to reach alpha divided by
    their number.
    """
    corrected = holm([test.p for test in tests])
    failed = sum(p > alpha for p in corrected)
    return [
        replace(test, p_holm=p, better=_better(test))
        if p <= alpha
        else replace(test, p_holm=p, images_needed=images_needed(test.effect, alpha / failed))
        for test, p in zip(tests, corrected, strict=True)
    ]


def _better(test: PairTest) -> str:
    return test.first if (test.difference > 0) == test.higher_is_better else test.second

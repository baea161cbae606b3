"""Tests of one method against another, on the values that both have for the same images."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from tryonbench.stats.intervals import ROUNDING

FLIPS = 9999
"""Sign patterns of a test."""
SIGNS_AT_A_TIME = 2_000_000
"""Signs in memory at a time."""


def sign_flip_p(differences: NDArray[np.float64], flips: int = FLIPS, seed: int = 0) -> float:
    """Two-sided p of the hypothesis that the mean difference is 0 (Fisher's randomisation test).

    If the methods are alike, each difference could as well have the other sign: p is the share of
    sign patterns with a mean at least as far from 0, all patterns where there are few, else
    `flips` random ones and the pattern seen. It is about the mean, as our verdicts are; Wilcoxon's
    signed-rank test is about symmetry and finds equal means different if the differences are
    skewed. `scipy.stats.permutation_test` agrees and takes 10 times as long.

    >>> sign_flip_p(np.array([1.0, 2.0, 3.0]))
    0.25

    Args:
        differences: (n,), finite.
    """
    seen = abs(differences.sum()) - ROUNDING * np.abs(differences).sum()
    exact = 2 ** len(differences) <= flips + 1
    chunks = _all_signs(len(differences)) if exact else _signs(len(differences), flips, seed)
    extreme = sum(int((np.abs(signs @ differences) >= seen).sum()) for signs in chunks)
    return extreme / 2 ** len(differences) if exact else (extreme + 1) / (flips + 1)


def _all_signs(n: int) -> Iterator[NDArray[np.float64]]:
    """Each of the 2^n patterns once, (2^n, n) of -1 and 1."""
    patterns = np.arange(2**n)[:, None] >> np.arange(n) & 1
    yield patterns.astype(np.float64) * 2 - 1


def _signs(n: int, flips: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Random patterns in chunks (_, n) of -1 and 1, `flips` in all."""
    rng, size = np.random.default_rng(seed), max(1, SIGNS_AT_A_TIME // n)
    for start in range(0, flips, size):
        rows = min(size, flips - start)
        yield rng.integers(0, 2, (rows, n), dtype=np.int8).astype(np.float64) * 2 - 1


def holm(p_values: Sequence[float]) -> list[float]:
    """p corrected for their number (Holm, 1979): below alpha, they hold together at level alpha.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    p, m = np.asarray(p_values, dtype=float), len(p_values)
    order = np.argsort(p)
    corrected = np.maximum.accumulate(p[order] * np.arange(m, 0, -1)).clip(max=1)
    return [float(value) for value in corrected[np.argsort(order)]]


def cohens_d(differences: NDArray[np.float64]) -> float | None:
    """Mean of the paired differences over their standard deviation; None if all are equal.

    >>> cohens_d(np.array([1.0, 2.0, 3.0]))
    2.0
    """
    if len(differences) < 2 or np.ptp(differences) == 0:
        return None
    return float(differences.mean() / differences.std(ddof=1))


def superiority(differences: NDArray[np.float64]) -> float:
    """Share of images with a difference above 0, those with none counted half.

    >>> superiority(np.array([1.0, 2.0, 0.0, -1.0]))
    0.625
    """
    return float(((differences > 0) + 0.5 * (differences == 0)).mean())


def images_needed(d: float | None, level: float, power: float = 0.8) -> int | None:
    """Images with which a paired test finds an effect of size d with a probability of `power`.

    ((z_(1 - level/2) + z_power) / d)^2 + z_(1 - level/2)^2 / 2 (Guenther, 1981), and not fewer
    than a sign-flip test needs to reach the level at all.

    >>> images_needed(0.5, 0.05)
    34

    Args:
        d: Cohen's d of the paired differences, of either sign.
        level: two-sided.

    Returns:
        None if there is no effect to be found, or no spread.
    """
    if not d:
        return None
    quantile, reach = float(norm.isf(level / 2)), float(norm.isf(1 - power))
    needed = ((quantile + reach) / d) ** 2 + quantile**2 / 2
    return max(math.ceil(needed), math.ceil(1 - math.log2(level)))

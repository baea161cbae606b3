"""The tests of `tryonbench.stats.family` for many pairs at once: the same numbers, sooner.

The sign patterns and the resamples are drawn once for all pairs, by the same generators and in the
same order as one by one, so that each value is that of the single test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from tryonbench.stats.family import ImageValues, Measured, PairTest, judged
from tryonbench.stats.intervals import RESAMPLES, ROUNDING, VALUES_AT_A_TIME, mean_interval
from tryonbench.stats.paired import FLIPS, SIGNS_AT_A_TIME, cohens_d, sign_flip_p, superiority

FEW = 30
"""Of fewer images a test is made alone: all sign patterns may be tried, and it takes no time."""
Columns = NDArray[np.float64]
"""(n, k): k columns of n values."""


def compare_together(
    methods: Sequence[str], metrics: Sequence[Measured], alpha: float = 0.05, flips: int = FLIPS
) -> list[PairTest]:
    """What `compare_methods` finds, by pair and then by metric."""
    pairs = list(combinations(methods, 2))
    enough = max(flips, math.ceil(2 * len(pairs) * len(metrics) / alpha))
    found = [(pair, metric) for pair in pairs for metric in metrics]
    batched = [(pair, m) for pair, m in found if isinstance(m, ImageValues) and _whole(m)]
    tests = dict(zip(_keys(batched), _tests(batched, enough, alpha), strict=True))
    alone = [tests.get(key) or found[i][1].test(*found[i][0], enough, alpha)
             for i, key in enumerate(_keys(found))]  # fmt: skip
    return judged([test for test in alone if test], alpha)


def _keys(found: Sequence[tuple[tuple[str, str], Measured]]) -> list[tuple[str, str, int]]:
    return [(*pair, id(metric)) for pair, metric in found]


def _whole(metric: ImageValues) -> bool:
    """Whether every image counts for every method, and there are enough of them."""
    values = list(metric.values.values())
    return all(len(v) >= FEW and bool(np.isfinite(v).all()) for v in values)


def _tests(
    found: Sequence[tuple[tuple[str, str], Measured]], flips: int, alpha: float
) -> list[PairTest]:
    """One for each pair and metric, all of the same images."""
    metrics = [metric for _, metric in found if isinstance(metric, ImageValues)]
    if not metrics:
        return []
    ones = [m.values[pair[0]] for (pair, _), m in zip(found, metrics, strict=True)]
    twos = [m.values[pair[1]] for (pair, _), m in zip(found, metrics, strict=True)]
    differences = np.stack(ones, 1) - np.stack(twos, 1)
    chances = sign_flip_ps(differences, flips)
    intervals = mean_intervals(differences, 1 - alpha)
    return [
        PairTest(
            metric=metric.key,
            higher_is_better=metric.higher_is_better,
            first=pair[0],
            second=pair[1],
            n=len(column),
            value_first=float(one.mean()),
            value_second=float(two.mean()),
            difference=float(column.mean()),
            low=interval[0],
            high=interval[1],
            effect=cohens_d(column),
            superiority=superiority(column if metric.higher_is_better else -column),
            p=p,
        )
        for (pair, _), metric, one, two, column, p, interval in zip(
            found, metrics, ones, twos, differences.T, chances, intervals, strict=True
        )
    ]


def sign_flip_ps(differences: Columns, flips: int = FLIPS, seed: int = 0) -> list[float]:
    """`sign_flip_p` of each column.

    Args:
        differences: (n, k), finite.
    """
    n = len(differences)
    if 2**n <= flips + 1:
        return [sign_flip_p(column, flips, seed) for column in differences.T]
    total = np.abs(differences.sum(0)) - ROUNDING * np.abs(differences).sum(0)
    rng, size = np.random.default_rng(seed), max(1, SIGNS_AT_A_TIME // n)
    extreme = np.zeros(differences.shape[1], int)
    for start in range(0, flips, size):
        rows = min(size, flips - start)
        signs = rng.integers(0, 2, (rows, n), dtype=np.int8).astype(np.float64) * 2 - 1
        extreme += (np.abs(signs @ differences) >= total).sum(0)
    return [(int(count) + 1) / (flips + 1) for count in extreme]


def mean_intervals(
    values: Columns, confidence: float = 0.95, seed: int = 0
) -> list[tuple[float, float]]:
    """`mean_interval` of each column: BCa (Efron and Tibshirani, 1993, equations 14.9 to 14.15).

    Args:
        values: (n, k), finite, n of 30 or more.
    """
    means = _resampled_means(values, seed)
    return [
        mean_interval(column, seed, confidence) or (float(column[0]), float(column[0]))
        if np.ptp(column) <= ROUNDING * np.abs(column).max()
        else _bca(column, resampled, confidence)
        for column, resampled in zip(values.T, means.T, strict=True)
    ]


def _resampled_means(values: Columns, seed: int) -> Columns:
    """(RESAMPLES, k), by the draws that `scipy.stats.bootstrap` makes with our settings."""
    n, rng = len(values), np.random.default_rng(seed)
    batch, means = max(1, VALUES_AT_A_TIME // n), []
    for start in range(0, RESAMPLES, batch):
        rows = min(batch, RESAMPLES - start)
        drawn = rng.integers(0, n, (rows, n)) + np.arange(rows)[:, None] * n
        counts = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        means.append(counts.astype(np.float64) @ values / n)
    return np.concatenate(means)


def _bca(column: NDArray[np.float64], resampled: Columns, confidence: float) -> tuple[float, float]:
    """Bias-corrected and accelerated percentiles of a mean; its jackknife has a closed form."""
    mean = column.mean()
    below = ((resampled < mean).sum() + (resampled <= mean).sum()) / (2 * len(resampled))
    bias = norm.ppf(below)
    left_out = (column - mean) / (len(column) - 1)
    skew = (left_out**3).sum() / (6 * (left_out**2).sum() ** 1.5)
    ends = bias + norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.percentile(resampled, 100 * norm.cdf(bias + ends / (1 - skew * ends)))
    return float(low), float(high)

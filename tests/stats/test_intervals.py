"""The interval of a mean: what it covers, and what it says where it knows nothing."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.stats import binom, bootstrap

from tryonbench.stats import mean_interval


def test_bca_covers_a_skewed_mean_better_than_percentiles_do() -> None:
    """Exponential values, n = 30; also within binomial tolerance (99.9 %) of 95 %."""
    rng, repeats = np.random.default_rng(0), 400
    draws = rng.exponential(size=(repeats, 30))
    ours = sum(low < 1 < high for x in draws for low, high in [mean_interval(x) or (0, 0)])
    percentile = 0
    for x in draws:
        found = bootstrap((x,), np.mean, n_resamples=1000, method="percentile", rng=rng)
        percentile += found.confidence_interval.low < 1 < found.confidence_interval.high
    assert ours >= percentile
    assert ours >= binom.ppf(0.0005, repeats, 0.95)


def test_the_level_is_the_one_asked_for() -> None:
    draws = np.random.default_rng(1).normal(size=(300, 40))
    ends = [mean_interval(x, confidence=0.8) or (0, 0) for x in draws]
    hits = sum(low < 0 < high for low, high in ends)
    assert binom.ppf(0.0005, 300, 0.8) <= hits <= binom.ppf(0.9995, 300, 0.8)


def test_images_that_do_not_count_are_left_out() -> None:
    values = np.random.default_rng(0).normal(size=20)
    with_gaps = np.insert(values, [3, 7], np.nan)
    assert mean_interval(with_gaps) == mean_interval(values)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, 2.0, np.nan]])
def test_fewer_than_three_values_have_no_interval(values: list[float]) -> None:
    assert mean_interval(np.array(values)) is None


@pytest.mark.parametrize("values", [[0.0] * 5, [0.1] * 50, [0.1, 0.1, 0.1 + 2e-17, 0.1 + 1e-16]])
def test_equal_values_are_a_point(values: list[float]) -> None:
    assert mean_interval(np.array(values)) == (values[0], values[0])


def test_a_single_other_value_is_enough() -> None:
    low, high = mean_interval(np.array([0.0] * 99 + [1.0])) or (0, 0)
    assert low < 0.01 < high


def test_it_is_seeded_and_needs_little_memory() -> None:
    values = np.random.default_rng(0).gamma(2, size=2032)
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values) != mean_interval(values, seed=1)
    tracemalloc.start()
    mean_interval(values)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6, "2000 resamples at once would be 65 MB"

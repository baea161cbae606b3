"""Paired tests against SciPy, hand-computed values and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, permutation_test, wilcoxon

from tryonbench.stats.paired import cohens_d, holm, images_needed, sign_flip_p, superiority


def _scipys(differences: np.ndarray, flips: int) -> float:
    """SciPy permutes what was measured within each pair, which flips the sign."""
    found = permutation_test(
        (differences, np.zeros_like(differences)),
        lambda x, y, axis: (x - y).mean(axis),
        permutation_type="samples",
        n_resamples=flips,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def test_few_images_are_tested_exactly() -> None:
    differences = np.random.default_rng(0).normal(loc=0.5, size=10)
    assert sign_flip_p(differences) == _scipys(differences, 9999)
    assert sign_flip_p(np.array([1.0, 1.0, 1.0])) == 0.25, "2 of 8 patterns"


def test_many_images_are_sampled() -> None:
    differences = np.random.default_rng(0).normal(loc=0.15, size=200)
    p = sign_flip_p(differences)
    assert p == pytest.approx(_scipys(differences, 9999), abs=0.01)
    assert sign_flip_p(differences + 5) == 1 / 10_000, "never 0: the pattern seen is one of them"


def test_no_difference_at_all_is_sure_of_nothing() -> None:
    assert sign_flip_p(np.zeros(30)) == 1


def test_patterns_that_tie_are_counted_in_spite_of_rounding() -> None:
    """0.1 + 0.2 is not 0.3. Of the sums of +-1 +-2 +-3 +-3, 12 of 16 are as far out as 3."""
    sums = [abs(a + 2 * b + 3 * c + 3 * d) for a, b, c, d in product((-1, 1), repeat=4)]
    assert sum(total >= 3 for total in sums) == 12
    assert sign_flip_p(np.array([0.1, 0.2, -0.3, 0.3])) == 12 / 16


def test_it_is_about_means_as_wilcoxons_test_is_not() -> None:
    """Skewed differences with mean 0: no false verdict; Wilcoxon's finds their median."""
    rng, repeats = np.random.default_rng(0), 300
    draws = rng.exponential(size=(repeats, 150)) - 1
    ours = sum(sign_flip_p(x, flips=499) <= 0.05 for x in draws)
    theirs = sum(wilcoxon(x).pvalue <= 0.05 for x in draws)
    assert binom.ppf(0.0005, repeats, 0.05) <= ours <= binom.ppf(0.9995, repeats, 0.05)
    assert theirs > 3 * ours


def test_holm_against_a_computation_by_hand() -> None:
    """Sorted .005 .01 .03 .04, times 4, 3, 2, 1: .02 .03 .06 .04; made to rise: .02 .03 .06 .06."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9, 0.6]) == pytest.approx([1, 1, 1])
    assert holm([]) == []


def test_effects() -> None:
    differences = np.array([2.0, 4.0, -1.0, 0.0, 0.0])
    assert cohens_d(differences) == pytest.approx(1 / 2)
    assert superiority(differences) == pytest.approx(0.6)
    assert cohens_d(np.full(4, 3.0)) is None
    assert cohens_d(np.array([3.0])) is None


def test_the_images_needed_have_the_power() -> None:
    n, repeats = images_needed(0.4, 0.05), 400
    assert n == pytest.approx(52, abs=1), "tables of the paired t-test have 52"
    draws = np.random.default_rng(0).normal(loc=-0.4, size=(repeats, n))
    found = sum(sign_flip_p(x, flips=499) <= 0.05 for x in draws)
    assert binom.ppf(0.0005, repeats, 0.8) <= found <= binom.ppf(0.9995, repeats, 0.8)


def test_images_needed_where_the_effect_is_huge_or_none() -> None:
    assert images_needed(100.0, 0.05) == 6, "2^-5 is the first p below 0.05"
    assert images_needed(0.0, 0.05) is None
    assert images_needed(None, 0.05) is None

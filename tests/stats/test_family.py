"""The whole comparison by simulation: wrong claims are as rare as alpha, true ones are made."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tryonbench.stats.distances import half_distances
from tryonbench.stats.family import ImageValues, SetDistances, compare_methods
from tryonbench.stats.paired import images_needed
from tryonbench.stats.subsets import kernel_subsets

METRICS = ("one", "two", "three", "four")


def _metrics(rng: np.random.Generator, methods: str, n: int = 40, **shift: float) -> list:
    """Skewed values; an image that is hard is hard for every method. `A_one=0.3` moves one."""
    found = []
    for key in METRICS:
        hard = rng.gamma(2, size=n)
        values = {
            name: hard + rng.gamma(2, size=n) + shift.get(f"{name}_{key}", 0) for name in methods
        }
        found.append(ImageValues(key, True, values))
    return found


def test_false_claims_of_a_whole_comparison_are_near_alpha() -> None:
    """4 independent metrics: Holm's family errs in 1 - (1 - .05/4)^4 = 4.9 % of comparisons."""
    rng, repeats = np.random.default_rng(0), 300
    wrong = 0
    for _ in range(repeats):
        tests = compare_methods("AB", _metrics(rng, "AB"), flips=499)
        assert len(tests) == 4
        wrong += any(test.better for test in tests)
    assert binom.ppf(0.0005, repeats, 0.049) <= wrong <= binom.ppf(0.9995, repeats, 0.049)


def test_false_claims_among_three_methods_stay_below_alpha() -> None:
    """12 tests that depend on each other. Without correction, a third of comparisons would err."""
    rng, repeats = np.random.default_rng(1), 100
    wrong, uncorrected = 0, 0
    for _ in range(repeats):
        tests = compare_methods("ABC", _metrics(rng, "ABC"), flips=499)
        wrong += any(test.better for test in tests)
        uncorrected += any(test.p <= 0.05 for test in tests)
    assert wrong <= binom.ppf(0.9995, repeats, 0.05)
    assert uncorrected > 0.25 * repeats


def test_a_known_difference_is_found_and_no_other_is_made_up() -> None:
    rng, repeats = np.random.default_rng(2), 60
    right, wrong = 0, 0
    for _ in range(repeats):
        tests = compare_methods("AB", _metrics(rng, "AB", n=100, B_two=0.9), flips=499)
        claims = {test.metric: test.better for test in tests if test.better}
        right += claims.pop("two", None) == "B"
        wrong += bool(claims)
    assert right > 0.9 * repeats
    assert wrong <= binom.ppf(0.9995, repeats, 0.05)


def _pair(one: list[float], two: list[float], higher: bool = True, **options: float):
    values = {"A": np.array(one), "B": np.array(two)}
    return compare_methods("AB", [ImageValues("m", higher, values)], **options)


def test_what_a_test_says() -> None:
    one, two = [3.0, 4.0, 5.0, np.nan, 7.0], [1.0, 3.0, np.nan, 2.0, 3.0]
    [test] = _pair(one, two, higher=False)
    assert (test.n, test.value_first, test.value_second) == (3, 14 / 3, 7 / 3)
    assert test.difference == pytest.approx(7 / 3)
    assert test.low <= test.difference <= test.high
    assert test.effect == pytest.approx(np.mean([2, 1, 4]) / np.std([2, 1, 4], ddof=1))
    assert test.superiority == 0, "smaller is better, and A never is"
    assert (test.p, test.p_holm, test.better) == (0.25, 0.25, None)
    assert test.images_needed == 6, "with 3 images no p is below 0.05"


@pytest.mark.parametrize(("higher", "better"), [(True, "A"), (False, "B")])
def test_which_is_better_follows_the_metric(higher: bool, better: str) -> None:
    values = np.random.default_rng(0).normal(size=30)
    [test] = _pair(list(values + 5), list(values * 0.9), higher)
    assert test.better == better
    assert test.images_needed is None
    assert test.superiority == (1 if higher else 0)


def test_the_interval_and_the_verdict_follow_alpha() -> None:
    rng = np.random.default_rng(3)
    one, two = list(rng.normal(size=50) + 0.35), list(rng.normal(size=50))
    [strict], [loose] = _pair(one, two, alpha=0.01), _pair(one, two, alpha=0.3)
    assert strict.low < loose.low < loose.high < strict.high
    assert strict.better is None
    assert loose.better == "A"


def test_the_level_that_was_missed_decides_the_images_needed() -> None:
    """One test is passed; the three others had to reach 0.05 / 3."""
    metrics = _metrics(np.random.default_rng(0), "AB", A_one=5)
    passed, *failed = compare_methods("AB", metrics)
    assert passed.better == "A"
    for test in failed:
        assert test.images_needed == images_needed(test.effect, 0.05 / 3)


def test_many_tests_get_flips_enough_to_pass() -> None:
    """With 499 flips, no p would pass the correction for 60 tests."""
    rng = np.random.default_rng(0)
    methods = "ABCDEF"
    shift = {f"A_{key}": 9.0 for key in METRICS}
    tests = compare_methods(methods, _metrics(rng, methods, n=20, **shift), flips=499)
    assert len(tests) == 60
    assert all(test.better == "A" for test in tests if "A" in test.first)


def test_too_few_images_make_no_test() -> None:
    assert _pair([1.0, np.nan, 2.0], [np.nan, 1.0, 3.0]) == []


def test_distances_of_sets_are_tested_in_the_same_family() -> None:
    rng = np.random.default_rng(0)
    photos = rng.normal(size=(60, 6)).astype(np.float32)
    halves = {
        name: half_distances(kernel_subsets, photos + np.float32(by) * rng.random((60, 6)), photos)
        for name, by in (("A", 0.2), ("B", 1.5))
    }
    kid = SetDistances("kid", halves, 60)
    tests = compare_methods("AB", [*_metrics(rng, "AB"), kid])
    found = tests[-1]
    assert (found.metric, found.better, found.superiority) == ("kid", "A", None)
    assert found.difference == pytest.approx(found.value_first - found.value_second)
    assert found.low < found.difference < found.high < 0
    assert found.p_holm == pytest.approx(5 * found.p)

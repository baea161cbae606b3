"""FID and KID of subsets against the metrics themselves; their intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tryonbench.metrics.cmmd import Cmmd
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.kernel import mmd2
from tryonbench.stats import subsets
from tryonbench.stats.distances import (
    difference_p,
    estimate,
    fid_infinity,
    half_distances,
)
from tryonbench.stats.subsets import frechet_subsets, gaussian_subsets, kernel_subsets

Sets = tuple[np.ndarray, np.ndarray]


def _person(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Photographs' features: variances 1, 1/2, 1/3, ..."""
    return rng.normal(size=(n, d)) / np.sqrt(np.arange(1, d + 1))


def _method(rng: np.random.Generator, photos: np.ndarray, shift: float = 0.3) -> np.ndarray:
    """A method's features of the same persons: akin to the photographs' and shifted."""
    n, d = photos.shape
    return 0.8 * photos + 0.6 * _person(rng, n, d) + shift / np.sqrt(np.arange(1, d + 1))


def _sets(seed: int, n: int, d: int) -> Sets:
    rng = np.random.default_rng(seed)
    photos = _person(rng, n, d)
    return _method(rng, photos).astype(np.float32), photos.astype(np.float32)


def _some(seed: int, count: int, n: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.argsort(rng.random((count, n)), axis=1) < size


@pytest.mark.parametrize(("n", "d"), [(40, 64), (60, 16), (40, 30)])
def test_fid_of_subsets_is_fid(n: int, d: int) -> None:
    """Through the Gram form, beginning anew, and some of each."""
    output, reference = _sets(0, n, d)
    reference = np.concatenate([reference, reference[:9] * 2 + 30])
    rows = np.concatenate([_some(1, 3, n, n // 2), _some(2, 2, n, n)])
    columns = _some(3, 5, n + 9, n - 3)
    found = frechet_subsets(output, reference, rows, columns)
    expected = [
        frechet_distance(output[r], reference[c]) for r, c in zip(rows, columns, strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-8)


def test_kid_of_subsets_is_the_unbiased_mmd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsets, "ROWS_AT_A_TIME", 16)
    monkeypatch.setattr(subsets, "COLUMNS_AT_A_TIME", 11)
    output, reference = _sets(0, 45, 8)
    rows, columns = _some(1, 4, 45, 20), _some(2, 4, 45, 20)
    found = kernel_subsets(output, reference, rows, columns)
    expected = [mmd2(output[r], reference[c]) for r, c in zip(rows, columns, strict=True)]
    assert found == pytest.approx(expected, rel=1e-9)


def test_cmmd_of_subsets_is_that_of_their_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsets, "ROWS_AT_A_TIME", 16)
    monkeypatch.setattr(subsets, "COLUMNS_AT_A_TIME", 11)
    output, reference = _sets(0, 45, 8)
    rows, columns = _some(1, 4, 45, 20), _some(2, 4, 45, 30)
    found = gaussian_subsets(output, reference, rows, columns)
    expected = [
        Cmmd().value(output[r], reference[c]) / 1000 for r, c in zip(rows, columns, strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-9)


def test_kid_of_sets_that_are_not_equally_many() -> None:
    """By the definition, pair by pair."""
    output, reference = _sets(0, 9, 5)
    reference = reference[:6].astype(np.float64)
    kernel = [
        (a @ b.T / 5 + 1) ** 3
        for a, b in ((output, output), (reference, reference), (output, reference))
    ]
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in kernel[:2]]
    found = kernel_subsets(output, reference, np.ones((1, 9), bool), np.ones((1, 6), bool))
    assert found[0] == pytest.approx(sum(within) - 2 * kernel[2].mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("distance", "n", "d"),
    [
        (frechet_subsets, 60, 100),
        (frechet_subsets, 80, 12),
        (kernel_subsets, 60, 12),
        (gaussian_subsets, 60, 12),
    ],
)
def test_intervals_cover_what_such_sets_have_on_average(distance, n: int, d: int) -> None:
    """Within binomial tolerance (99.9 %) of 95 %, though FID at n / 2 images has twice the bias."""
    every, repeats = np.ones((1, n), bool), 150
    draws = [_sets(seed, n, d) for seed in range(600)]
    mean = np.mean([distance(x, y, every, every)[0] for x, y in draws])
    found = [estimate(half_distances(distance, x, y, resamples=50)) for x, y in draws[:repeats]]
    hits = sum(one.low < mean < one.high for one in found)
    assert binom.ppf(0.0005, repeats, 0.95) <= hits
    spread = np.std([one.value for one in found])
    assert 0.8 < np.mean([one.error for one in found]) / spread < 1.4, "and is not just wide"


@pytest.mark.parametrize(("distance", "shift"), [(frechet_subsets, 0.8), (kernel_subsets, 0.7)])
def test_two_methods_with_the_same_distance_and_not(distance, shift: float) -> None:
    same, other, repeats = 0, 0, 100
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        photos = _person(rng, 40, 60)
        halves = [
            half_distances(distance, _method(rng, photos, by), photos, resamples=50)
            for by in (0.3, 0.3, shift)
        ]
        same += difference_p(estimate(halves[0] - halves[1])) <= 0.05
        other += difference_p(estimate(halves[0] - halves[2])) <= 0.05
    assert same <= binom.ppf(0.9995, repeats, 0.05)
    assert other > 0.9 * repeats


def test_fid_infinity_removes_the_bias() -> None:
    """Sets of one distribution: the true FID is 0. One line is unsure; the mean of many is not."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        sets = [_person(rng, 400, 24).astype(np.float32) for _ in range(2)]
        found.append(fid_infinity(*sets, aligned=False, points=8, seed=seed))
    bias = np.mean([one.bias for one in found])
    assert bias == pytest.approx(np.mean([one.slope for one in found]) / 400)
    assert abs(np.mean([one.value for one in found])) < 0.1 * bias


def test_fid_infinity_keeps_a_true_distance() -> None:
    rng = np.random.default_rng(0)
    photos = _person(rng, 1000, 8).astype(np.float32)
    moved = photos[rng.permutation(1000)] + np.float32(1)
    found = fid_infinity(moved, photos)
    assert found.value == pytest.approx(8, rel=0.02)
    assert found == fid_infinity(moved, photos), "it is seeded"


def test_what_cannot_be_resampled_is_refused() -> None:
    output, reference = _sets(0, 20, 4)
    with pytest.raises(ValueError, match="7 images are too few to resample; 8 are needed"):
        half_distances(frechet_subsets, output[:7], reference[:7])
    with pytest.raises(ValueError, match="20 images cannot be aligned with 19"):
        fid_infinity(output, reference[:19])
    apart = half_distances(kernel_subsets, output, reference[:19], aligned=False)
    assert estimate(apart).error > 0


def test_halves_are_seeded_and_equal_for_all_methods() -> None:
    output, reference = _sets(0, 30, 4)
    one = half_distances(kernel_subsets, output, reference, resamples=20)
    assert (one == half_distances(kernel_subsets, output, reference, resamples=20)).all()
    assert (one != half_distances(kernel_subsets, output, reference, resamples=20, seed=1)).any()
    assert estimate(one - one).error == 0
    assert difference_p(estimate(one - one)) == 1

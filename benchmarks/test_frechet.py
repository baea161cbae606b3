"""The Fréchet distance from features, ours beside clean-fid's, on the same features."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tryonbench.metrics.frechet import frechet_distance

DIMENSIONS = 2048
COUNTS = (2_032, 10_000)
"""VITON-HD's test split; more images than dimensions."""


@pytest.fixture(scope="module", params=COUNTS)
def features(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    spectrum = 1 / np.sqrt(np.arange(1, DIMENSIONS + 1))
    one, two = (rng.normal(size=(request.param, DIMENSIONS)) * spectrum for _ in range(2))
    return one.astype(np.float32), two.astype(np.float32)


def clean_fid(one: np.ndarray, two: np.ndarray) -> float:
    """clean-fid 0.1.35 from features: moments, then scipy's sqrtm."""
    from cleanfid.fid import frechet_distance as reference

    moments = [f for x in (one, two) for f in (x.mean(axis=0), np.cov(x, rowvar=False))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(reference(*moments))


@pytest.mark.benchmark(group=f"Fréchet distance, d = {DIMENSIONS}")
@pytest.mark.parametrize("distance", [frechet_distance, clean_fid], ids=["ours", "clean-fid"])
def test_frechet(benchmark, features, distance) -> None:
    value = benchmark.pedantic(distance, args=features, rounds=3)
    assert value == pytest.approx(frechet_distance(*features), rel=1e-6)

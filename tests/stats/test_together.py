"""Tests made together have the values of those made one by one."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from tryonbench.stats.family import ImageValues, compare_methods
from tryonbench.stats.together import compare_together

METHODS = ("a", "b", "c")


def metric(key: str, n: int, higher: bool, hole: bool = False) -> ImageValues:
    """Skewed values, of which the later methods have higher ones."""
    rng = np.random.default_rng([n, len(key)])
    values = {name: rng.lognormal(size=n) + 0.6 * i for i, name in enumerate(METHODS)}
    if hole:
        values["b"][0] = np.nan
    return ImageValues(key, higher, values)


@pytest.mark.parametrize("n", [12, 40, 300])
def test_the_numbers_are_those_of_single_tests(n: int) -> None:
    metrics = [metric("x", n, True), metric("yy", n, False), metric("zzz", n, True, hole=True)]
    metrics.append(ImageValues("level", True, dict.fromkeys(METHODS, np.ones(n))))
    alone, together = compare_methods(METHODS, metrics), compare_together(METHODS, metrics)
    assert len(alone) == len(together) == 3 * 4
    for one, other in zip(alone, together, strict=True):
        assert (one.metric, one.first, one.second) == (other.metric, other.first, other.second)
        for key, value in asdict(one).items():
            found = asdict(other)[key]
            assert found == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value)


def test_a_difference_is_found_and_belongs_to_the_better_one() -> None:
    tests = compare_together(METHODS, [metric("x", 300, True), metric("yy", 300, False)])
    better = {(t.metric, t.first, t.second): t.better for t in tests}
    assert better["x", "a", "c"] == "c"
    assert better["yy", "a", "c"] == "a"

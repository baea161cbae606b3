"""Intervals computed again from the values of single images and of random halves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tryonbench.exchange.schema import Parcel
from tryonbench.results.schema import MetricValue
from tryonbench.stats import mean_interval
from tryonbench.stats.distances import estimate

TOLERANCE = 0.1
"""Of an interval's width: other versions of the resampling draw other numbers."""


def interval_findings(parcel: Parcel) -> Iterator[str]:
    """Intervals that are not those of the values that the file has."""
    for key, value in parcel.result.metrics.items():
        if value.value is not None and (again := _computed(parcel, key, value.value)):
            yield from _difference(key, value, again)


def _computed(parcel: Parcel, key: str, value: float) -> tuple[float, float] | None:
    """The interval that a metric's values give; None where there are too few of them."""
    if samples := (parcel.per_image or {}).get(key):
        return mean_interval(np.array(samples, np.float64))
    halves = (parcel.halves or {}).get(key, [])
    if len(halves) < 3:
        return None
    found = estimate(np.array(halves))
    return value - (found.value - found.low), value + (found.high - found.value)


def _difference(key: str, value: MetricValue, again: tuple[float, float]) -> Iterator[str]:
    low, high = again
    computed = f"the interval is {low:.4g} to {high:.4g} by its values"
    if value.low is None or value.high is None:
        yield f"{key}: {computed}, and none is given"
        return
    slack = TOLERANCE * (high - low) + 1e-9
    if abs(value.low - low) > slack or abs(value.high - high) > slack:
        yield f"{key}: {computed}, not {value.low:.4g} to {value.high:.4g}"

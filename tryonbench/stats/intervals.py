"""How sure a mean is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

RESAMPLES = 2000
VALUES_AT_A_TIME = 400_000
"""Resampled values in memory at a time."""
ROUNDING = 1e-12
"""Values that differ by less, relatively, are equal."""


def mean_interval(
    values: NDArray[np.float64], seed: int = 0, confidence: float = 0.95
) -> tuple[float, float] | None:
    """BCa bootstrap interval of the mean (Efron and Tibshirani, 1993, chapter 14).

    At 2,032 values it takes 0.1 s and a few megabytes.

    >>> low, high = mean_interval(np.arange(100.0)) or (0, 0)
    >>> low < 49.5 < high
    True

    Args:
        values: (n,), one for each image; NaN where an image does not count.

    Returns:
        Both ends; None for fewer than 3 values, which show too little of their spread. Equal
        values give a point: a bootstrap knows no other values than those it is given.
    """
    counted = values[~np.isnan(values)]
    if len(counted) < 3:
        return None
    if np.ptp(counted) <= ROUNDING * np.abs(counted).max():
        return float(counted[0]), float(counted[0])
    done = bootstrap(
        (counted,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=max(1, VALUES_AT_A_TIME // len(counted)),
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    return float(done.confidence_interval.low), float(done.confidence_interval.high)

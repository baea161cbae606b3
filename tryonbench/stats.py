"""How sure a mean is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

RESAMPLES = 2000


def mean_interval(values: NDArray[np.float64], seed: int = 0) -> tuple[float, float] | None:
    """95 % bootstrap interval of the mean (BCa; Efron, 1987), or None for fewer than 3 values.

    Equal values give a point.

    >>> low, high = mean_interval(np.arange(100.0)) or (0, 0)
    >>> low < 49.5 < high
    True
    """
    if len(values) < 3:
        return None
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    done = bootstrap((values,), np.mean, n_resamples=RESAMPLES, rng=np.random.default_rng(seed))
    return float(done.confidence_interval.low), float(done.confidence_interval.high)

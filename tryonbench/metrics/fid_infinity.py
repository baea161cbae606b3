"""FID at infinitely many images, extrapolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import NonNegativeInt

from tryonbench.metrics.base import Features, InceptionMetric, NotDefined
from tryonbench.stats.distances import FEWEST, fid_infinity


@dataclass(frozen=True)
class FidInfinity(InceptionMetric):
    """FID-infinity (Chong and Forsyth, 2020), with both sets extrapolated: see `fid_infinity`.

    >>> import numpy as np
    >>> x, y = np.random.default_rng(0).normal(size=(2, 400, 16)).astype(np.float32)
    >>> from tryonbench.metrics.frechet import frechet_distance
    >>> round(frechet_distance(x, y), 2), round(FidInfinity().value(x, y), 2)
    (0.39, -0.07)
    """

    label: ClassVar[str] = "FID∞"
    higher_is_better: ClassVar[bool] = False
    seed: NonNegativeInt = 0
    """Draws the subsets."""

    def value(self, output: Features, reference: Features) -> float:
        if min(len(output), len(reference)) < FEWEST:
            raise NotDefined(f"needs {FEWEST} images or more, there are {len(output)}")
        aligned = len(output) == len(reference)
        return fid_infinity(output, reference, aligned=aligned, seed=self.seed).value

"""FID at infinitely many images, extrapolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import NonNegativeInt

from tryonbench.metrics.base import Features, Halves, NotDefined
from tryonbench.metrics.frechet import Fid
from tryonbench.stats.distances import FEWEST, fid_infinity


@dataclass(frozen=True)
class FidInfinity(Fid):
    """FID-infinity (Chong and Forsyth, 2020), with both sets extrapolated: see `fid_infinity`.

    >>> import numpy as np
    >>> x, y = np.random.default_rng(0).normal(size=(2, 400, 16)).astype(np.float32)
    >>> round(Fid().value(x, y), 2), round(abs(FidInfinity().value(x, y)), 2)
    (0.39, 0.07)
    """

    label: ClassVar[str] = "FID∞"
    seed: NonNegativeInt = 0
    """Draws the subsets."""

    def value(self, output: Features, reference: Features) -> float:
        if min(len(output), len(reference)) < FEWEST:
            raise NotDefined(f"needs {FEWEST} images or more, there are {len(output)}")
        aligned = len(output) == len(reference)
        return fid_infinity(output, reference, aligned=aligned, seed=self.seed).value

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves | None:
        """None: the spread over halves says nothing of the extrapolation's own error."""
        return None

"""CMMD: the maximum mean discrepancy between sets of CLIP embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tryonbench.metrics.base import Features, Halves, SetMetric

Matrix = NDArray[np.float64]
SIGMA = 10.0
"""Bandwidth of the kernel."""
SCALE = 1000.0
"""What CMMD multiplies the squared discrepancy by."""


@dataclass(frozen=True)
class Cmmd(SetMetric):
    """CMMD (Jayasumana et al., 2024): 1000 MMD^2, biased, of embeddings of length 1, 768-d.

    As google-research's `cmmd/distance.py` (commit 4c42994) has it, in float64.

    >>> x, y = np.eye(2, dtype=np.float32)
    >>> round(Cmmd().value(x[None], y[None]), 4)
    19.9003
    """

    label: ClassVar[str] = "CMMD"
    higher_is_better: ClassVar[bool] = False

    @property
    def weights(self) -> str:
        return "clip"

    def value(self, output: Features, reference: Features) -> float:
        from tryonbench.stats.subsets import gaussian_subsets

        every = (np.ones((1, len(features)), dtype=bool) for features in (output, reference))
        return SCALE * float(gaussian_subsets(output, reference, *every)[0])

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        from tryonbench.stats.distances import half_distances
        from tryonbench.stats.subsets import gaussian_subsets

        return SCALE * half_distances(gaussian_subsets, output, reference, aligned=aligned)


def gaussian_kernel(x: Matrix, y: Matrix) -> Matrix:
    """exp(-|x - y|^2 / (2 SIGMA^2)) for all pairs, (N, D) and (M, D) -> (N, M).

    >>> gaussian_kernel(np.zeros((1, 2)), np.array([[0.0, 0.0], [6.0, 8.0]])).round(4)
    array([[1.    , 0.6065]])
    """
    squared = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    kernel: Matrix = np.exp(-squared / (2 * SIGMA**2))
    return kernel

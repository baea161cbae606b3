"""KID: the kernel distance between sets of Inception features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt

from tryonbench.metrics.base import Features, Halves, InceptionMetric, NotDefined


@dataclass(frozen=True)
class Kid(InceptionMetric):
    """KID (Binkowski et al., 2018): mean over subsets of the unbiased MMD^2; shown x 1000.

    Subset scheme of clean-fid, but seeded.

    >>> Kid().remark(36, 2032)
    'subsets of 36 images, not of 1000: there are no more'
    """

    label: ClassVar[str] = "KID x1000"
    higher_is_better: ClassVar[bool] = False
    scale: ClassVar[float] = 1000.0
    subsets: PositiveInt = 100
    subset_size: Annotated[int, Field(ge=2)] = 1000
    """Or the size of the smaller set, if that is less."""
    seed: NonNegativeInt = 0

    def value(self, output: Features, reference: Features) -> float:
        size = self._size(len(output), len(reference))
        if size < 2:
            raise NotDefined(f"needs 2 images or more, there are {size}")
        if size == len(output) == len(reference):
            return mmd2(output, reference)  # every draw would be all of both
        rng = np.random.default_rng(self.seed)
        output, reference = _in_own_order(output), _in_own_order(reference)
        draws = [
            mmd2(
                output[rng.choice(len(output), size, replace=False)],
                reference[rng.choice(len(reference), size, replace=False)],
            )
            for _ in range(self.subsets)
        ]
        return float(np.mean(draws))

    def _size(self, outputs: int, references: int) -> int:
        return min(outputs, references, self.subset_size)

    def remark(self, outputs: int, references: int) -> str | None:
        size = self._size(outputs, references)
        if size == self.subset_size:
            return None
        return f"subsets of {size} images, not of {self.subset_size}: there are no more"

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        """Of the full U-statistic, whose subsets `value` averages."""
        from tryonbench.stats.distances import half_distances
        from tryonbench.stats.subsets import kernel_subsets

        return half_distances(kernel_subsets, output, reference, aligned=aligned)


def _in_own_order(features: Features) -> Features:
    """The rows in an order of their own, so that subsets do not depend on the order given."""
    direction = np.random.default_rng(0).normal(size=features.shape[1])
    return features[np.argsort(features @ direction)]


def mmd2(x: Features, y: Features) -> float:
    """Unbiased MMD^2 with the kernel k(x, y) = (x.y / d + 1)^3, for (m, d) and (m, d).

    Bounded by the diagonal terms that it leaves out; it can be negative.
    """
    m = len(x)
    one, two = x.astype(np.float64), y.astype(np.float64)
    within = polynomial_kernel(one, one) + polynomial_kernel(two, two)
    across = polynomial_kernel(one, two)
    return float((within.sum() - np.trace(within)) / (m * (m - 1)) - 2 * across.mean())


def polynomial_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(x.y / d + 1)^3 for all pairs, (N, d) and (M, d) -> (N, M)."""
    kernel: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return kernel

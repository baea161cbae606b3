"""Balls around features, each as wide as the distance to the k-th nearest of the same set.

Distances are float64 and computed in blocks of rows, so memory grows with N, not with N^2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tryonbench.metrics.base import Features, NotDefined

Matrix = NDArray[np.float64]
ROWS = 256
"""Rows of a block of distances."""
ROUNDING = 1e-10
"""Squared distances that differ by less than this share of the largest squared norm are equal:
above the rounding of float64, below that of the float32 features."""


class Balls:
    """A ball around each centre, reaching to its k-th nearest other centre."""

    def __init__(self, centres: Features, k: int) -> None:
        """
        Args:
            centres: (N, D).

        Raises:
            NotDefined: there are k images or fewer.
        """
        if len(centres) <= k:
            raise NotDefined(f"needs {k + 1} images or more, there are {len(centres)}")
        self.k, self.origin = k, centres.mean(axis=0, dtype=np.float64)
        self.centres = self._from_origin(centres)
        blocks = _squared_distances(self.centres, self.centres)
        own = [np.partition(block, k, axis=1)[:, k].copy() for block in blocks]
        self.radii: Matrix = np.concatenate(own)
        """Squared, (N,). The nearest, number 0, is the centre itself."""

    def counts(self, points: Features, closed: bool) -> NDArray[np.int64]:
        """In how many balls, with or without their boundary, each point lies, (M, D) -> (M,)."""
        moved = self._from_origin(points)
        slack, blocks = self._slack(moved), _squared_distances(moved, self.centres)
        inside = (
            block <= self.radii + slack if closed else block < self.radii - slack
            for block in blocks
        )
        return np.concatenate([np.count_nonzero(rows, axis=1) for rows in inside])

    def occupied(self, points: Features) -> NDArray[np.bool_]:
        """Which balls have a point strictly inside, (M, D) -> (N,)."""
        moved = self._from_origin(points)
        blocks = _squared_distances(self.centres, moved)
        nearest = np.concatenate([block.min(axis=1) for block in blocks])
        inside: NDArray[np.bool_] = nearest < self.radii - self._slack(moved)
        return inside

    def _from_origin(self, features: Features) -> Matrix:
        """Relative to the centres' mean, where float64 loses least."""
        moved: Matrix = features.astype(np.float64) - self.origin
        return moved

    def _slack(self, points: Matrix) -> float:
        norms = (float((x**2).sum(axis=1).max()) for x in (self.centres, points))
        return ROUNDING * max(norms)


def _squared_distances(rows: Matrix, columns: Matrix) -> Iterator[Matrix]:
    """|r - c|^2 in blocks of (ROWS, M)."""
    norms = (columns**2).sum(axis=1)
    for start in range(0, len(rows), ROWS):
        block = rows[start : start + ROWS]
        squared = (block**2).sum(axis=1, keepdims=True) + norms - 2 * block @ columns.T
        yield np.maximum(squared, 0)

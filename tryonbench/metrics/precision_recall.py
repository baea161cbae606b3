"""Improved precision and recall (Kynkäänniemi et al., 2019), on Inception features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import PositiveInt

from tryonbench.metrics.base import Features, InceptionMetric
from tryonbench.metrics.neighbours import Balls


@dataclass(frozen=True)
class Precision(InceptionMetric):
    """Share of outputs that lie in some reference's ball (eq. 2, with the boundary).

    The paper uses VGG-16; here, as in torch-fidelity and in papers on FID's network, Inception.

    >>> import numpy as np
    >>> reference = np.arange(8, dtype=np.float32).reshape(8, 1)
    >>> Precision().value(np.array([[1.5], [2.5], [4.5], [99]], np.float32), reference)
    0.75
    """

    label: ClassVar[str] = "Precision"
    higher_is_better: ClassVar[bool] = True
    k: PositiveInt = 3
    """A ball reaches to the k-th nearest other image of its set."""

    def value(self, output: Features, reference: Features) -> float:
        return covered_share(output, reference, self.k)


@dataclass(frozen=True)
class Recall(InceptionMetric):
    """Share of references that lie in some output's ball.

    >>> import numpy as np
    >>> reference = np.arange(8, dtype=np.float32).reshape(8, 1)
    >>> Recall().value(np.array([[0], [1], [2], [3]], np.float32), reference)
    0.875
    """

    label: ClassVar[str] = "Recall"
    higher_is_better: ClassVar[bool] = True
    k: PositiveInt = 3
    """A ball reaches to the k-th nearest other image of its set."""

    def value(self, output: Features, reference: Features) -> float:
        return covered_share(reference, output, self.k)


def covered_share(points: Features, centres: Features, k: int) -> float:
    """Share of the points, (M, D), that lie in or on the ball of some centre, (N, D).

    Raises:
        NotDefined: k centres or fewer.
    """
    return float((Balls(centres, k).counts(points, closed=True) > 0).mean())

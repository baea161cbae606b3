"""Density and coverage (Naeem et al., 2020), on Inception features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import PositiveInt

from tryonbench.metrics.base import Features, InceptionMetric
from tryonbench.metrics.neighbours import Balls


@dataclass(frozen=True)
class Density(InceptionMetric):
    """In how many references' balls an output lies, over k, on average (eq. 4). Can pass 1.

    Without the boundary, as in the authors' `prdc` 0.2; a set against itself gives 1.

    >>> import numpy as np
    >>> reference = np.arange(16, dtype=np.float32).reshape(16, 1) ** 1.1
    >>> Density().value(reference, reference)
    1.0
    """

    label: ClassVar[str] = "Density"
    higher_is_better: ClassVar[bool] = True
    k: PositiveInt = 5
    """A ball reaches to the k-th nearest other reference."""

    def value(self, output: Features, reference: Features) -> float:
        inside = Balls(reference, self.k).counts(output, closed=False)
        return float(inside.mean() / self.k)


@dataclass(frozen=True)
class Coverage(InceptionMetric):
    """Share of references' balls that hold an output (eq. 5), without the boundary.

    >>> import numpy as np
    >>> reference = np.arange(16, dtype=np.float32).reshape(16, 1)
    >>> Coverage().value(reference[:1], reference)
    0.1875
    """

    label: ClassVar[str] = "Coverage"
    higher_is_better: ClassVar[bool] = True
    k: PositiveInt = 5
    """A ball reaches to the k-th nearest other reference."""

    def value(self, output: Features, reference: Features) -> float:
        return float(Balls(reference, self.k).occupied(output).mean())

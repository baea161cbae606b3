"""FD-DINOv2: the Fréchet distance between Gaussians fitted to DINOv2 features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tryonbench.metrics.base import Features, Halves, SetMetric
from tryonbench.metrics.frechet import frechet_distance, frechet_halves


@dataclass(frozen=True)
class FdDinov2(SetMetric):
    """FD on the class token of DINOv2 ViT-L/14, 1024-d (Stein et al., 2023; dgm-eval).

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    >>> round(FdDinov2().value(x, x + 3.0), 4)
    36.0
    """

    label: ClassVar[str] = "FD-DINOv2"
    higher_is_better: ClassVar[bool] = False

    @property
    def weights(self) -> str:
        return "dinov2"

    def value(self, output: Features, reference: Features) -> float:
        return frechet_distance(output, reference)

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        return frechet_halves(output, reference, aligned)

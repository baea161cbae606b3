"""FID and KID at the shallower layers of the FID Inception; never to be read as FID or KID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tryonbench.metrics.base import Features, Halves, InceptionMetric
from tryonbench.metrics.frechet import frechet_distance, frechet_halves
from tryonbench.metrics.inception import TAPS
from tryonbench.metrics.kernel import Kid

WEIGHTS = "inception-partial"


def layer(features: Features, width: int) -> Features:
    """The columns of one layer, (N, 1024) -> (N, width).

    >>> import numpy as np
    >>> layer(np.zeros((2, 1024), np.float32), 192).shape
    (2, 192)

    Raises:
        ValueError: the features are those of another network.
    """
    if features.shape[1] != TAPS[768].stop:
        raise ValueError(f"{features.shape[1]} features are not those of {WEIGHTS}")
    return features[:, TAPS[width]]


@dataclass(frozen=True)
class Fid64(InceptionMetric):
    """The Fréchet distance of FID at the first max pool, 64-d (torchmetrics' `feature=64`)."""

    label: ClassVar[str] = "FID-64"
    higher_is_better: ClassVar[bool] = False
    decimals: ClassVar[int] = 4
    width: ClassVar[int] = 64

    @property
    def weights(self) -> str:
        return WEIGHTS

    def value(self, output: Features, reference: Features) -> float:
        return frechet_distance(layer(output, self.width), layer(reference, self.width))

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        return frechet_halves(layer(output, self.width), layer(reference, self.width), aligned)


@dataclass(frozen=True)
class Fid192(Fid64):
    """At the second max pool, 192-d."""

    label: ClassVar[str] = "FID-192"
    width: ClassVar[int] = 192


@dataclass(frozen=True)
class Fid768(Fid64):
    """Before the auxiliary classifier (Mixed_6e), 768-d."""

    label: ClassVar[str] = "FID-768"
    width: ClassVar[int] = 768


@dataclass(frozen=True)
class Kid768(Kid):
    """KID before the auxiliary classifier (Mixed_6e), 768-d."""

    label: ClassVar[str] = "KID-768 x1000"

    @property
    def weights(self) -> str:
        return WEIGHTS

    def value(self, output: Features, reference: Features) -> float:
        return super().value(layer(output, 768), layer(reference, 768))

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves:
        return super().halves(layer(output, 768), layer(reference, 768), aligned)

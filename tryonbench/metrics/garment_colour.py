"""Garment colour: mean CIEDE2000 between output and truth inside the garment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Region, Scored, mean_inside
from tryonbench.metrics.ciede2000 import ciede2000, lab_from_srgb


@dataclass(frozen=True)
class GarmentCiede2000(ImageMetric):
    """Colour difference per pixel, averaged over the truth's upper garment. 1 is just noticeable.

    An image whose truth shows no garment gets NaN and does not count.
    """

    label: ClassVar[str] = "Garment ΔE00"
    higher_is_better: ClassVar[bool] = False
    decimals: ClassVar[int] = 2
    white: Literal["D65"] = "D65"
    labels: tuple[Literal[5], Literal[6], Literal[7]] = (5, 6, 7)
    """Parse labels of the truth that make the region."""

    @property
    def region(self) -> Region:
        return "garment"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        def score(images: Scored) -> Tensor:
            assert images.region is not None
            error = ciede2000(lab_from_srgb(images.output), lab_from_srgb(images.truth))
            return mean_inside(error, images.region)

        return score

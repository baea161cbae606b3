"""Garment colour: mean CIEDE2000 between output and truth inside the garment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Region, Scored
from tryonbench.metrics.by_picture import by_picture
from tryonbench.metrics.ciede2000 import ciede2000, lab_from_srgb

BLOCK = 16_384
"""Pixels at a time on a CPU, whose arrays stay in the processor's cache."""


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
            return by_picture(mean_difference, images.output, images.truth, images.region)

        return score


def mean_difference(output: Tensor, truth: Tensor, inside: Tensor) -> Tensor:
    """Mean CIEDE2000 over the pixels of a picture that count; NaN if there are none.

    Args:
        output: (3, H, W) in [0, 1]; so is `truth`.
        inside: bool (H, W).
    """
    where = inside.flatten().nonzero().squeeze(1)
    size = BLOCK if where.device.type == "cpu" else max(1, len(where))
    pairs = ((_pixels(output, part), _pixels(truth, part)) for part in torch.split(where, size))
    total = torch.stack([ciede2000(*map(lab_from_srgb, pair)).sum() for pair in pairs]).sum()
    return total / len(where)


def _pixels(image: Tensor, where: Tensor) -> Tensor:
    """(3, H, W) -> (1, 3, 1, K)."""
    return image.flatten(1).index_select(1, where)[None, :, None]

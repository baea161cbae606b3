"""Paints the covered area in the garment's mean colour."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tryonbench.method import MethodInfo, TryOnBatch, TryOnMethod


def mean_colour(image: Tensor, mask: Tensor) -> Tensor:
    """Mean under a mask, (N, 3, H, W) and (N, 1, H, W) in {0, 1} -> (N, 3, 1, 1); 0 if empty."""
    area = mask.sum((2, 3), keepdim=True).clamp(min=1)
    return (image * mask).sum((2, 3), keepdim=True) / area


class MeanColour(TryOnMethod):
    """A flat patch of the right colour: it shows what a colour metric alone is worth."""

    info = MethodInfo(
        name="mean-colour",
        family="baseline",
        paper="none: the floor that any method must beat to claim more than a colour",
        licence="Apache-2.0",
        inputs=("agnostic", "agnostic_mask", "cloth", "cloth_mask"),
        trainable=False,
    )

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The agnostic pictures with the mask in the mean colour, (N, 3, H, W) in [-1, 1]."""
        colour = mean_colour(batch.need("cloth"), batch.need("cloth_mask"))
        return torch.where(batch.need("agnostic_mask") > 0, colour, batch.need("agnostic"))

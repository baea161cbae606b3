"""The garment laid on the person by attention, and blended into the picture by a learnt mask.

What a network has to learn is then where the garment goes, not to repeat its colours.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench_methods.common.attention import (
    attend,
    group_norm,
    placed,
    start_in_place,
    tokens,
)

BLEND_CHANNELS = 3 + 1
"""What a head gives for `blended`: RGB and the mask's logit."""
SMALLEST_WIDTH = 32
"""Of queries and keys."""
SHARPNESS = 2.0
"""Scale of the first queries and keys; CONTENT_GAIN is how much the maps count in them beside the
place. The nine cells about a cell's own place then get most of its attention."""
CONTENT_GAIN = 0.5
EMPTY = 1e-4
"""Share of garment below which a warped pixel fades to grey."""


class SoftWarp(nn.Module):
    """The garment's pixels, moved to the person by the similarity of two feature maps.

    Each patch of the person takes the mean of the garment's patches, weighted by a softmax over the
    similarities: the correspondence of Zhang et al. 2020 (CoCosNet, arXiv:2004.05571), equations 2
    and 3. The maps may be coarser than the patches, which know their own places. It starts with
    each patch reading its own place.
    """

    def __init__(self, channels: int, patch: int) -> None:
        """For maps of so many channels and patches of so many pixels a side.

        Queries and keys are as wide as the values: only then is attention on CPUs fused.
        """
        super().__init__()
        self.patch, self.width = patch, max(SMALLEST_WIDTH, 4 * patch**2)
        self.query_norm, self.key_norm = group_norm(channels), group_norm(channels)
        self.query, self.key = nn.Linear(channels, self.width), nn.Linear(channels, self.width)
        start_in_place(self.query, self.key, SHARPNESS)
        for norm in (self.query_norm, self.key_norm):
            nn.init.constant_(norm.weight, CONTENT_GAIN)

    def forward(self, person: Tensor, features: Tensor, garment: Tensor) -> Tensor:
        """The garment's colours where the person wears them, (N, 3, H, W) in [-1, 1].

        Args:
            person: feature map of the person, (N, C, h, w).
            features: feature map of the garment, (N, C, h', w').
            garment: segmented garment RGB in [-1, 1] and its mask, (N, 4, H, W).
        """
        patches = F.pixel_unshuffle(garment, self.patch)
        query = self.query(placed(_stretched(self.query_norm(person), patches)))
        key = self.key(placed(_stretched(self.key_norm(features), patches)))
        values = F.pad(patches, (0, 0, 0, 0, 0, self.width - patches.shape[1]))
        read = attend(query, key, tokens(values), heads=1).transpose(1, 2)
        moved = F.pixel_shuffle(read[:, : patches.shape[1]].reshape(patches.shape), self.patch)
        moved = moved.to(garment)
        return moved[:, :3] / moved[:, 3:].clamp(min=EMPTY)


def soft_warp(channels: int, patch: int | None) -> SoftWarp | None:
    """The warp of a network whose settings have a patch."""
    return SoftWarp(channels, patch) if patch else None


def _stretched(x: Tensor, like: Tensor) -> Tensor:
    """The map at the resolution of another, bilinear."""
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=False)


def blended(head: Tensor, base: Tensor, warped: Tensor) -> Tensor:
    """mask * warped garment + (1 - mask) * (base + change); Wang et al. 2018 (CP-VTON), eq. 4.

    Args:
        head: the change of the base and the mask's logit, (N, 4, H, W).
        base: (N, 3, H, W).
        warped: (N, 3, H, W).
    """
    head = head.to(warped)
    return torch.lerp(base.to(warped) + head[:, :3], warped, head[:, 3:].sigmoid())

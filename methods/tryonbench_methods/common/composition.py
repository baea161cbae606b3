"""The garment laid on the person by attention, and blended into the picture by a learnt mask.

What a network has to learn is then where the garment goes, not to repeat its colours.
"""

from __future__ import annotations

import math

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
from tryonbench_methods.common.sizes import resized

BLEND_CHANNELS = 3 + 1
"""What a head gives for `blended`: RGB and the mask's logit."""
WIDTH = 32
"""Of queries and keys."""
SHARPNESS = 2.0
"""Scale of the first queries and keys. The 5x5 patches about a patch's own place then get 0.6 (maps
of 64 channels) to 0.98 (of 128) of its attention."""
CONTENT_GAIN = 0.5
"""How much the maps count in the first queries and keys, beside the place."""
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
        """For maps of so many channels and patches of so many pixels a side."""
        super().__init__()
        self.patch = patch
        self.query_norm, self.key_norm = group_norm(channels), group_norm(channels)
        self.query, self.key = nn.Linear(channels, WIDTH), nn.Linear(channels, WIDTH)
        start_in_place(self.query, self.key, SHARPNESS)
        for norm in (self.query_norm, self.key_norm):
            nn.init.constant_(norm.weight, CONTENT_GAIN)

    def forward(self, person: Tensor, features: Tensor, garment: Tensor) -> Tensor:
        """The garment's colours where the person wears them, (N, 3, H, W) in [-1, 1].

        Args:
            person: feature map of the person, (N, C, h, w).
            features: feature map of the garment, (N, C, h', w').
            garment: segmented garment and its mask, (N, 4, H, W): RGB in [-1, 1], times the mask.
        """
        patches = F.pixel_unshuffle(garment, self.patch)
        query = self.query(placed(resized(self.query_norm(person), patches)))
        key = self.key(placed(resized(self.key_norm(features), patches)))
        read = attend_unlike(query, key, tokens(patches)).transpose(1, 2)
        moved = F.pixel_shuffle(read.reshape(patches.shape), self.patch).to(garment)
        return moved[:, :3] / moved[:, 3:].clamp(min=EMPTY)


def attend_unlike(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of one head over values that are wider or narrower than the queries.

    All are padded with zeros to one width, each token's channels side by side in memory: only then
    is attention fused, on CPUs and on CUDA.

    Args:
        query: (N, Q, C).
        key: (N, K, C).
        value: (N, K, D).

    Returns:
        (N, Q, D).
    """
    width = max(query.shape[2], value.shape[2])
    query = query * math.sqrt(width / query.shape[2])
    padded = (F.pad(x, (0, width - x.shape[2])) for x in (query, key, value))
    query, key, wide = (x.contiguous() for x in padded)
    return attend(query, key, wide, heads=1)[..., : value.shape[2]]


def soft_warp(channels: int, patch: int | None) -> SoftWarp | None:
    """The warp of a network whose settings have a patch."""
    return SoftWarp(channels, patch) if patch else None


def blended(head: Tensor, base: Tensor, warped: Tensor) -> Tensor:
    """mask * warped garment + (1 - mask) * (base + change); Wang et al. 2018 (CP-VTON), eq. 4.

    Args:
        head: the change of the base and the mask's logit, (N, 4, H, W).
        base: (N, 3, H, W).
        warped: (N, 3, H, W).
    """
    head = head.to(warped)
    return torch.lerp(base.to(warped) + head[:, :3], warped, head[:, 3:].sigmoid())

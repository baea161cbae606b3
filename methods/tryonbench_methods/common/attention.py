"""Attention between feature maps, with a sense of place.

Positions are Fourier features of coordinates in [0, 1], so that two maps of different size, and
body joints, share one frame. Convolutions alone leave place to be guessed from the zero padding,
which a short training does not manage.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUP = 8
"""Channels in a group of GroupNorm."""

SHARPNESS = 1.5
"""Scale of the first queries and keys: with 32 channels a head, a cell's own place leads by 6."""


KeysValues = tuple[Tensor, Tensor]


def group_norm(channels: int) -> nn.GroupNorm:
    """GroupNorm with groups of 8 channels."""
    return nn.GroupNorm(channels // GROUP, channels)


def fourier(points: Tensor, channels: int) -> Tensor:
    """Sines and cosines of coordinates, 0.5 to 8 waves, (..., 2) in [0, 1] -> (..., channels)."""
    waves = torch.logspace(-1, 3, channels // 4, base=2, device=points.device)
    angles = (points[..., None] * (2 * math.pi * waves)).flatten(-2)
    return torch.cat([angles.sin(), angles.cos()], -1)


def grid(height: int, width: int, device: torch.device) -> Tensor:
    """The centres (x, y) of a map's cells, row by row, (H * W, 2) in [0, 1]."""
    y = (torch.arange(height, device=device) + 0.5) / height
    x = (torch.arange(width, device=device) + 0.5) / width
    return torch.stack([x.repeat(height), y.repeat_interleave(width)], -1)


def tokens(feature_map: Tensor) -> Tensor:
    """A token a cell, (N, C, H, W) -> (N, H * W, C)."""
    return feature_map.flatten(2).transpose(1, 2)


def placed(feature_map: Tensor) -> Tensor:
    """A map's tokens plus their positions, (N, C, H, W) -> (N, H * W, C)."""
    cells = grid(feature_map.shape[2], feature_map.shape[3], feature_map.device)
    return tokens(feature_map) + fourier(cells, feature_map.shape[1])


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Multi-head attention, (N, L, C) over (N, S, C) -> (N, L, C)."""
    q, k, v = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (query, key, value))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def start_in_place(query: nn.Linear, key: nn.Linear, sharpness: float) -> None:
    """Equal queries and keys: a cell first reads its own place, and learns to look elsewhere.

    A flat garment lies about as it is worn, so this spares the training the search for it.
    """
    nn.init.orthogonal_(query.weight, sharpness)
    with torch.no_grad():
        key.weight.copy_(query.weight)


class MapAttention(nn.Module):
    """x + out(attention): a map reads another map, or itself; extra tokens may join.

    The residual is added to x itself, not to its normalised copy. Queries and keys are normalised
    and know their position. Values are the source as it is: normalised over the picture, they
    would lose much of a garment's colour.
    """

    def __init__(self, channels: int, head_dim: int, token_channels: int | None = None) -> None:
        """Both maps have `channels`; tokens of `token_channels` join keys and values, if given."""
        super().__init__()
        self.heads = channels // head_dim
        self.query_norm, self.key_norm = group_norm(channels), group_norm(channels)
        self.query, self.key = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.value, self.out = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.token_key_value = nn.Linear(token_channels, 2 * channels) if token_channels else None
        start_in_place(self.query, self.key, SHARPNESS)

    def forward(self, x: Tensor, source: Tensor, extra: Tensor | None = None) -> Tensor:
        """(N, C, H, W) reads (N, C, h, w) and extra tokens (N, L, T) -> (N, C, H, W)."""
        return self.read(x, self.keys_values(source, extra))

    def read(self, x: Tensor, keys_values: KeysValues) -> Tensor:
        """(N, C, H, W) reads what `keys_values` gave -> (N, C, H, W)."""
        query = self.query(placed(self.query_norm(x)))
        read: Tensor = self.out(attend(query, *keys_values, self.heads))
        return x + read.transpose(1, 2).reshape(x.shape)

    def keys_values(self, source: Tensor, extra: Tensor | None = None) -> KeysValues:
        """Keys and values of the source's cells, then of the extra tokens, each (N, S, C)."""
        key, value = self.key(placed(self.key_norm(source))), self.value(tokens(source))
        if self.token_key_value is None or extra is None:
            return key, value
        extra_key, extra_value = self.token_key_value(extra).chunk(2, -1)
        return torch.cat([key, extra_key], 1), torch.cat([value, extra_value], 1)

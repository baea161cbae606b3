"""Parts of the two UNets: embeddings, residual blocks, changes of resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench_methods.common.attention import attend, fourier, group_norm
from tryonbench_methods.common.conditions import JOINTS


def sinusoidal(value: Tensor, channels: int) -> Tensor:
    """Sines and cosines of a number in [0, 1], (N,) -> (N, channels); Vaswani et al. 2017."""
    steps = torch.arange(channels // 2, device=value.device) / (channels // 2)
    angles = 1000 * value[:, None] * torch.exp(-math.log(10_000) * steps)
    return torch.cat([angles.cos(), angles.sin()], -1)


class VectorEmbedding(nn.Module):
    """Two layers, to a share of the vector that drives FiLM."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs) -> (N, width)."""
        vector: Tensor = self.layers(x)
        return vector


class NumberEmbedding(nn.Module):
    """A number in [0, 1] (a time, a noise level) as a vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.layers = VectorEmbedding(width, width)

    def forward(self, value: Tensor) -> Tensor:
        """(N,) -> (N, width)."""
        vector: Tensor = self.layers(sinusoidal(value, self.width))
        return vector


class PoseEmbedding(nn.Module):
    """A token a joint: which joint, where, and whether it was found."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.joints = nn.Parameter(torch.randn(JOINTS, width) * 0.02)
        self.place = nn.Linear(width, width)

    def forward(self, pose: Tensor) -> Tensor:
        """(N, 18, 3) as (x, y, found) in [0, 1] -> (N, 18, width)."""
        found = pose[..., 2:]
        placed: Tensor = self.place(fourier(pose[..., :2], self.width) * found)
        return self.joints + placed


class AttentionPool(nn.Module):
    """Tokens to one vector: the mean token attends to all; Radford et al. 2021 (CLIP)."""

    def __init__(self, width: int, head_dim: int) -> None:
        super().__init__()
        self.heads = width // head_dim
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, L, width) -> (N, width)."""
        query = self.query(tokens.mean(1, keepdim=True))
        key, value = self.key_value(tokens).chunk(2, -1)
        pooled: Tensor = self.out(attend(query, key, value, self.heads)).squeeze(1)
        return pooled


class FiLMBlock(nn.Module):
    """A residual block whose second normalisation is scaled and shifted by a vector.

    FiLM: Perez et al. 2018.
    """

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = group_norm(inputs), group_norm(outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.film = nn.Linear(embedding, 2 * outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """(N, inputs, H, W) and (N, embedding) -> (N, outputs, H, W)."""
        scale, shift = self.film(F.silu(vector))[..., None, None].chunk(2, 1)
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        out: Tensor = self.skip(x) + h
        return out


class DownLevel(nn.Module):
    """Halve the resolution (not at the finest level), then the level's layers."""

    def __init__(self, finer: int | None, width: int, layers: Sequence[nn.Module]) -> None:
        """`finer` is the width of the level before, None for the first."""
        super().__init__()
        self.resize = nn.Conv2d(finer, width, 3, stride=2, padding=1) if finer else nn.Identity()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor, *context: object) -> list[Tensor]:
        """The output of each layer, for the decoder; the last one is the level's."""
        outputs = []
        x = self.resize(x)
        for layer in self.layers:
            x = layer(x, *context)
            outputs.append(x)
        return outputs


class UpLevel(nn.Module):
    """Double the resolution (not at the coarsest level), then the level's layers."""

    def __init__(self, coarser: int | None, width: int, layers: Sequence[nn.Module]) -> None:
        """`coarser` is the width of the level before, None for the first."""
        super().__init__()
        self.resize = _upsample(coarser, width) if coarser else nn.Identity()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor, skips: list[Tensor], *context: object) -> Tensor:
        """The level's output; each layer takes the last of `skips` away."""
        x = self.resize(x)
        for layer in self.layers:
            x = layer(torch.cat([x, skips.pop()], 1), *context)
        return x


def _upsample(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1))


def zeroed(layer: nn.Conv2d) -> nn.Conv2d:
    """The layer with weights and bias zero: an output head that starts at no opinion."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer

"""What the generator takes from person and garment: maps by level, and codes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from tryonbench.processes.rows import batch_mean, drawn
from tryonbench_methods.common.attention import group_norm
from tryonbench_methods.stylegan.layers import EqualConv, EqualLinear, activate, halved


class EncoderLevel(nn.Module):
    """Convolution, group normalisation, activation."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.conv, self.norm = EqualConv(inputs, width, 3), group_norm(width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, h, w) -> (N, width, h, w)."""
        return activate(self.norm(self.conv(x)))


class Encoder(nn.Module):
    """A map a level, each at half the resolution of the one before."""

    def __init__(self, inputs: int, channels: Sequence[int]) -> None:
        """`channels` holds the width of each level, finest first."""
        super().__init__()
        self.stem = EncoderLevel(inputs, channels[0])
        self.levels = nn.ModuleList(EncoderLevel(*pair) for pair in pairwise(channels))

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, inputs, H, W) -> a map a level, finest first."""
        maps = [self.stem(x)]
        for level in self.levels:
            maps.append(level(halved(maps[-1])))
        return maps


class GlobalCode(nn.Module):
    """One vector of person and garment, from the means of their coarsest maps."""

    def __init__(self, width: int, code: int, dropout: float) -> None:
        super().__init__()
        self.layer = EqualLinear(2 * width, code)
        self.dropout = dropout

    def forward(self, person: Tensor, garment: Tensor) -> Tensor:
        """Two maps (N, width, h, w) -> (N, code)."""
        means = torch.cat([person.mean((2, 3)), garment.mean((2, 3))], 1)
        code: Tensor = activate(self.layer(means))
        return code * self._kept(code) if self.training and self.dropout else code

    def _kept(self, code: Tensor) -> Tensor:
        """0 for what is dropped; the rest is scaled up to keep the mean, as of `nn.Dropout`."""
        kept, width = 1 - self.dropout, code.shape[1]
        return drawn(lambda n: code.new_empty(n, width).bernoulli_(kept), len(code)) / kept


class Mapping(nn.Module):
    """z to w, and the moving average of w towards which truncation pulls."""

    average: Tensor

    def __init__(self, latent: int, layers: int, lr: float, beta: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EqualLinear(latent, latent, lr=lr) for _ in range(layers))
        self.beta = beta
        self.register_buffer("average", torch.zeros(latent))

    def forward(self, z: Tensor, truncation: float) -> Tensor:
        """(N, latent) -> (N, latent); `truncation` 1 leaves w as it is, 0 makes it the average."""
        w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for layer in self.layers:
            w = activate(layer(w))
        if self.training:
            self.average.lerp_(batch_mean(w.detach().float()), 1 - self.beta)
        return w if truncation == 1 else torch.lerp(self.average.to(w), w, truncation)

"""Co-modulated generator and residual discriminator.

Karras et al. 2020 (StyleGAN2), Zhao et al. 2021 (CoModGAN).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tryonbench_methods.common.attention import MapAttention, group_norm
from tryonbench_methods.common.conditions import GARMENT_CHANNELS, PERSON_CHANNELS
from tryonbench_methods.stylegan.config import DiscriminatorConfig, GeneratorConfig
from tryonbench_methods.stylegan.encoders import Encoder, GlobalCode, Mapping
from tryonbench_methods.stylegan.layers import (
    EqualConv,
    EqualLinear,
    ModulatedConv,
    activate,
    batch_deviation,
    halved,
    resized,
)


class DecoderLevel(nn.Module):
    """Modulated convolutions about the person's map, and the level's share of the picture.

    The first convolution works at the resolution of the level before, where it costs a quarter.
    The join is normalised: demodulation assumes inputs of unit variance.
    """

    def __init__(self, inputs: int, width: int, style: int, head_dim: int | None) -> None:
        """The level reads the garment's map if `head_dim` is given."""
        super().__init__()
        self.conv1 = ModulatedConv(inputs, width, 3, style)
        self.norm = group_norm(width)
        self.attention = MapAttention(width, head_dim) if head_dim else None
        self.conv2 = ModulatedConv(width, width, 3, style)
        self.to_rgb = ModulatedConv(width, 3, 1, style, demodulate=False)
        nn.init.zeros_(self.to_rgb.weight)

    def forward(
        self, x: Tensor, person: Tensor, garment: Tensor, style: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The map of the level before and two of the encoders' (N, width, h, w) -> map, RGB."""
        x = activate(self.norm(resized(self.conv1(x, style), person) + person))
        if self.attention is not None:
            x = self.attention(x, garment)
        x = activate(self.conv2(x, style))
        return x, self.to_rgb(x, style)


class Generator(nn.Module):
    """Person, garment and latent to picture.

    The decoder starts at the person's coarsest map (CoModGAN). The RGB of its levels is summed to
    a change of the agnostic picture, learnt everywhere, inside the mask and outside.
    It has no noise inputs: the person's maps supply the details that noise would have to.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        widths, style = config.channels, config.latent + config.code
        self.person = Encoder(PERSON_CHANNELS, widths)
        self.garment = Encoder(GARMENT_CHANNELS, widths)
        self.code = GlobalCode(widths[-1], config.code, config.code_dropout)
        self.mapping = Mapping(
            config.latent, config.mapping_layers, config.mapping_lr, config.average_beta
        )
        heads = {config.attention_level: config.head_dim}
        inputs = (*widths[1:], widths[-1])
        self.decoder = nn.ModuleList(
            DecoderLevel(inputs[level], widths[level], style, heads.get(level))
            for level in reversed(range(len(widths)))
        )

    def forward(
        self, person: Tensor, garment: Tensor, z: Tensor, truncation: float = 1.0
    ) -> Tensor:
        """(N, 41, H, W), (N, 4, H, W) and (N, latent) -> (N, 3, H, W), about [-1, 1]."""
        maps = list(zip(self.person(person), self.garment(garment), strict=True))
        style = torch.cat([self.mapping(z, truncation), self.code(*maps[-1])], 1)
        rgb: Tensor
        x, rgb = self.decoder[0](maps[-1][0], *maps[-1], style)
        for level, pair in zip(self.decoder[1:], reversed(maps[:-1]), strict=True):
            x, share = level(x, *pair, style)
            rgb = resized(rgb, share) + share
        return person[:, :3] + rgb


class ResidualDown(nn.Module):
    """Two convolutions and a shortcut to half the resolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = EqualConv(inputs, inputs, 3), EqualConv(inputs, outputs, 3)
        self.skip = EqualConv(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / 2, W / 2)."""
        y = activate(self.conv2(halved(activate(self.conv1(x)))))
        out: Tensor = (y + self.skip(halved(x))) / math.sqrt(2)
        return out


class Verdict(NamedTuple):
    """What the discriminator says of N pictures."""

    logits: Tensor
    """Higher = more like a photograph, (N, 1)."""
    gradient: Tensor | None
    """Squared norm of the logits' gradient by the picture, (N,), if it was asked for."""


class Discriminator(nn.Module):
    """Real or not, given the agnostic picture."""

    def __init__(self, config: DiscriminatorConfig, size: tuple[int, int]) -> None:
        """For images of `size` (height, width)."""
        super().__init__()
        widths = config.channels
        self.stem = EqualConv(3 + 3, widths[0], 1)
        self.levels = nn.Sequential(*(ResidualDown(i, o) for i, o in pairwise(widths)))
        self.last = EqualConv(widths[-1] + 1, widths[-1], 3)
        cells = (size[0] * size[1]) // 4 ** (len(widths) - 1)
        self.hidden = EqualLinear(widths[-1] * cells, widths[-1])
        self.out = EqualLinear(widths[-1], 1)

    def forward(self, agnostic: Tensor, image: Tensor, with_gradient: bool = False) -> Verdict:
        """Judge pictures (N, 3, H, W) under their condition (N, 3, H, W).

        The gradient of R1 is taken in here, not by the caller: behind a wrapper that scales or
        synchronises gradients, only the loss may be differentiated.
        """
        if not with_gradient:
            return Verdict(self._logits(agnostic, image), None)
        image = image.detach().requires_grad_()
        logits = self._logits(agnostic, image)
        return Verdict(logits, squared_gradient(logits, image))

    def _logits(self, agnostic: Tensor, image: Tensor) -> Tensor:
        """(N, 1)."""
        x = self.levels(activate(self.stem(torch.cat([agnostic, image], 1))))
        x = activate(self.last(batch_deviation(x)))
        logits: Tensor = self.out(activate(self.hidden(x.flatten(1))))
        return logits


def squared_gradient(logits: Tensor, image: Tensor) -> Tensor:
    """Squared norm of d logits / d image, itself differentiable, (N, 1), (N, 3, H, W) -> (N,)."""
    (gradient,) = torch.autograd.grad(logits.sum(), image, create_graph=True)
    return gradient.square().sum((1, 2, 3))

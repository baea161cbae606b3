"""Co-modulated generator and residual discriminator.

Karras et al. 2020 (StyleGAN2), Zhao et al. 2021 (CoModGAN).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from tryonbench.processes.rows import batch_mean
from tryonbench_methods.common.attention import MapAttention, group_norm
from tryonbench_methods.common.composition import BLEND_CHANNELS, blended, soft_warp
from tryonbench_methods.common.conditions import GARMENT_CHANNELS, PERSON_CHANNELS
from tryonbench_methods.common.sizes import resized
from tryonbench_methods.stylegan.config import DiscriminatorConfig, GeneratorConfig
from tryonbench_methods.stylegan.encoders import Encoder, GlobalCode, Mapping
from tryonbench_methods.stylegan.growth import GROWN, Growth
from tryonbench_methods.stylegan.layers import (
    AdaptiveNormConv,
    EqualConv,
    EqualLinear,
    ModulatedConv,
    activate,
    batch_deviation,
    halved,
)
from tryonbench_methods.stylegan.styles import Blend, Dressing, between, path_lengths

Styled = type[ModulatedConv] | type[AdaptiveNormConv]
STYLED: dict[str, Styled] = {"modulated": ModulatedConv, "adain": AdaptiveNormConv}
PATH_DECAY = 0.01
"""How fast the mean path length follows, per evaluation; Karras et al. 2020."""


class DecoderLevel(nn.Module):
    """Modulated convolutions about the person's map, and the level's share of the picture.

    The first convolution works at the resolution of the level before, where it costs a quarter.
    The join is normalised: demodulation assumes inputs of unit variance.
    """

    def __init__(
        self, inputs: int, width: int, style: int, head_dim: int | None, styled: Styled, head: int
    ) -> None:
        """The level reads the garment's map if `head_dim` is given.

        Args:
            styled: the convolution that a style controls.
            head: channels of the picture, RGB and what is blended with it.
        """
        super().__init__()
        self.conv1 = styled(inputs, width, 3, style)
        self.norm = group_norm(width)
        self.attention = MapAttention(width, head_dim) if head_dim else None
        self.conv2 = styled(width, width, 3, style)
        self.to_rgb = ModulatedConv(width, head, 1, style, demodulate=False)
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


class Painting(NamedTuple):
    """What the generator makes."""

    image: Tensor
    """(N, 3, H, W), about [-1, 1]."""
    path_penalty: Tensor | None
    """Mean squared distance of the path lengths to their running mean, if it was asked for."""


class Generator(nn.Module):
    """Person, garment and latent to picture.

    The decoder starts at the person's coarsest map (CoModGAN). The RGB of its levels is summed to
    a change of the agnostic picture, learnt everywhere, inside the mask and outside.
    It has no noise inputs: the person's maps supply the details that noise would have to.
    """

    path_mean: Tensor

    def __init__(self, config: GeneratorConfig, measures_paths: bool = False) -> None:
        """With a running mean of path lengths if `measures_paths`."""
        super().__init__()
        widths, style = config.channels, config.latent + config.code
        self.person = Encoder(PERSON_CHANNELS, widths)
        self.garment = Encoder(GARMENT_CHANNELS, widths)
        self.code = GlobalCode(widths[-1], config.code, config.code_dropout)
        self.mapping = Mapping(
            config.latent, config.mapping_layers, config.mapping_lr, config.average_beta
        )
        self.level = config.attention_level
        heads, styled = {self.level: config.head_dim}, STYLED[config.decoder]
        self.warp = soft_warp(widths[self.level], config.warp_patch)
        head = BLEND_CHANNELS if self.warp else 3
        self.see_warp = EqualConv(3, widths[0], 3) if self.warp else None
        inputs = (*widths[1:], widths[-1])
        self.decoder = nn.ModuleList(
            DecoderLevel(inputs[level], widths[level], style, heads.get(level), styled, head)
            for level in reversed(range(len(widths)))
        )
        if measures_paths:
            self.register_buffer("path_mean", torch.zeros(()))

    def forward(
        self,
        person: Tensor,
        garment: Tensor,
        z: Tensor,
        truncation: float = 1.0,
        blend: Blend | None = None,
        growth: Growth = GROWN,
        with_paths: bool = False,
    ) -> Painting:
        """(N, 41, H, W), (N, 4, H, W) and (N, latent) to pictures.

        The path lengths are taken in here, not by the caller: behind a wrapper that scales or
        synchronises gradients, only the loss may be differentiated.
        """
        maps = self.person(person)
        dressing = self._dressing(maps, garment, z, truncation)
        if blend is not None:
            other = garment if blend.garment is None else blend.garment
            second = self._dressing(maps, other, blend.z, truncation)
            dressing = between(dressing, second, blend.shares, self.level)
        if not with_paths:
            return Painting(self._paint(maps, dressing, person[:, :3], growth), None)
        return self._with_paths(maps, dressing, person[:, :3], growth)

    def _dressing(
        self, person: list[Tensor], garment: Tensor, z: Tensor, truncation: float
    ) -> Dressing:
        """One style for all levels."""
        maps = self.garment(garment)
        style = torch.cat([self.mapping(z, truncation), self.code(person[-1], maps[-1])], 1)
        return Dressing(maps, [style] * len(maps), garment)

    def _paint(
        self, person: list[Tensor], dressing: Dressing, agnostic: Tensor, growth: Growth
    ) -> Tensor:
        """The picture; while a level is faded in, between that of the stage before and its own."""
        warped = None
        if self.warp is not None and self.see_warp is not None:
            warped = self.warp(person[self.level], dressing.maps[self.level], dressing.garment)
            person = [person[0] + self.see_warp(warped), *person[1:]]
        *coarser, head = self._decode(person, dressing, growth.coarser)
        picture = composed(head, agnostic, warped, growth.coarser)
        if growth.alpha == 1:
            return picture
        before = composed(coarser[-1], agnostic, warped, growth.coarser + 1)
        return torch.lerp(resized(before, picture), picture, growth.alpha)

    def _decode(self, person: list[Tensor], dressing: Dressing, coarser: int) -> Iterator[Tensor]:
        """The change of the agnostic picture after each level that has grown, coarse to fine."""
        told = list(zip(person, dressing.maps, dressing.styles, strict=True))[coarser:]
        rgb: Tensor
        x, rgb = self.decoder[0](person[-1], *told.pop())
        yield rgb
        for level in self.decoder[1 : len(told) + 1]:
            x, share = level(x, *told.pop())
            rgb = resized(rgb, share) + share
            yield rgb

    def _with_paths(
        self, person: list[Tensor], dressing: Dressing, agnostic: Tensor, growth: Growth
    ) -> Painting:
        """Fused attention cannot be differentiated twice, as the penalty is."""
        styles = [style.clone() for style in dressing.styles]
        grown = styles[growth.coarser :]
        with sdpa_kernel(SDPBackend.MATH):
            image = self._paint(person, dressing._replace(styles=styles), agnostic, growth)
            lengths = path_lengths(image, grown)
        self.path_mean.lerp_(batch_mean(lengths.detach().float()), PATH_DECAY)
        return Painting(image, (lengths - self.path_mean).square().mean())


def composed(head: Tensor, agnostic: Tensor, warped: Tensor | None, coarser: int) -> Tensor:
    """The agnostic picture, changed, and the garment blended in, with so many levels left out."""
    seen = Growth(coarser).of
    base = seen(agnostic)
    return base + head if warped is None else blended(head, base, seen(warped))


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

    def __init__(self, config: DiscriminatorConfig, size: tuple[int, int], stages: int = 0) -> None:
        """For images of `size` (height, width), grown to it in some stages."""
        super().__init__()
        widths = config.channels
        self.stem = EqualConv(3 + 3, widths[0], 1)
        self.levels = nn.Sequential(*(ResidualDown(i, o) for i, o in pairwise(widths)))
        self.last = EqualConv(widths[-1] + 1, widths[-1], 3)
        cells = (size[0] * size[1]) // 4 ** (len(widths) - 1)
        self.hidden = EqualLinear(widths[-1] * cells, widths[-1])
        self.out = EqualLinear(widths[-1], 1)
        coarser = widths[1 : stages + 1]
        self.coarse_stems = nn.ModuleList(EqualConv(3 + 3, width, 1) for width in coarser)

    def forward(
        self,
        agnostic: Tensor,
        image: Tensor,
        with_gradient: bool = False,
        growth: Growth = GROWN,
    ) -> Verdict:
        """Judge pictures (N, 3, h, w) under their condition (N, 3, h, w), at the size grown to.

        The gradient of R1 is taken in here, not by the caller: behind a wrapper that scales or
        synchronises gradients, only the loss may be differentiated.
        """
        if not with_gradient:
            return Verdict(self._logits(agnostic, image, growth), None)
        image = image.detach().requires_grad_()
        logits = self._logits(agnostic, image, growth)
        return Verdict(logits, squared_gradient(logits, image))

    def _logits(self, agnostic: Tensor, image: Tensor, growth: Growth) -> Tensor:
        """(N, 1)."""
        x = self._coarsest(torch.cat([agnostic, image], 1), growth)
        x = activate(self.last(batch_deviation(x)))
        logits: Tensor = self.out(activate(self.hidden(x.flatten(1))))
        return logits

    def _coarsest(self, pictures: Tensor, growth: Growth) -> Tensor:
        """The last level's map; the newest level is faded in beside the stem of the next one."""
        stems, place = [self.stem, *self.coarse_stems], growth.coarser
        x = activate(stems[place](pictures))
        if growth.alpha < 1:
            known = activate(stems[place + 1](halved(pictures)))
            x, place = torch.lerp(known, self.levels[place](x), growth.alpha), place + 1
        coarsest: Tensor = self.levels[place:](x)
        return coarsest


def squared_gradient(logits: Tensor, image: Tensor) -> Tensor:
    """Squared norm of d logits / d image, itself differentiable, (N, 1), (N, 3, H, W) -> (N,)."""
    (gradient,) = torch.autograd.grad(logits.sum(), image, create_graph=True)
    return gradient.square().sum((1, 2, 3))

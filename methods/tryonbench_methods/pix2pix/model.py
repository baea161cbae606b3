"""Generator with self-attention at the bottleneck, and PatchGAN discriminator.

Isola et al. 2017 (pix2pix), Wang et al. 2018 (pix2pixHD), Zhang et al. 2019 (SAGAN).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from tryonbench_methods.common.attention import MapAttention
from tryonbench_methods.common.composition import BLEND_CHANNELS, blended, soft_warp
from tryonbench_methods.common.conditions import GARMENT_CHANNELS, PERSON_CHANNELS
from tryonbench_methods.common.normalisation import InstanceNorm
from tryonbench_methods.pix2pix.config import DiscriminatorConfig, GeneratorConfig

SLOPE = 0.2
"""Of LeakyReLU below zero."""


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the size, or divides it by the stride.

    Without bias: the instance normalisation behind it would take it away.
    """
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


def outer_conv(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """The first or the last convolution: wide, padded by reflection so that edges look alike."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode="reflect")


def normalised(layer: nn.Conv2d, activation: nn.Module) -> nn.Sequential:
    """Convolution, instance normalisation, activation."""
    return nn.Sequential(layer, InstanceNorm(layer.out_channels, affine=True), activation)


class ResidualBlock(nn.Module):
    """x + two normalised convolutions; He et al. 2016."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            normalised(conv(width, width), nn.ReLU()),
            normalised(conv(width, width), nn.Identity()),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        out: Tensor = x + self.layers(x)
        return out


class Bottleneck(nn.Module):
    """Residual blocks about a self-attention, which carries the garment to the body.

    The input shows the garment where it lies flat, and so do the skips: this is the one place
    where it can move.
    """

    def __init__(self, width: int, blocks: int, head_dim: int) -> None:
        super().__init__()
        before = blocks // 2
        self.before = nn.Sequential(*(ResidualBlock(width) for _ in range(before)))
        self.attention = MapAttention(width, head_dim)
        self.after = nn.Sequential(*(ResidualBlock(width) for _ in range(blocks - before)))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> (N, C, h, w)."""
        x = self.before(x)
        out: Tensor = self.after(self.attention(x, x))
        return out


class UpStage(nn.Module):
    """Narrow, resize, join the skip, convolve: no checkerboard (Odena et al. 2016)."""

    def __init__(self, inputs: int, skip: int, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, width, 1)
        self.resize = nn.Upsample(scale_factor=2)
        self.layers = normalised(conv(width + skip, width), nn.ReLU())

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(N, inputs, h, w) and (N, skip, 2h, 2w) -> (N, width, 2h, 2w)."""
        out: Tensor = self.layers(torch.cat([self.resize(self.narrow(x)), skip], 1))
        return out


class Generator(nn.Module):
    """Person and garment to picture."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        widths, kernel = (config.stem, *config.stages), config.outer_kernel
        stem = outer_conv(PERSON_CHANNELS + GARMENT_CHANNELS, config.stem, kernel)
        self.stem = normalised(stem, nn.LeakyReLU(SLOPE))
        self.encoder = nn.ModuleList(
            normalised(conv(fine, coarse, stride=2), nn.LeakyReLU(SLOPE))
            for fine, coarse in pairwise(widths)
        )
        self.bottleneck = Bottleneck(widths[-1], config.residual_blocks, config.head_dim)
        self.warp = soft_warp(widths[-1], config.warp_patch)
        skips = [config.stem + (3 if self.warp else 0), *config.stages]
        self.decoder = nn.ModuleList(
            UpStage(widths[level + 1], skips[level], widths[level])
            for level in reversed(range(len(config.stages)))
        )
        self.head = outer_conv(config.stem, BLEND_CHANNELS if self.warp else 3, kernel)

    def forward(self, person: Tensor, garment: Tensor) -> Tensor:
        """(N, 41, H, W) and (N, 4, H, W) -> (N, 3, H, W) in [-1, 1]."""
        skips = [self.stem(torch.cat([person, garment], 1))]
        for stage in self.encoder:
            skips.append(stage(skips[-1]))
        flat = skips.pop()
        x = self.bottleneck(flat)
        if self.warp is None:
            return self._decoded(x, skips).tanh()
        warped = self.warp(x, flat, garment)
        skips[0] = torch.cat([skips[0], warped], 1)
        return blended(self._decoded(x, skips), person[:, :3], warped)

    def _decoded(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        """What the head gives."""
        for stage in self.decoder:
            x = stage(x, skips.pop())
        head: Tensor = self.head(x)
        return head


class Verdict(NamedTuple):
    """What the discriminator says of N pictures."""

    outputs: list[Tensor]
    """Of each layer, (N, C, h, w); the last is the verdict, patch by patch, (N, 1, h, w)."""
    slope: Tensor | None
    """Norm of the gradient by the picture of its mean verdict, (N,), if it was asked for."""

    @property
    def patches(self) -> Tensor:
        """Higher = more like a photograph, (N, 1, h, w)."""
        return self.outputs[-1]


class PatchDiscriminator(nn.Module):
    """Real or not, patch by patch; spectral normalisation of Miyato et al. 2018."""

    def __init__(self, config: DiscriminatorConfig, spectral: bool = True) -> None:
        """Without spectral normalisation if `spectral` is false."""
        super().__init__()
        widths = (3 + 3, *config.channels, 1)
        strides = [2] * (len(config.channels) - 1) + [1, 1]
        convs = (
            nn.Conv2d(inputs, outputs, 4, stride, padding=1)
            for (inputs, outputs), stride in zip(pairwise(widths), strides, strict=True)
        )
        self.layers = nn.ModuleList(spectral_norm(conv) if spectral else conv for conv in convs)
        self.activation = nn.LeakyReLU(SLOPE)

    def forward(self, agnostic: Tensor, image: Tensor, with_slope: bool = False) -> Verdict:
        """Judge pictures (N, 3, H, W) under their condition (N, 3, H, W).

        The gradient is taken in here, not by the caller: behind a wrapper that scales or
        synchronises gradients, only the loss may be differentiated.
        """
        if not with_slope:
            return Verdict(self._outputs(agnostic, image), None)
        image = image.detach().requires_grad_()
        outputs = self._outputs(agnostic, image)
        return Verdict(outputs, slope(outputs[-1], image))

    def _outputs(self, agnostic: Tensor, image: Tensor) -> list[Tensor]:
        """Each layer's output."""
        x = torch.cat([agnostic, image], 1)
        outputs: list[Tensor] = []
        for layer in self.layers:
            x = layer(self.activation(x) if outputs else x)
            outputs.append(x)
        return outputs


def slope(patches: Tensor, image: Tensor) -> Tensor:
    """Norm of d mean verdict / d image, itself differentiable, (N, 1, h, w), (N, 3, H, W) -> (N,).

    The mean of its patches is the verdict on a picture, as in the loss.
    """
    verdicts = patches.mean((1, 2, 3))
    (gradient,) = torch.autograd.grad(verdicts.sum(), image, create_graph=True)
    norm: Tensor = torch.linalg.vector_norm(gradient, dim=(1, 2, 3))
    return norm

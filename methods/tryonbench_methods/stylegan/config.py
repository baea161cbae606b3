"""Settings of generator, discriminator and losses."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from tryonbench.config import ModelConfig, Strict
from tryonbench_methods.common.attention import GROUP
from tryonbench_methods.common.perceptual import DistanceConfig
from tryonbench_methods.stylegan.augment import Change

SMALLEST = 32
"""Pixels a side that VGG19 and AlexNet can halve as often as they do."""


class GeneratorConfig(Strict):
    """The defaults are those of the preset `nano`."""

    channels: tuple[PositiveInt, ...] = Field(default=(24, 48, 64, 96), min_length=2)
    """Width of each level, finest first; each has half the resolution of the one before."""
    attention_level: NonNegativeInt = 2
    """The level whose map reads the garment's by cross-attention; 0 is the finest."""
    head_dim: PositiveInt = 32
    """Channels of an attention head."""
    latent: PositiveInt = 128
    """Width of z and of the mapped latent w."""
    mapping_layers: PositiveInt = 2
    mapping_lr: PositiveFloat = 0.01
    """Learning rate of the mapping network, as a share of the optimiser's."""
    code: PositiveInt = 128
    """Width of the global code of person and garment."""
    code_dropout: float = Field(default=0.5, ge=0.0, lt=1.0)
    """Share of the global code that is dropped in training."""
    decoder: Literal["modulated", "adain"] = "modulated"
    """The style scales a convolution's inputs (StyleGAN2), or scales and shifts its normalised maps
    (AdaIN, StyleGAN)."""
    warp_patch: PositiveInt | None = 2
    """Side in pixels of the garment's patches, which attention lays on the person and a learnt mask
    blends into the picture; null: neither."""
    average_beta: float = Field(default=0.995, ge=0.0, lt=1.0)
    """Decay of the moving average of w, per batch."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.attention_level >= len(self.channels):
            raise ValueError(f"attention_level must be below {len(self.channels)}")
        if any(width % GROUP for width in self.channels):
            raise ValueError(f"channels must be multiples of {GROUP}")
        if self.channels[self.attention_level] % self.head_dim:
            raise ValueError(f"channels at attention_level: not a multiple of {self.head_dim}")
        return self


class DiscriminatorConfig(Strict):
    """The defaults are those of the preset `nano`."""

    channels: tuple[PositiveInt, ...] = Field(default=(16, 32, 64, 128), min_length=2)
    """Width of each level, finest first."""


class LossConfig(DistanceConfig):
    """The weight of each term."""

    adversarial: NonNegativeFloat = 1.0
    """Non-saturating, Goodfellow et al. 2014."""
    r1_gamma: NonNegativeFloat = 0.08
    """Of R1; 0.0002 * height * width / batch size is a good start (StyleGAN2-ADA)."""
    r1_interval: PositiveInt = 16
    """Steps between two evaluations of R1, which is weighted up to make up for it."""
    path_length: NonNegativeFloat = 0.0
    """Of the path-length regularisation, Karras et al. 2020; StyleGAN2 has 2. 0 is off."""
    path_interval: PositiveInt = 4
    """Steps between two evaluations of it; it is weighted up to make up for it."""


class StyleGANConfig(ModelConfig):
    """Everything that is the method's own."""

    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    losses: LossConfig = LossConfig()
    truncation: float = Field(default=0.7, ge=0.0, le=1.0)
    """How far generation follows w from its average: 1 = all the way, 0 = the average itself."""
    style_mixing: float = Field(default=0.0, ge=0.0, le=1.0)
    """Chance that the finer levels of a training picture get another latent; StyleGAN2 has 0.9."""
    diff_augment: tuple[Change, ...] = ()
    """What the discriminator sees is changed so: any of colour, translation, cutout."""
    grow: tuple[tuple[PositiveInt, tuple[PositiveInt, PositiveInt]], ...] = ()
    """Progressive growing: [images, [height, width]] is the size up to so many images. They
    double, the last one to the run's own."""
    fade_images: PositiveInt = 640
    """Images over which a new level is faded in."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ends = [images for images, _ in self.grow]
        if any(late <= early for early, late in pairwise(ends)):
            raise ValueError("grow: each stage must end after the one before")
        sides = [side for _, size in self.grow for side in size]
        if sides and min(sides) < SMALLEST and (self.losses.perceptual or self.losses.lpips):
            text = f"grow: the perceptual networks need {SMALLEST} pixels a side"
            raise ValueError(f"{text}; begin at a larger size, or set their weights to 0")
        return self

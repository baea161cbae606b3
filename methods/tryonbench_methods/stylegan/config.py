"""Settings of generator, discriminator and losses."""

from __future__ import annotations

from typing import Self

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


class GeneratorConfig(Strict):
    """The defaults are those of the preset `nano`."""

    channels: tuple[PositiveInt, ...] = Field(default=(32, 64, 96, 128), min_length=2)
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


class LossConfig(Strict):
    """The weight of each term."""

    adversarial: NonNegativeFloat = 1.0
    """Non-saturating, Goodfellow et al. 2014."""
    l1: NonNegativeFloat = 10.0
    r1_gamma: NonNegativeFloat = 0.04
    """Of R1; 0.0002 * height * width / batch size is a good start (StyleGAN2-ADA)."""
    r1_interval: PositiveInt = 16
    """Steps between two evaluations of R1, which is weighted up to make up for it."""


class StyleGANConfig(ModelConfig):
    """Everything that is the method's own."""

    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    losses: LossConfig = LossConfig()
    truncation: float = Field(default=0.7, ge=0.0, le=1.0)
    """How far generation follows w from its average: 1 = all the way, 0 = the average itself."""

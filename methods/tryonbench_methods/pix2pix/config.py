"""Settings of generator, discriminator and losses."""

from __future__ import annotations

from typing import Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from tryonbench.config import ModelConfig, Strict
from tryonbench_methods.common.attention import GROUP
from tryonbench_methods.common.perceptual import DistanceConfig
from tryonbench_methods.pix2pix.losses import Gan


class GeneratorConfig(Strict):
    """The defaults are those of the preset `nano`."""

    stem: PositiveInt = 24
    """Width at full resolution."""
    stages: tuple[PositiveInt, ...] = Field(default=(48, 96), min_length=1)
    """Width after each halving of the resolution; the last is the bottleneck's."""
    residual_blocks: NonNegativeInt = 2
    """At the bottleneck, half of them on each side of the self-attention."""
    outer_kernel: PositiveInt = 3
    """Side of the first and the last convolution's kernel: 7 suits 256 pixels and more."""
    head_dim: PositiveInt = 32
    """Channels of an attention head."""
    warp_patch: PositiveInt | None = 2
    """Side in pixels of the garment's patches, which attention lays on the person and a learnt mask
    blends into the picture; null: neither."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.outer_kernel % 2 == 0:
            raise ValueError("outer_kernel must be odd")
        if self.stages[-1] % self.head_dim or self.stages[-1] % GROUP:
            raise ValueError(f"the last stage must be a multiple of {self.head_dim} and {GROUP}")
        return self


class DiscriminatorConfig(Strict):
    """The defaults are those of the preset `nano`."""

    channels: tuple[PositiveInt, ...] = Field(default=(32, 64, 128), min_length=2)
    """Width of each hidden convolution. All have stride 2 but the last.

    Four of them see patches of 70x70 pixels, three of 34x34.
    """


class LossConfig(DistanceConfig):
    """The weight of each term; 0 turns one off."""

    gan: Gan = "lsgan"
    """The adversarial objective; with `wgan-gp` the discriminator has no spectral normalisation."""
    adversarial: NonNegativeFloat = 1.0
    feature_matching: NonNegativeFloat = 10.0
    """L1 between the discriminator's activations, Wang et al. 2018 (pix2pixHD)."""
    gradient_penalty: NonNegativeFloat = 10.0
    """Of `wgan-gp` alone."""

    @model_validator(mode="after")
    def _something_to_learn(self) -> Self:
        terms = (self.adversarial, self.feature_matching, self.l1, self.perceptual, self.lpips)
        if not any(terms):
            raise ValueError("all terms of the generator's loss are 0; give one a weight")
        return self


class Pix2PixConfig(ModelConfig):
    """Everything that is the method's own."""

    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    losses: LossConfig = LossConfig()

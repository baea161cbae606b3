"""Settings of the two UNets, of their training and of sampling."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from tryonbench.config import ModelConfig
from tryonbench_methods.common.attention import GROUP
from tryonbench_methods.diffusion.schedule import ScheduleName

FLOW_SAMPLERS = ("euler", "heun")
SCORE = ("sde", "ode")
"""They cannot start at pure noise, where flow and zero terminal SNR do."""


class DiffusionConfig(ModelConfig):
    """The defaults are those of the preset `nano`."""

    channels: tuple[PositiveInt, ...] = Field(default=(32, 64), min_length=1)
    """Width of each level, finest first. Each level has half the resolution of the one before."""
    blocks: tuple[PositiveInt, ...] = (1, 1)
    """Residual blocks of each level, in the encoder and again in the decoder."""
    attention_levels: tuple[NonNegativeInt, ...] = (1,)
    """Levels with self-attention and cross-attention to the garment; 0 is the finest. None: a plain
    UNet without try-on conditions, for a stage that enlarges."""
    garment_weight: float = Field(default=1.0, ge=1.0)
    """Of the loss's pixels that show the worn garment; that of the others is 1. Where the garment's
    edge cannot be known, what is sampled then leans to the garment."""
    stage: Literal["base", "upsample", "distil"] = "base"
    """Paint from noise alone; or also from the enlarged picture of the stage before; or as `base`,
    but learn to do in fewer steps what a teacher does."""
    teacher: str | None = None
    """Run folder or checkpoint that the stage `distil` starts and learns from."""
    scale: int = Field(default=2, ge=2)
    """How many times larger than the stage before, a side; of the stage `upsample`."""
    previous: str | None = None
    """Run folder or checkpoint of the stage before; the stage `upsample` generates from it."""
    head_dim: PositiveInt = 32
    """Channels of an attention head."""
    embedding: PositiveInt = 128
    """Width of the vector that drives FiLM, and of a pose token."""
    unshuffle: PositiveInt = 2
    """Side of the pixel blocks that become channels before the first level; 1 = none."""
    warp_patch: PositiveInt | None = 2
    """Side in pixels of the garment's patches, which attention lays on the person and a learnt mask
    blends into the picture; null: neither. Of flow alone: v and noise cannot be blended."""
    garment_sees_time: bool = False
    """Give the garment UNet the time t. Its features are then made anew at each sampling step."""
    condition_drop: float = Field(default=0.1, ge=0.0, lt=1.0)
    """Share of training samples that lose all conditions at once."""
    noise_augmentation: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Largest share of noise mixed into agnostic and garment in training; 0 turns it off."""
    objective: Literal["flow", "v", "epsilon"] = "flow"
    """What the network predicts: the picture, trained by flow matching; v; or the noise."""
    noise_schedule: ScheduleName = "linear"
    """How noise grows with time, for v and epsilon."""
    zero_terminal_snr: bool = False
    """End the noise schedule at pure noise, which is where sampling starts; for v."""
    min_snr_gamma: PositiveFloat | None = None
    """Weigh errors at little noise down: min-SNR's gamma (5 in the paper), null = off; for v and
    epsilon."""
    sampler: Literal["euler", "heun", "ddpm", "ddim", "dpmpp", "sde", "ode"] = "euler"
    """euler and heun for flow alone; ddpm, ddim and dpmpp for all; sde and ode for v and epsilon.
    heun and ode evaluate the network twice a step."""
    shift: PositiveFloat = 8.0
    """Above 1, training and sampling spend more of their times near pure noise. Colour shines
    through moderate noise, so that only there the garment has to be read. Of flow alone."""
    steps: PositiveInt = 4
    """Steps of sampling."""
    guidance: float = Field(default=1.0, ge=0.0)
    """Weight of classifier-free guidance; 1 is off and costs one pass a step instead of two."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        levels = len(self.channels)
        if len(self.blocks) != levels:
            raise ValueError(f"blocks has {len(self.blocks)} levels and channels has {levels}")
        if max(self.attention_levels, default=0) >= levels:
            raise ValueError(f"attention_levels must be below {levels}, the number of levels")
        if any(c % GROUP for c in self.channels):
            raise ValueError(f"channels must be multiples of {GROUP}")
        if any(self.channels[level] % self.head_dim for level in self.attention_levels):
            raise ValueError(f"channels of attention levels must be multiples of {self.head_dim}")
        if self.embedding % self.head_dim or self.embedding % 4:
            raise ValueError(f"embedding must be a multiple of 4 and of head_dim={self.head_dim}")
        return self

    @model_validator(mode="after")
    def _stage_is_possible(self) -> Self:
        if self.attention_levels:
            return self
        if self.stage != "upsample":
            raise ValueError("attention_levels may be empty in the stage upsample alone")
        if self.guidance != 1:
            raise ValueError(
                "without attention_levels nothing is there to guide; set guidance to 1"
            )
        return self

    @model_validator(mode="after")
    def _can_be_distilled(self) -> Self:
        if self.stage != "distil":
            return self
        if (self.objective, self.sampler, self.guidance) != ("flow", "euler", 1):
            raise ValueError(
                "the stage distil has model.objective=flow, model.sampler=euler and "
                "model.guidance=1; it learns the teacher's guidance"
            )
        return self

    @model_validator(mode="after")
    def _can_be_sampled(self) -> Self:
        flow = self.objective == "flow"
        if self.sampler not in ("ddpm", "ddim", "dpmpp", *(FLOW_SAMPLERS if flow else SCORE)):
            raise ValueError(
                f"the sampler {self.sampler} does not fit the objective {self.objective}; set "
                f"model.sampler to {'euler, heun' if flow else 'sde, ode'}, ddpm, ddim or dpmpp"
            )
        if self.zero_terminal_snr and self.sampler in SCORE:
            raise ValueError(
                f"the sampler {self.sampler} starts at infinity with zero_terminal_snr; "
                "set model.sampler to ddpm, ddim or dpmpp"
            )
        return self

    @model_validator(mode="after")
    def _can_be_trained(self) -> Self:
        if self.guidance != 1 and not self.condition_drop:
            raise ValueError(
                "guidance needs samples without conditions in training; set condition_drop to 0.1"
            )
        if self.zero_terminal_snr and self.objective == "epsilon":
            raise ValueError(
                "pure noise tells epsilon nothing of the picture (0 / 0); with zero_terminal_snr "
                "set model.objective to v"
            )
        weighs = self.min_snr_gamma is not None
        if self.objective == "flow" and (self.zero_terminal_snr or weighs):
            raise ValueError(
                "zero_terminal_snr and min_snr_gamma belong to model.objective v or epsilon; "
                "flow ends at pure noise by itself"
            )
        return self

    def previous_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Height and width of the stage before a stage of `size`."""
        return size[0] // self.scale, size[1] // self.scale

    @property
    def used_patch(self) -> int | None:
        """The patch if pictures are composed."""
        composes = self.objective == "flow" and self.attention_levels
        return self.warp_patch if composes else None

    @property
    def reduction(self) -> int:
        """How many pixels of the image make one cell of the coarsest level, a side."""
        return int(self.unshuffle * 2 ** (len(self.channels) - 1))

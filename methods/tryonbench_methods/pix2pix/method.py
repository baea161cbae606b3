"""`pix2pix`: one pass from person and garment to picture, trained against a PatchGAN."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from tryonbench.config import RunConfig
from tryonbench.errors import InputError
from tryonbench.method import (
    MethodInfo,
    Part,
    Phase,
    TrainState,
    TryOnBatch,
    TryOnMethod,
    ranges,
)
from tryonbench_methods.common.conditions import (
    GARMENT_INPUTS,
    PERSON_INPUTS,
    person_representation,
    segmented_garment,
)
from tryonbench_methods.common.perceptual import distances, require_distances
from tryonbench_methods.common.sizes import require_multiple, require_patches
from tryonbench_methods.common.training import (
    PICTURES,
    WORDS,
    balance,
    frozen,
    painted_before,
    shares,
)
from tryonbench_methods.pix2pix.config import Pix2PixConfig
from tryonbench_methods.pix2pix.losses import (
    OBJECTIVES,
    Objective,
    between,
    feature_matching,
    gradient_penalty,
)
from tryonbench_methods.pix2pix.model import Generator, PatchDiscriminator, Verdict


class Pix2Pix(TryOnMethod):
    """Conditional image translation. It draws no random numbers: the seeds change nothing."""

    info = MethodInfo(
        name="pix2pix",
        family="gan",
        paper="Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks",
        licence="Apache-2.0",
        inputs=(*PERSON_INPUTS, *GARMENT_INPUTS),
        size_multiple=(4, 4),
    )
    config_class = Pix2PixConfig
    words: ClassVar[Mapping[str, str]] = {
        **WORDS,
        "feature_matching": "feature matching: discriminator's features",
        "gradient_penalty": "gradient penalty: slope against 1",
    }
    training_inputs = ("parse",)
    phases = (Phase("generator", ("generator",)), Phase("discriminator", ("discriminator",)))
    config: Pix2PixConfig

    @classmethod
    def require_for_training(cls, config: RunConfig[Any]) -> None:
        """The networks of the losses."""
        require_distances(config.model.losses)

    def build(self) -> dict[str, nn.Module]:
        """Generator and discriminator."""
        require_multiple(self.info.name, self.size, 2 ** len(self.config.generator.stages))
        require_patches(self.info.name, self.size, self.config.generator.warp_patch)
        self._require_windows()
        self._require_reflection()
        return {
            "generator": Generator(self.config.generator),
            "discriminator": PatchDiscriminator(
                self.config.discriminator, spectral=self.config.losses.gan != "wgan-gp"
            ),
        }

    def _require_windows(self) -> None:
        """The discriminator halves all but its last layer's input and ends with two 4x4 windows.

        Raises:
            InputError: no window fits in what is left.
        """
        layers = len(self.config.discriminator.channels)
        most = int(math.log2(min(self.size) / 3)) + 1
        if layers > most:
            raise InputError(
                f"pix2pix: model.discriminator.channels has {layers} layers; images of "
                f"{self.size[0]}x{self.size[1]} allow at most {most}"
            )

    def _require_reflection(self) -> None:
        """The stem pads by half a kernel of reflected picture.

        Raises:
            InputError: the picture is too small for that.
        """
        kernel = self.config.generator.outer_kernel
        if kernel // 2 >= min(self.size):
            raise InputError(
                f"pix2pix: model.generator.outer_kernel={kernel} is wider than images of "
                f"{self.size[0]}x{self.size[1]} can be reflected; choose a smaller one"
            )

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The losses of the phase that `state` names."""
        if state.phase == "generator":
            return self._generator_losses(batch, state)
        return self._discriminator_losses(batch, state)

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The generator's pictures, (N, 3, H, W) in [-1, 1]."""
        (image,) = self.run("picture", *map(batch.need, self.info.inputs))
        return image

    def parts(self) -> Mapping[str, Part]:
        """All of it is one function."""
        return {"picture": Part(self._picture, ranges(self.info.inputs), ("image",))}

    def _picture(self, *read: Tensor) -> tuple[Tensor, ...]:
        """What is read, in the order of `info.inputs`, to (N, 3, H, W) in [-1, 1]."""
        batch = TryOnBatch.of(self.info.inputs, read, self.size)
        return (self._paint(batch).float().clamp(-1, 1),)

    def _paint(self, batch: TryOnBatch) -> Tensor:
        """The generator's pictures as they are."""
        person, garment = person_representation(batch), segmented_garment(batch)
        image: Tensor = self.networks["generator"](person, garment)
        return image

    def _generator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Fool the discriminator, resemble the photograph."""
        fake = self._paint(batch)
        state.carried[PICTURES] = fake.detach()
        near = distances(self.config.losses, fake, batch.need("image"), batch.need("parse"))
        losses = self._fooling(batch, fake) | near
        state.logged.update(shares(losses))
        return losses

    def _fooling(self, batch: TryOnBatch, fake: Tensor) -> dict[str, Tensor]:
        """The generator's terms that the discriminator judges, without those of weight 0."""
        weights, discriminator = self.config.losses, self.networks["discriminator"]
        if not (weights.adversarial or weights.feature_matching):
            return {}
        wanted = self._outputs_on_real(batch) if weights.feature_matching else []
        with frozen(discriminator):
            verdict: Verdict = discriminator(batch.need("agnostic"), fake)
        losses = {}
        if weights.adversarial:
            losses["adversarial"] = weights.adversarial * self._gan.generator(verdict.patches)
        if weights.feature_matching:
            unlike = feature_matching(verdict.outputs, wanted)
            losses["feature_matching"] = weights.feature_matching * unlike
        return losses

    @torch.no_grad()
    def _outputs_on_real(self, batch: TryOnBatch) -> list[Tensor]:
        """What the discriminator's layers give for the photographs."""
        verdict: Verdict = self.networks["discriminator"](
            batch.need("agnostic"), batch.need("image")
        )
        return verdict.outputs

    def _discriminator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Tell photographs from the generator's pictures; both in one pass."""
        agnostic, fake = batch.need("agnostic"), painted_before(state, lambda: self._paint(batch))
        both = torch.cat([batch.need("image"), fake])
        verdict: Verdict = self.networks["discriminator"](agnostic.repeat(2, 1, 1, 1), both)
        on_real, on_fake = verdict.patches.chunk(2)
        losses = {"real": self._gan.real(on_real), "fake": self._gan.fake(on_fake)}
        if self.config.losses.gan == "wgan-gp":
            losses["gradient_penalty"] = self._gradient_penalty(batch, fake)
        state.logged.update(balance(on_real, on_fake, self._gan.boundary))
        state.logged.update(shares(losses))
        return losses

    def _gradient_penalty(self, batch: TryOnBatch, fake: Tensor) -> Tensor:
        """Weighted, at random points between photographs and pictures."""
        mixed = between(batch.need("image"), fake)
        verdict: Verdict = self.networks["discriminator"](batch.need("agnostic"), mixed, True)
        assert verdict.slope is not None
        return self.config.losses.gradient_penalty * gradient_penalty(verdict.slope)

    @property
    def _gan(self) -> Objective:
        return OBJECTIVES[self.config.losses.gan]

"""`pix2pix`: one pass from person and garment to picture, trained against a PatchGAN."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench.errors import InputError
from tryonbench.method import MethodInfo, Phase, TrainState, TryOnBatch, TryOnMethod
from tryonbench_methods.common.conditions import (
    GARMENT_INPUTS,
    PERSON_INPUTS,
    person_representation,
    segmented_garment,
)
from tryonbench_methods.common.sizes import require_multiple
from tryonbench_methods.common.training import frozen
from tryonbench_methods.pix2pix.config import Pix2PixConfig
from tryonbench_methods.pix2pix.losses import feature_matching, least_squares
from tryonbench_methods.pix2pix.model import Generator, PatchDiscriminator


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
    phases = (Phase("generator", ("generator",)), Phase("discriminator", ("discriminator",)))
    config: Pix2PixConfig

    def build(self) -> dict[str, nn.Module]:
        """Generator and discriminator."""
        require_multiple(self.info.name, self.size, 2 ** len(self.config.generator.stages))
        self._require_patches()
        return {
            "generator": Generator(self.config.generator),
            "discriminator": PatchDiscriminator(self.config.discriminator),
        }

    def _require_patches(self) -> None:
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

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The losses of the phase that `state` names."""
        if state.phase == "generator":
            return self._generator_losses(batch, state)
        return self._discriminator_losses(batch, state)

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The generator's pictures, (N, 3, H, W) in [-1, 1]."""
        return self._paint(batch).float().clamp(-1, 1)

    def _paint(self, batch: TryOnBatch) -> Tensor:
        """The generator's pictures as they are."""
        person, garment = person_representation(batch), segmented_garment(batch)
        image: Tensor = self.networks["generator"](person, garment)
        return image

    def _fake(self, batch: TryOnBatch, state: TrainState) -> Tensor:
        """The generator phase's pictures, or newly painted ones where a phase runs on its own."""
        if "fake" in state.carried:
            return state.carried["fake"]
        with torch.no_grad():
            return self._paint(batch)

    def _generator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Fool the discriminator, resemble the photograph."""
        image, agnostic, weights = batch.need("image"), batch.need("agnostic"), self.config.losses
        discriminator, fake = self.networks["discriminator"], self._paint(batch)
        state.carried["fake"] = fake.detach()
        with torch.no_grad():
            real_features = discriminator(agnostic, image)
        with frozen(discriminator):
            features = discriminator(agnostic, fake)
        return {
            "adversarial": weights.adversarial * least_squares(features[-1], 1),
            "l1": weights.l1 * F.l1_loss(fake, image),
            "feature_matching": weights.feature_matching
            * feature_matching(features, real_features),
        }

    def _discriminator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Tell photographs (1) from the generator's pictures (0); both in one pass."""
        agnostic = batch.need("agnostic")
        fake = self._fake(batch, state)
        both = torch.cat([batch.need("image"), fake])
        verdict = self.networks["discriminator"](agnostic.repeat(2, 1, 1, 1), both)[-1]
        real, fake = verdict.chunk(2)
        state.logged.update(verdict_real=real.mean().item(), verdict_fake=fake.mean().item())
        return {"real": least_squares(real, 1) / 2, "fake": least_squares(fake, 0) / 2}

"""`stylegan`: a style-based generator, co-modulated by person and garment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
from tryonbench.processes.rows import drawn
from tryonbench.seeds import noise
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
from tryonbench_methods.stylegan.augment import augmented
from tryonbench_methods.stylegan.config import StyleGANConfig
from tryonbench_methods.stylegan.growth import GROWN, Growth, growth_at, require_growing
from tryonbench_methods.stylegan.model import Discriminator, Generator, Painting, Verdict
from tryonbench_methods.stylegan.styles import Blend, crossover


class StyleGAN(TryOnMethod):
    """One pass from person, garment and a latent z to picture; the seeds decide z alone."""

    info = MethodInfo(
        name="stylegan",
        family="gan",
        paper="Zhao et al. 2021, Large Scale Image Completion via Co-Modulated GANs (2103.10428)",
        licence="Apache-2.0",
        inputs=(*PERSON_INPUTS, *GARMENT_INPUTS),
        size_multiple=(8, 8),
    )
    config_class = StyleGANConfig
    words: ClassVar[Mapping[str, str]] = {
        **WORDS,
        "path_length": "path length: even response to the style",
        "r1": "R1: discriminator's slope on photographs",
    }
    training_inputs = ("parse",)
    phases = (Phase("generator", ("generator",)), Phase("discriminator", ("discriminator",)))
    config: StyleGANConfig

    @classmethod
    def require_for_training(cls, config: RunConfig[Any]) -> None:
        """The networks of the losses; growing that ends; second derivatives for path lengths."""
        require_distances(config.model.losses)
        if config.compile and config.model.losses.path_length:
            raise InputError(
                "stylegan: path lengths need second derivatives, which compiled code does not "
                "have; leave compile or model.losses.path_length out"
            )
        if config.model.grow and config.model.grow[-1][0] >= config.images:
            raise InputError(
                f"stylegan: model.grow ends at {config.model.grow[-1][0]} images, the training at "
                f"{config.images}: the finest level would never learn"
            )

    def build(self) -> dict[str, nn.Module]:
        """Generator and discriminator."""
        config = self.config
        depths = len(config.generator.channels), len(config.discriminator.channels)
        require_multiple(self.info.name, self.size, 2 ** (max(depths) - 1))
        require_patches(self.info.name, self.size, config.generator.warp_patch)
        self._require_cells(2 ** (depths[0] - 1))
        require_growing(config.grow, self.size, min(depths))
        return {
            "generator": Generator(config.generator, config.losses.path_length > 0),
            "discriminator": Discriminator(config.discriminator, self.size, len(config.grow)),
        }

    def _require_cells(self, reduction: int) -> None:
        """
        Raises:
            InputError: AdaIN would normalise maps of one cell.
        """
        cells = self.size[0] * self.size[1] // reduction**2
        if self.config.generator.decoder == "adain" and cells < 2:
            raise InputError(
                f"stylegan: at {self.size[0]}x{self.size[1]} the coarsest map has one cell, whose "
                "deviation AdaIN would divide by; choose a larger size or fewer levels"
            )

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The losses of the phase that `state` names."""
        if state.phase == "generator":
            losses = self._generator_losses(batch, state)
        else:
            losses = self._discriminator_losses(batch, state)
        state.logged.update(shares(losses))
        return losses

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The generator's pictures, (N, 3, H, W) in [-1, 1]."""
        read = map(batch.need, self.info.inputs)
        (image,) = self.run("picture", *read, self._latents(batch, seeds))
        return image

    def parts(self) -> Mapping[str, Part]:
        """All of it is one function; truncation is a constant in it."""
        inputs = {**ranges(self.info.inputs), "z": "standard normal"}
        return {"picture": Part(self._picture, inputs, ("image",))}

    def _picture(self, *read: Tensor) -> tuple[Tensor, ...]:
        """What is read, in the order of `info.inputs`, and z, to (N, 3, H, W) in [-1, 1]."""
        *modalities, z = read
        batch = TryOnBatch.of(self.info.inputs, modalities, self.size)
        return (self._paint(batch, z, self.config.truncation).image.float().clamp(-1, 1),)

    def interpolate(
        self, batch: TryOnBatch, other: TryOnBatch, shares: Sequence[float], seeds: Sequence[int]
    ) -> Tensor:
        """The persons of `batch` between its garments (share 0) and those of `other` (share 1).

        Styles and garment maps go along a line, (N, 3, H, W) in [-1, 1]; the latents stay.
        """
        by_row = torch.tensor(shares, device=batch.need("agnostic").device)
        levels = len(self.config.generator.channels)
        return self._between(batch, other, by_row[:, None].expand(-1, levels), seeds)

    def mix(
        self, batch: TryOnBatch, other: TryOnBatch, levels: Sequence[int], seeds: Sequence[int]
    ) -> Tensor:
        """The persons in the garments of `batch`, but some levels see those of `other`.

        Args:
            levels: 0 is the finest; the one of `generator.attention_level` carries prints.

        Returns:
            (N, 3, H, W) in [-1, 1].

        Raises:
            IndexError: there is no such level.
        """
        device = batch.need("agnostic").device
        share = torch.zeros(len(batch), len(self.config.generator.channels), device=device)
        share[:, list(levels)] = 1
        return self._between(batch, other, share, seeds)

    def _between(
        self, batch: TryOnBatch, other: TryOnBatch, share: Tensor, seeds: Sequence[int]
    ) -> Tensor:
        """Pictures whose levels take a share (N, levels) of the other garments."""
        z = self._latents(batch, seeds)
        blend = Blend(share, z, segmented_garment(other))
        painting = self._paint(batch, z, self.config.truncation, blend)
        return painting.image.float().clamp(-1, 1)

    def _latents(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return noise(seeds, (self.config.generator.latent,), batch.need("agnostic").device)

    def _paint(
        self,
        batch: TryOnBatch,
        z: Tensor,
        truncation: float = 1.0,
        blend: Blend | None = None,
        growth: Growth = GROWN,
        with_paths: bool = False,
    ) -> Painting:
        """The generator's pictures as they are."""
        person, garment = person_representation(batch), segmented_garment(batch)
        painting: Painting = self.networks["generator"](
            person, garment, z, truncation, blend, growth, with_paths
        )
        return painting

    def _sample(self, batch: TryOnBatch, growth: Growth, with_paths: bool = False) -> Painting:
        """Pictures from random latents, for training."""
        z, blend = self._drawn_latents(batch), None
        if self.config.style_mixing:
            levels, device = len(self.config.generator.channels), batch.need("agnostic").device
            share = crossover(len(batch), levels, self.config.style_mixing, device)
            blend = Blend(share, self._drawn_latents(batch))
        return self._paint(batch, z, blend=blend, growth=growth, with_paths=with_paths)

    def _drawn_latents(self, batch: TryOnBatch) -> Tensor:
        """Random ones, for training."""
        latent, device = self.config.generator.latent, batch.need("agnostic").device
        return drawn(lambda n: torch.randn(n, latent, device=device), len(batch))

    def _growth(self, state: TrainState) -> Growth:
        return growth_at(self.config.grow, self.config.fade_images, state.images)

    def _verdict(
        self, batch: TryOnBatch, image: Tensor, grown: Growth, with_gradient: bool = False
    ) -> Verdict:
        """What the discriminator says of pictures that have the size grown to."""
        agnostic = grown.of(batch.need("agnostic"))
        if self.config.diff_augment:
            agnostic, image = augmented(self.config.diff_augment, agnostic, image)
        verdict: Verdict = self.networks["discriminator"](agnostic, image, with_gradient, grown)
        return verdict

    def _generator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Fool the discriminator, resemble the photograph; every few steps with path lengths."""
        weights, grown = self.config.losses, self._growth(state)
        lazy = weights.path_length > 0 and state.step % weights.path_interval == 0
        fake, path_penalty = self._sample(batch, grown, lazy)
        state.carried[PICTURES] = fake.detach()
        with frozen(self.networks["discriminator"]):
            logits = self._verdict(batch, fake, grown).logits
        losses = {"adversarial": weights.adversarial * F.softplus(-logits).mean()}
        losses |= distances(weights, fake, grown.of(batch.need("image")), batch.need("parse"))
        if path_penalty is None:
            return losses
        strength = weights.path_length * weights.path_interval
        return {**losses, "path_length": strength * path_penalty}

    def _discriminator_losses(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """Tell photographs from pictures; every few steps with R1 (Mescheder et al. 2018)."""
        grown, lazy = self._growth(state), self.config.losses.r1_interval
        fake = painted_before(state, lambda: self._sample(batch, grown).image)
        photographs = grown.of(batch.need("image"))
        real = self._verdict(batch, photographs, grown, state.step % lazy == 0)
        logits = self._verdict(batch, fake, grown).logits
        state.logged.update(balance(real.logits, logits, boundary=0.0))
        losses = {"real": F.softplus(-real.logits).mean(), "fake": F.softplus(logits).mean()}
        return losses if real.gradient is None else {**losses, "r1": self._r1(real.gradient)}

    def _r1(self, gradient: Tensor) -> Tensor:
        """gamma / 2 times the mean squared gradient, weighted up for the steps without it."""
        losses = self.config.losses
        return losses.r1_gamma / 2 * losses.r1_interval * gradient.mean()

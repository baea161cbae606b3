"""`diffusion`: two UNets that paint a picture from noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from tryonbench.method import MethodInfo, Phase, TrainState, TryOnBatch, TryOnMethod
from tryonbench.seeds import noise
from tryonbench_methods.common.sizes import require_multiple
from tryonbench_methods.diffusion.conditions import Conditions, augment, drop, read_conditions
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.flow import guided
from tryonbench_methods.diffusion.model import GarmentMemory, GarmentUNet, PersonUNet
from tryonbench_methods.diffusion.objectives import Network, objective_of


class Diffusion(TryOnMethod):
    """Paints the whole picture from noise; cross-attention carries the garment to its place."""

    info = MethodInfo(
        name="diffusion",
        family="diffusion",
        paper="Zhu et al. 2023, TryOnDiffusion: A Tale of Two UNets (arXiv:2306.08276)",
        licence="Apache-2.0",
        inputs=("agnostic", "agnostic_mask", "cloth", "cloth_mask", "keypoints"),
        size_multiple=(4, 4),
    )
    config_class = DiffusionConfig
    phases = (Phase("generator", ("person_unet", "garment_unet")),)
    config: DiffusionConfig

    def build(self) -> dict[str, nn.Module]:
        """The two UNets."""
        require_multiple(self.info.name, self.size, self.config.reduction)
        return {"person_unet": PersonUNet(self.config), "garment_unet": GarmentUNet(self.config)}

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The objective's loss under noise augmentation and joint condition drop."""
        image, conditions = batch.need("image"), read_conditions(batch)
        draws = torch.rand(2, len(image), device=image.device)
        level = draws[0] * self.config.noise_augmentation
        keep = draws[1] >= self.config.condition_drop
        network = self._network(drop(augment(conditions, level), keep), level)
        objective = objective_of(self.config)
        t = objective.times(image)
        loss = objective.loss(network, image, torch.randn_like(image), t)
        return {self.config.objective: loss}

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The sampler's steps from each seed's noise, (N, 3, H, W) in [-1, 1]."""
        conditions = read_conditions(batch)
        start = noise(seeds, (3, *batch.size), conditions.person.device)
        network = self._guided_network(conditions)
        return objective_of(self.config).sample(network, start, seeds).float().clamp(-1, 1)

    def _guided_network(self, conditions: Conditions) -> Network:
        """The network that sampling follows; one pass a step unless guidance is on."""
        clean = conditions.pose.new_zeros(len(conditions.pose))
        conditional = self._network(conditions, clean)
        if self.config.guidance == 1:
            return conditional
        null = self._network(drop(conditions, torch.zeros_like(clean)), clean)
        return guided(conditional, null, self.config.guidance)

    def _network(self, c: Conditions, level: Tensor) -> Network:
        """Both UNets as a function of (x, t)."""
        person_unet, memory = self.networks["person_unet"], self._garment_memory(c, level)

        def predict(x: Tensor, t: Tensor) -> Tensor:
            prediction: Tensor = person_unet(x, t, c.person, c.pose, level, memory(t))
            return prediction

        return predict

    def _garment_memory(self, c: Conditions, level: Tensor) -> Callable[[Tensor], GarmentMemory]:
        """The garment as a function of t; one memory where t plays no part."""
        unet = self.networks["garment_unet"]
        if self.config.garment_sees_time:
            return lambda t: GarmentMemory(unet(c.garment, level, t))
        memory = GarmentMemory(unet(c.garment, level))
        return lambda t: memory

"""`diffusion`: two UNets that paint a picture from noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from tryonbench.checkpoint import load_method, load_weights
from tryonbench.config import RunConfig
from tryonbench.method import MethodInfo, Part, Phase, TrainState, TryOnBatch, TryOnMethod
from tryonbench.processes.rows import drawn, drawn_once, normal_like
from tryonbench.seeds import derive, noise
from tryonbench_methods.common.emphasis import emphasised
from tryonbench_methods.common.sizes import require_multiple, require_patches
from tryonbench_methods.diffusion.binned import by_time, time_words
from tryonbench_methods.diffusion.cascade import (
    low_resolution,
    resized,
    smaller,
    stage_file,
)
from tryonbench_methods.diffusion.conditions import (
    Conditions,
    augment,
    drop,
    noisy,
    read_conditions,
)
from tryonbench_methods.diffusion.config import FLOW_SAMPLERS, DiffusionConfig
from tryonbench_methods.diffusion.distil import distilled_errors, step_times, teacher_file
from tryonbench_methods.diffusion.flow import guided
from tryonbench_methods.diffusion.model import GarmentMemory, GarmentUNet, PersonUNet
from tryonbench_methods.diffusion.objectives import Network, objective_of
from tryonbench_methods.diffusion.upsampler import PlainUNet

LOSSES = {
    "flow": "flow: squared error of the velocity",
    "v": "v: squared error of v, picture and noise",
    "epsilon": "epsilon: squared error of the noise",
    "distil": "distil: squared error against the teacher",
}
"""In words."""
GUIDANCE = (1.0, 1.5, 2.0, 3.0)
"""Weights that a sweep compares."""


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
    words: ClassVar[Mapping[str, str]] = {**LOSSES, **time_words(LOSSES)}
    training_inputs = ("parse",)
    phases = (Phase("generator", ("person_unet", "garment_unet")),)
    config: DiffusionConfig
    _previous: TryOnMethod | None = None

    @classmethod
    def require_for_training(cls, config: RunConfig[Any]) -> None:
        """The stage before, without which no picture could be generated afterwards; the teacher."""
        model: DiffusionConfig = config.model
        if model.stage == "upsample":
            stage_file(model.previous, model.previous_size(config.size))
        if model.stage == "distil":
            teacher_file(model, config.size)

    @classmethod
    def checkpoints_read(cls, config: DiffusionConfig) -> tuple[Path, ...]:
        """That of the stage before."""
        return (stage_file(config.previous, None),) if config.previous else ()

    @classmethod
    def sweep_axes(cls, config: DiffusionConfig) -> Mapping[str, tuple[Any, ...]]:
        """Sampler, steps and guidance; of flow the shift of the sampling times, too."""
        common = ("ddpm", "ddim", "dpmpp")
        if config.objective != "flow":
            return {"sampler": common, "steps": (2, 4, 8, 16, 32), "guidance": GUIDANCE}
        steps, shift = (1, 2, 4, 8, 16), (1.0, 3.0, 8.0)
        samplers = (*FLOW_SAMPLERS, *common)
        return {"sampler": samplers, "steps": steps, "guidance": GUIDANCE, "shift": shift}

    def build(self) -> dict[str, nn.Module]:
        """The two UNets; of a plain super-resolution stage one."""
        require_multiple(self.info.name, self.size, self.config.reduction)
        require_patches(self.info.name, self.size, self.config.used_patch)
        if (scale := self.config.scale) and self.config.stage == "upsample":
            require_multiple(self.info.name, self.size, scale, "model.scale", "another scale")
        if not self.config.attention_levels:
            self.phases = (Phase("generator", ("person_unet",)),)
            return {"person_unet": PlainUNet(self.config)}
        return {"person_unet": PersonUNet(self.config), "garment_unet": GarmentUNet(self.config)}

    def initialise(self) -> None:
        """A student starts as its teacher."""
        if self.config.stage == "distil":
            load_weights(self, teacher_file(self.config, self.size))

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The objective's loss under noise augmentation and joint condition drop; or what the
        student lacks of its teacher."""
        if self.config.stage == "distil":
            return {"distil": self._distilled(batch).mean()}
        image, conditions = batch.need("image"), read_conditions(batch)
        draws = drawn(lambda n: torch.rand(2, n, device=image.device), len(image), axis=1)
        level = draws[0] * self.config.noise_augmentation
        keep = draws[1] >= self.config.condition_drop
        low = self._trained_low(image, level)
        network = self._network(drop(augment(conditions, level), keep), level, low)
        objective = objective_of(self.config)
        t = objective.times(image)
        errors = objective.errors(network, image, normal_like(image), t)
        errors = emphasised(errors, batch.need("parse"), self.config.garment_weight)
        state.logged.update(by_time(self.config.objective, errors, t))
        return {self.config.objective: errors.mean()}

    def _distilled(self, batch: TryOnBatch) -> Tensor:
        """Errors of one of the student's steps, drawn for the batch."""
        image, conditions, teacher = batch.need("image"), read_conditions(batch), self.teacher
        teacher.networks.to(image.device)
        steps, teachers = self.config.steps, teacher.config.steps
        step = int(drawn_once(lambda: torch.randint(steps, ())))
        times = step_times(steps, teachers, step, teacher.config.shift).to(image.device)
        student = self._guided_network(conditions, None)
        taught = teacher._guided_network(conditions, None)
        return distilled_errors(student, taught, image, normal_like(image), times)

    @cached_property
    def teacher(self) -> Diffusion:
        """The trained method that a student learns from. It is no part of the student's weights.

        Raises:
            InputError: it is not named or cannot teach.
        """
        method = load_method(teacher_file(self.config, self.size))
        assert isinstance(method, Diffusion)
        method.networks.requires_grad_(False)
        return method

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The sampler's steps from each seed's noise, (N, 3, H, W) in [-1, 1]."""
        conditions = read_conditions(batch)
        low = self._generated_low(batch, seeds)
        own = seeds if low is None else [derive("upsample", *batch.size, seed) for seed in seeds]
        start = noise(own, (3, *batch.size), conditions.person.device)
        network = self._guided_network(conditions, low)
        return objective_of(self.config).sample(network, start, own).float().clamp(-1, 1)

    def _trained_low(self, image: Tensor, level: Tensor) -> Tensor | None:
        """What stands for the stage before in training, with its noise augmentation."""
        if self.config.stage != "upsample":
            return None
        return noisy(low_resolution(image, self.config.scale), level)

    def _generated_low(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor | None:
        """The enlarged pictures of the stage before."""
        if self.config.stage != "upsample":
            return None
        before = self.previous()
        before.networks.to(batch.need("agnostic").device)
        return resized(before.generate(smaller(batch, before.size), seeds), batch.size)

    def previous(self) -> TryOnMethod:
        """The stage before, loaded once. It is no part of this stage's weights.

        Raises:
            InputError: it is not named, not readable or of another size.
        """
        if self._previous is None:
            size = self.config.previous_size(self.size)
            self._previous = load_method(stage_file(self.config.previous, size))
        return self._previous

    def _guided_network(self, conditions: Conditions, low: Tensor | None) -> Network:
        """The network that sampling follows; one pass a step unless guidance is on."""
        clean = _clean(conditions.pose)
        conditional = self._network(conditions, clean, low)
        if self.config.guidance == 1:
            return conditional
        null = self._network(drop(conditions, torch.zeros_like(clean)), clean, low)
        return guided(conditional, null, self.config.guidance)

    def _network(self, c: Conditions, level: Tensor, low: Tensor | None) -> Network:
        """The networks as a function of (x, t)."""
        if self.engines:
            return self._by_parts(c)
        person_unet = self.networks["person_unet"]
        if not self.config.attention_levels:
            return lambda x, t: person_unet(x, t, low, level)
        memory = self._garment_memory(c, level)
        person = c.person if low is None else torch.cat([c.person, low], 1)

        def predict(x: Tensor, t: Tensor) -> Tensor:
            prediction: Tensor = person_unet(x, t, person, c.pose, level, memory(t))
            return prediction

        return predict

    def _garment_memory(self, c: Conditions, level: Tensor) -> Callable[[Tensor], GarmentMemory]:
        """The garment as a function of t; one memory where t plays no part."""
        unet = self.networks["garment_unet"]
        if self.config.garment_sees_time:
            return lambda t: GarmentMemory(unet(c.garment, level, t), c.worn)
        memory = GarmentMemory(unet(c.garment, level), c.worn)
        return lambda t: memory

    def parts(self) -> Mapping[str, Part]:
        """What is made of the garment, once a picture or, if it sees the time, once a step; and one
        evaluation of the network. A plain stage that enlarges has none."""
        if not self.config.attention_levels:
            return {}
        garment, time = {"garment": "RGB [-1, 1] x mask, mask 0 or 1"}, {"t": "(0, 1]"}
        person = {"person": "agnostic [-1, 1], mask 0 or 1", "pose": "x, y, found in [0, 1]"}
        names = self._person_unet.remembered_names
        remembered = dict.fromkeys(names, "from the part garment")
        seen = {**garment, **time} if self.config.garment_sees_time else garment
        step = {"x": "picture and noise", **time, **person, **garment, **remembered}
        return {
            "garment": Part(self._remembered, seen, names),
            "step": Part(self._predicted, step, ("prediction",)),
        }

    def _remembered(self, garment: Tensor, *t: Tensor) -> tuple[Tensor, ...]:
        """What a step reads of the garment (N, 4, H, W)."""
        features = self.networks["garment_unet"](garment, _clean(garment), *t)
        return self._person_unet.remember(features)

    def _predicted(
        self, x: Tensor, t: Tensor, person: Tensor, pose: Tensor, garment: Tensor, *said: Tensor
    ) -> tuple[Tensor, ...]:
        """The prediction from x_t (N, 3, H, W), with what `_remembered` said."""
        unet = self._person_unet
        return (unet(x, t, person, pose, _clean(x), unet.recall(said, garment)),)

    @property
    def _person_unet(self) -> PersonUNet:
        return cast(PersonUNet, self.networks["person_unet"])

    def _by_parts(self, c: Conditions) -> Network:
        """The parts as a function of (x, t)."""
        sees_time = self.config.garment_sees_time
        known = () if sees_time else self.run("garment", c.garment)

        def predict(x: Tensor, t: Tensor) -> Tensor:
            said = self.run("garment", c.garment, t) if sees_time else known
            return self.run("step", x, t, c.person, c.pose, c.worn, *said)[0]

        return predict


def _clean(like: Tensor) -> Tensor:
    """No noise augmentation, (N,)."""
    return like.new_zeros(like.shape[0])

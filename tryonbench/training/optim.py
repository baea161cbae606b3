"""Optimisers and the learning rate, both from configuration."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from lightning_fabric import Fabric
from torch import nn, optim

from tryonbench.config import OptimizerConfig, RunConfig, ScheduleConfig
from tryonbench.errors import InputError, did_you_mean
from tryonbench.method import Phase
from tryonbench.training.sharded import whole_tensor


def make_optimizer(config: OptimizerConfig, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
    """The optimiser that a configuration names."""
    decay, momentum = config.weight_decay, config.betas[0]
    if config.name == "adam":
        return optim.Adam(parameters, config.lr, config.betas, weight_decay=decay)
    if config.name == "adamw":
        return optim.AdamW(parameters, config.lr, config.betas, weight_decay=decay)
    if config.name == "sgd":
        return optim.SGD(parameters, config.lr, momentum, weight_decay=decay)
    return optim.RMSprop(parameters, config.lr, momentum=momentum, weight_decay=decay)


def phase_config(config: RunConfig[Any], phase: Phase) -> OptimizerConfig:
    """A phase's own settings, or those for all."""
    return config.optimizers.get(phase.name, config.optimizer)


def clipped_norm(
    fabric: Fabric, networks: nn.Module, optimizer: optim.Optimizer, limit: float | None
) -> float:
    """The norm of an optimiser's gradient, which is limited if a limit is given."""
    norm: Any = fabric.clip_gradients(
        networks, optimizer, max_norm=limit or math.inf, error_if_nonfinite=False
    )
    return float(whole_tensor(norm))


def check_phases(config: RunConfig[Any], phases: Iterable[Phase]) -> None:
    """
    Raises:
        InputError: `optimizers` names a phase that the method does not have.
    """
    known = [phase.name for phase in phases]
    for name in config.optimizers:
        if name not in known:
            raise InputError(f'unknown setting "optimizers.{name}"; {did_you_mean(name, known)}')


def lr_scale(schedule: ScheduleConfig, images: int, total: int) -> float:
    """The factor of the learning rate after `images` of `total`.

    >>> lr_scale(ScheduleConfig(decay="linear", decay_from=0.5), 75, 100)
    0.5
    >>> lr_scale(ScheduleConfig(decay="cosine", min_factor=0.1), 100, 100)
    0.1
    """
    warm = min(1.0, (images + 1) / schedule.warmup_images) if schedule.warmup_images else 1.0
    start = schedule.decay_from * total
    done = min(1.0, max(0.0, (images - start) / (total - start)))
    return warm * (schedule.min_factor + (1 - schedule.min_factor) * _decayed(schedule.decay, done))


def _decayed(decay: str, done: float) -> float:
    """What is left of the learning rate, from 1 to 0, once a share of the decay is done."""
    if decay == "linear":
        return 1 - done
    if decay == "cosine":
        return (1 + math.cos(math.pi * done)) / 2
    return 1.0

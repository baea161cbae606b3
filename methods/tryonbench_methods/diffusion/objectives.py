"""What the network predicts, how it is trained to, and how pictures are sampled from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from tryonbench.processes.rows import drawn
from tryonbench.seeds import derive
from tryonbench.seeds import noise as seeded_noise
from tryonbench_methods.diffusion.config import FLOW_SAMPLERS, DiffusionConfig
from tryonbench_methods.diffusion.flow import (
    Denoiser,
    euler,
    heun,
    logit_normal,
    on_path,
    path_level,
    shifted,
    velocity_errors,
)
from tryonbench_methods.diffusion.samplers import DETERMINISTIC, STOCHASTIC
from tryonbench_methods.diffusion.schedule import Level, NoiseSchedule

Network = Callable[[Tensor, Tensor], Tensor]
"""(x_t (N, C, H, W), t (N,) in (0, 1]) -> what the objective has it predict, (N, C, H, W)."""


class Objective(Protocol):
    """One way to train and to sample."""

    def times(self, like: Tensor) -> Tensor:
        """A training time for each row of `like`, (N,) in (0, 1]."""

    def errors(self, network: Network, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """What the training loss is the mean of, (N, C, H, W), at pictures x0 and noise of that
        shape and times t (N,)."""

    def sample(self, network: Network, start: Tensor, seeds: Sequence[int]) -> Tensor:
        """Pictures from noise `start` (N, C, H, W); row i depends on seeds[i] and start[i]."""


def objective_of(config: DiffusionConfig) -> Objective:
    """The objective that the settings name."""
    return FlowMatching(config) if config.objective == "flow" else VariancePreserving(config)


@dataclass(frozen=True)
class FlowMatching:
    """The network estimates x_0 on the straight path from picture to noise; see `flow`."""

    config: DiffusionConfig

    def times(self, like: Tensor) -> Tensor:
        """Logit-normal times, shifted towards noise."""
        return shifted(logit_normal(like), self.config.shift)

    def errors(self, network: Network, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The squared errors of the velocity."""
        return velocity_errors(network, x0, noise, t)

    def sample(self, network: Network, start: Tensor, seeds: Sequence[int]) -> Tensor:
        """Follow the velocity, or by a sampler of the variance-preserving process."""
        times = shifted(torch.linspace(1, 0, self.config.steps + 1), self.config.shift)
        if self.config.sampler in FLOW_SAMPLERS:
            follow = heun if self.config.sampler == "heun" else euler
            return follow(network, start, times.to(start.device))
        levels = [path_level(t) for t in times.tolist()]
        return sampled(self.config.sampler, on_path(network), start, levels, seeds)


@dataclass(frozen=True)
class VariancePreserving:
    """The network predicts v (Salimans and Ho 2022) or the noise (Ho et al. 2020)."""

    config: DiffusionConfig

    @property
    def schedule(self) -> NoiseSchedule:
        """Alpha and sigma over time."""
        return NoiseSchedule(self.config.noise_schedule, self.config.zero_terminal_snr)

    def times(self, like: Tensor) -> Tensor:
        """Uniform times in (0, 1]."""
        return 1 - drawn(lambda n: torch.rand(n, device=like.device), len(like))

    def errors(self, network: Network, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The weighted squared errors of what is predicted."""
        alpha, sigma = self.schedule.at(t.view(-1, 1, 1, 1))
        target = alpha * noise - sigma * x0 if self.config.objective == "v" else noise
        error = (network(alpha * x0 + sigma * noise, t) - target).square()
        return self._weight((alpha / sigma) ** 2) * error

    def _weight(self, snr: Tensor) -> Tensor:
        """min(snr, gamma) as the weight of x_0's error; Hang et al. 2023, section 3.4.

        The error of v is (snr + 1) times that of x_0, the error of the noise snr times.
        """
        if self.config.min_snr_gamma is None:
            return torch.ones_like(snr)
        own = snr + 1 if self.config.objective == "v" else snr
        return snr.clamp(max=self.config.min_snr_gamma) / own

    def denoiser(self, network: Network) -> Denoiser:
        """The estimate of x_0, kept within the range of pictures (as in Ho et al. 2020's code).

        alpha x - sigma v (Salimans and Ho 2022, appendix D), or (x - sigma noise) / alpha.
        """

        def denoise(x: Tensor, t: Tensor) -> Tensor:
            alpha, sigma = self.schedule.at(t.view(-1, 1, 1, 1))
            said = network(x, t)
            is_v = self.config.objective == "v"
            estimate = alpha * x - sigma * said if is_v else (x - sigma * said) / alpha
            return estimate.clamp(-1, 1)

        return denoise

    def sample(self, network: Network, start: Tensor, seeds: Sequence[int]) -> Tensor:
        """By the sampler of the settings; fresh noise from (seed, step)."""
        denoise, levels = self.denoiser(network), self.schedule.levels(self.config.steps)
        return sampled(self.config.sampler, denoise, start, levels, seeds)


def sampled(
    sampler: str, denoise: Denoiser, start: Tensor, levels: Sequence[Level], seeds: Sequence[int]
) -> Tensor:
    """By a sampler's name; fresh noise, where it takes any, from (seed, step)."""
    if sampler in DETERMINISTIC:
        return DETERMINISTIC[sampler](denoise, start, levels)

    def fresh(step: int) -> Tensor:
        own = [derive("sampler", seed, step) for seed in seeds]
        return seeded_noise(own, start.shape[1:], start.device)

    return STOCHASTIC[sampler](denoise, start, levels, fresh)

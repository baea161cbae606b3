"""Noise schedules of the variance-preserving process x_t = alpha(t) x_0 + sigma(t) noise.

Time is continuous in [0, 1], and alpha^2 + sigma^2 = 1. A discrete process of T steps is the same
at t = (i + 1) / T: its samplers with "trailing" time steps visit 1, 1 - 1/K, ..., 1/K, 0 here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

ScheduleName = Literal["linear", "cosine", "sigmoid"]


class Level(NamedTuple):
    """A noise level: x = alpha x_0 + sigma noise."""

    t: float
    alpha: float
    sigma: float

    @property
    def ratio(self) -> float:
        """Noise over signal, sigma / alpha."""
        return self.sigma / self.alpha

    @property
    def half_log_snr(self) -> float:
        """log(alpha / sigma); infinite where one of the two is zero."""
        if not self.alpha or not self.sigma:
            return math.inf if self.alpha else -math.inf
        return math.log(self.alpha / self.sigma)


CLEAN = Level(0.0, 1.0, 0.0)


def linear(t: Tensor) -> Tensor:
    """Alpha of the VP SDE with beta from 0.1 to 20; Song et al. 2021, equation 33.

    DDPM's linear betas (Ho et al. 2020), scaled to any number of steps, tend to it.
    """
    return torch.exp(-0.5 * (0.1 * t + 0.5 * 19.9 * t**2))


def cosine(t: Tensor) -> Tensor:
    """Alpha of Nichol and Dhariwal 2021, equation 17, with s = 0.008."""
    angle = (t + 0.008) / 1.008 * math.pi / 2
    return angle.cos() / math.cos(0.008 / 1.008 * math.pi / 2)


def sigmoid(t: Tensor) -> Tensor:
    """Alpha of Jabri et al. 2022 (algorithm 3), start -3, end 3, tau 1."""
    high = 1 / (1 + math.exp(-3))
    squared = (high - torch.sigmoid(6 * t - 3)) / (2 * high - 1)
    return squared.clamp(min=0).sqrt()


CURVES: dict[ScheduleName, Callable[[Tensor], Tensor]] = {
    "linear": linear,
    "cosine": cosine,
    "sigmoid": sigmoid,
}
LAST_ALPHA = math.exp(-0.5 * 10.05)
"""Alpha at t = 1 of every schedule without zero terminal SNR: that of `linear`."""


@dataclass(frozen=True)
class NoiseSchedule:
    """A curve with its end moved; Lin et al. 2024 ("Common Diffusion Noise Schedules and Sample
    Steps are Flawed"), algorithm 1, who move it to zero."""

    curve: ScheduleName
    zero_terminal_snr: bool

    def alpha(self, t: Tensor) -> Tensor:
        """The share of the picture at t in [0, 1]: 1 at 0, down to 0 or `LAST_ALPHA` at 1."""
        curve = CURVES[self.curve]
        end = 0.0 if self.zero_terminal_snr else LAST_ALPHA
        own_end = curve(torch.ones_like(t))
        moved = end + (1 - end) * (curve(t) - own_end) / (1 - own_end)
        return moved.clamp(end, 1)

    def at(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """Alpha and sigma at times t of any shape."""
        alpha = self.alpha(t)
        return alpha, (1 - alpha**2).sqrt()

    def levels(self, steps: int) -> list[Level]:
        """The steps + 1 levels that sampling visits: even times from 1 to 0."""
        times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)[:-1]
        alpha, sigma = self.at(times)
        rows = zip(times.tolist(), alpha.tolist(), sigma.tolist(), strict=True)
        return [*(Level(*row) for row in rows), CLEAN]

"""Flow matching: the objective and the samplers, as functions of a denoiser.

Lipman et al. 2023, "Flow Matching for Generative Modeling"; the linear path and logit-normal times
of Esser et al. 2024, "Scaling Rectified Flow Transformers": x_t = (1 - t) x_0 + t noise.

The model estimates x_0, and the velocity follows: dx/dt = noise - x_0 = (x_t - x_0) / t. The loss
is still that of the velocity (Li and He 2025, "Back to Basics: Let Denoising Generative Models
Denoise"): a small network need not carry the noise through to its output.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from tryonbench.processes.rows import drawn
from tryonbench_methods.diffusion.schedule import Level

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""(x_t (N, C, H, W), t (N,) in (0, 1]) -> estimate of x_0 (N, C, H, W)."""

SMALLEST_T = 0.1
"""The loss divides by no smaller time, lest nearly clean samples outweigh all others."""


def logit_normal(like: Tensor) -> Tensor:
    """A time in (0, 1) for each row of `like`, (N,): the sigmoid of a standard normal."""
    return drawn(lambda n: torch.randn(n, device=like.device), len(like)).sigmoid()


def shifted(t: Tensor, shift: float) -> Tensor:
    """Times moved towards noise, 0 and 1 kept: shift t / (1 + (shift - 1) t); Esser et al. 2024."""
    return shift * t / (1 + (shift - 1) * t)


def path_level(t: float) -> Level:
    """The noise level of the variance-preserving process that has the path's signal-to-noise ratio.

    The path's x_t is sqrt((1 - t)^2 + t^2) times that process's: one network serves both (Kingma
    and Gao 2023, "Understanding Diffusion Objectives as the ELBO", appendix D).
    """
    norm = math.hypot(1 - t, t)
    return Level(t, (1 - t) / norm, t / norm)


def on_path(denoise: Denoiser) -> Denoiser:
    """The path's denoiser for that process, its estimates kept within the range of pictures."""

    def rescaled(x: Tensor, t: Tensor) -> Tensor:
        norm = torch.hypot(1 - t, t).view(-1, 1, 1, 1)
        return denoise(norm * x, t).clamp(-1, 1)

    return rescaled


def velocity_errors(denoise: Denoiser, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """Squared errors of the velocity (x_t - x_0) / t, (N, C, H, W)."""
    time = t.view(-1, 1, 1, 1)
    estimate = denoise(torch.lerp(x0, noise, time), t)
    return ((estimate - x0) / time.clamp(min=SMALLEST_T)).square()


def euler(denoise: Denoiser, x: Tensor, times: Tensor) -> Tensor:
    """Follow the velocity from noise x at times[0] = 1 down to times[-1] = 0, times (K + 1,)."""
    for now, after in pairwise(times):
        velocity = (x - denoise(x, now.expand(len(x)))) / now
        x = x + (after - now) * velocity
    return x


def heun(denoise: Denoiser, x: Tensor, times: Tensor) -> Tensor:
    """As `euler`, each step with the mean of the velocities at its two ends.

    The last step is Euler's: at t = 0 the velocity is 0 / 0. Heun's method of second order, as in
    Karras et al. 2022, algorithm 1.
    """
    last = len(times) - 2
    for step, (now, after) in enumerate(pairwise(times)):
        velocity = (x - denoise(x, now.expand(len(x)))) / now
        if step < last:
            ahead = x + (after - now) * velocity
            velocity = (velocity + (ahead - denoise(ahead, after.expand(len(x)))) / after) / 2
        x = x + (after - now) * velocity
    return x


def guided(conditional: Denoiser, null: Denoiser, weight: float) -> Denoiser:
    """Classifier-free guidance, Ho and Salimans 2022: null + weight (conditional - null).

    The same whether the two estimate x_0, v or the noise: at a given x each follows from the
    others by an affine map.
    """

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        return torch.lerp(null(x, t), conditional(x, t), weight)

    return denoise

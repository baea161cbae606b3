"""Samplers of the variance-preserving process, as functions of a denoiser and noise levels.

Each goes from noise x at levels[0] to levels[-1], which is `CLEAN` unless a test says otherwise.
Where a sampler knows the noise in x, it derives it from the estimate of x_0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor

from tryonbench_methods.diffusion.flow import Denoiser
from tryonbench_methods.diffusion.schedule import Level

StepNoise = Callable[[int], Tensor]
"""The number of a step -> its standard normal noise, in the shape of x."""


def estimated(denoise: Denoiser, x: Tensor, level: Level) -> Tensor:
    """The denoiser's estimate of x_0 at one level for all rows."""
    return denoise(x, x.new_full((len(x),), level.t))


def ddim(denoise: Denoiser, x: Tensor, levels: Sequence[Level]) -> Tensor:
    """Song et al. 2021 (DDIM), equation 12 without fresh noise."""
    for now, after in pairwise(levels):
        x0 = estimated(denoise, x, now)
        x = after.alpha * x0 + after.sigma / now.sigma * (x - now.alpha * x0)
    return x


def ddpm(denoise: Denoiser, x: Tensor, levels: Sequence[Level], noise: StepNoise) -> Tensor:
    """Ancestral sampling; Ho et al. 2020, equations 6 and 7: the posterior's mean and variance."""
    for step, (now, after) in enumerate(pairwise(levels)):
        kept = now.alpha / after.alpha
        added = now.sigma**2 - (kept * after.sigma) ** 2
        x0 = estimated(denoise, x, now)
        mean = (kept * after.sigma**2 * x + after.alpha * added * x0) / now.sigma**2
        x = mean + math.sqrt(added) * after.sigma / now.sigma * noise(step)
    return x


def dpmpp(denoise: Denoiser, x: Tensor, levels: Sequence[Level]) -> Tensor:
    """DPM-Solver++(2M), midpoint; Lu et al. 2022 (2211.01095), algorithm 2.

    The first step has no estimate before it and the last one has infinite length in log-SNR: both
    are of first order.
    """
    before, length_before = None, math.inf
    for now, after in pairwise(levels):
        x0, length = estimated(denoise, x, now), after.half_log_snr - now.half_log_snr
        ahead = x0
        if before is not None and after.sigma:
            ahead = x0 + length / (2 * length_before) * (x0 - before)
        kept = after.sigma / now.sigma
        x = kept * x + (after.alpha - now.alpha * kept) * ahead
        before, length_before = x0, length
    return x


def sde(denoise: Denoiser, x: Tensor, levels: Sequence[Level], noise: StepNoise) -> Tensor:
    """The reverse VP SDE by Euler-Maruyama; Song et al. 2021 (score SDE), equation 6.

    dx = -(x / 2 + score) dc + dw, run backwards, where the clock c = -2 log alpha is the integral
    of beta: every noise schedule is this process at another pace. The last step, to `CLEAN`, adds
    no noise.
    """
    for step, (now, after) in enumerate(pairwise(levels)):
        clock = 2 * math.log(after.alpha / now.alpha)
        score = (now.alpha * estimated(denoise, x, now) - x) / now.sigma**2
        x = x + clock * (x / 2 + score)
        if after.sigma:
            x = x + math.sqrt(clock) * noise(step)
    return x


def ode(denoise: Denoiser, x: Tensor, levels: Sequence[Level]) -> Tensor:
    """The probability-flow ODE by Heun's method; Song et al. 2021 (score SDE), equation 13.

    In y = x / alpha over r = sigma / alpha it is dy/dr = (y - x_0) / r, which stays finite up to
    the end (Karras et al. 2022, algorithm 1). The step to r = 0 is Euler's.
    """
    y = x / levels[0].alpha
    for now, after in pairwise(levels):
        slope, length = _slope(denoise, y, now), after.ratio - now.ratio
        if after.sigma:
            slope = (slope + _slope(denoise, y + length * slope, after)) / 2
        y = y + length * slope
    return y * levels[-1].alpha


def _slope(denoise: Denoiser, y: Tensor, level: Level) -> Tensor:
    """dy/dr, which is the noise in x = alpha y."""
    return (y - estimated(denoise, level.alpha * y, level)) / level.ratio


DETERMINISTIC = {"ddim": ddim, "dpmpp": dpmpp, "ode": ode}
STOCHASTIC = {"ddpm": ddpm, "sde": sde}

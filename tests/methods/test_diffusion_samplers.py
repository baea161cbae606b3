"""Samplers and noise schedules against closed forms, and against diffusers' recorded numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from tryonbench_methods.diffusion.flow import euler, heun
from tryonbench_methods.diffusion.samplers import DETERMINISTIC, STOCHASTIC
from tryonbench_methods.diffusion.schedule import CURVES, LAST_ALPHA, Level, NoiseSchedule

MEAN, DEVIATION = 0.3, 0.5
SCHEDULES = [NoiseSchedule(curve, zero) for curve in CURVES for zero in (False, True)]


def column(t: Tensor) -> Tensor:
    return t.view(-1, 1, 1, 1)


def gaussian(schedule: NoiseSchedule) -> Callable[[Tensor, Tensor], Tensor]:
    """The best denoiser of data N(MEAN, DEVIATION^2)."""

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = schedule.at(column(t))
        gain = alpha * DEVIATION**2 / (alpha**2 * DEVIATION**2 + sigma**2)
        return MEAN + gain * (x - alpha * MEAN)

    return denoise


def moments(sampler: str, schedule: NoiseSchedule, levels: Sequence[Level]) -> tuple[float, float]:
    """The exact mean and deviation of what a sampler makes of Gaussian data.

    There every step is affine, so the response to each unit of noise gives the distribution: row 0
    of the batch has no noise at all, row 1 starts at 1, row 2 + k gets 1 in step k.
    """
    rows = torch.eye(len(levels) + 1, dtype=torch.float64)
    start = rows[:, 1].view(-1, 1, 1, 1)
    if sampler in DETERMINISTIC:
        made = DETERMINISTIC[sampler](gaussian(schedule), start, levels)
    else:
        made = STOCHASTIC[sampler](
            gaussian(schedule), start, levels, lambda step: column(rows[:, 2 + step])
        )
    response = made.flatten() - made.flatten()[0]
    return made.flatten()[0].item(), response.square().sum().sqrt().item()


@pytest.mark.parametrize(
    ("sampler", "schedule"),
    [
        (sampler, schedule)
        for sampler in (*DETERMINISTIC, *STOCHASTIC)
        for schedule in SCHEDULES
        if not (schedule.zero_terminal_snr and sampler in ("sde", "ode"))
    ],
    ids=str,
)
def test_samplers_turn_noise_into_gaussian_data(sampler, schedule):
    mean, deviation = moments(sampler, schedule, schedule.levels(1000))
    assert mean == pytest.approx(MEAN, abs=0.01)
    assert deviation == pytest.approx(DEVIATION, abs=0.01)


@pytest.mark.parametrize(
    ("sampler", "order"), [("ddim", 1), ("ddpm", 1), ("sde", 1), ("dpmpp", 2), ("ode", 2)]
)
def test_the_error_falls_with_the_order_of_the_sampler(sampler, order):
    """Twice the steps: error / 2^order, between two levels inside the range."""
    schedule, errors = NoiseSchedule("linear", False), []
    for steps in (400, 800):
        levels = inner_levels(schedule, steps)
        _, deviation = moments(sampler, schedule, levels)
        errors.append(abs(deviation - exact_deviation(sampler, levels)))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


def inner_levels(schedule: NoiseSchedule, steps: int) -> list[Level]:
    """Levels even in time, without the singular ends."""
    times = torch.linspace(0.7, 0.1, steps + 1, dtype=torch.float64)
    alpha, sigma = schedule.at(times)
    rows = zip(times.tolist(), alpha.tolist(), sigma.tolist(), strict=True)
    return [Level(*row) for row in rows]


def spread(level: Level) -> float:
    """Deviation of noisy Gaussian data."""
    return math.hypot(level.alpha * DEVIATION, level.sigma)


def exact_deviation(sampler: str, levels: Sequence[Level]) -> float:
    """What deviation the exact process gives to unit noise at levels[0].

    The flow scales by the ratio of the data's spreads. The reverse SDE forgets: with
    c = alpha_start / alpha_end it carries over c spread(end)^2 / spread(start)^2 of the start and
    adds what is missing to the spread at the end.
    """
    start, end = spread(levels[0]), spread(levels[-1])
    if sampler in DETERMINISTIC:
        return end / start
    carried = levels[0].alpha / levels[-1].alpha * end**2 / start**2
    return math.sqrt(carried**2 + end**2 - (carried * start) ** 2)


RECORDED = {
    ("ddpm", 10): [-0.937478, 0.940139, -0.948692, 0.652831],
    ("ddim", 10): [-0.948025, -0.9422, 0.9422, 0.948025],
    ("dpmpp", 10): [-0.94836, -0.943552, 0.943552, 0.94836],
    ("ddpm", 20): [-0.969624, 0.971281, -0.961412, -0.966393],
    ("ddim", 20): [-0.971725, -0.968081, 0.968081, 0.971725],
    ("dpmpp", 20): [-0.972037, -0.968769, 0.968769, 0.972037],
}
"""From diffusers 0.42.1: DDPMScheduler, DDIMScheduler (both clip_sample=False; DDIM
set_alpha_to_one=True) and DPMSolverMultistepScheduler with timestep_spacing="trailing",
prediction_type="sample" and trained_betas = 1 - abar(i / 1000) / abar((i - 1) / 1000) of our cosine
schedule; the model says tanh(3 x) (1 - (i + 1) / 2000) at its time step i; DDPM's generator is
seeded with 0."""


@pytest.mark.parametrize(("sampler", "steps"), RECORDED)
def test_samplers_agree_with_diffusers(sampler, steps):
    levels = NoiseSchedule("cosine", False).levels(steps)
    start, generator = torch.linspace(-2, 2, 4).view(1, 1, 1, 4), torch.Generator().manual_seed(0)

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        return torch.tanh(3 * x) * (1 - column(t) / 2)

    if sampler in DETERMINISTIC:
        made = DETERMINISTIC[sampler](denoise, start, levels)
    else:
        made = STOCHASTIC[sampler](
            denoise, start, levels, lambda _: torch.randn(start.shape, generator=generator)
        )
    assert made.flatten().tolist() == pytest.approx(RECORDED[sampler, steps], abs=1e-5)


@pytest.mark.parametrize(
    ("sampler", "steps", "within"),
    [
        ("ddim", 4, 1e-5),
        ("dpmpp", 4, 1e-5),
        ("ode", 4, 1e-4),
        ("ddpm", 4, 1e-5),
        ("sde", 400, 0.02),
    ],
)
def test_samplers_land_on_what_a_sure_denoiser_says(sampler, steps, within):
    """All but the SDE's first-order steps do so in any number of steps."""
    picture, start = torch.rand(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    levels = NoiseSchedule("linear", False).levels(steps)
    if sampler in DETERMINISTIC:
        made = DETERMINISTIC[sampler](lambda x, t: picture, start, levels)
    else:
        made = STOCHASTIC[sampler](
            lambda x, t: picture, start, levels, lambda _: torch.randn_like(start)
        )
    torch.testing.assert_close(made, picture, atol=within, rtol=0)


@pytest.mark.parametrize(("follow", "order"), [(euler, 1), (heun, 2)])
def test_flow_samplers_have_their_order(follow, order):
    """On the straight path the spread of the data shrinks from its value at 0.9 to that at 0.1."""

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        at = column(t)
        return (1 - at) * DEVIATION**2 / ((1 - at) ** 2 * DEVIATION**2 + at**2) * x

    exact = math.hypot(0.9 * DEVIATION, 0.1) / math.hypot(0.1 * DEVIATION, 0.9)
    start, errors = torch.ones(1, 1, 1, 1, dtype=torch.float64), []
    for steps in (40, 80):
        times = torch.linspace(0.9, 0.1, steps + 1, dtype=torch.float64)
        errors.append(abs(follow(denoise, start, times).item() - exact))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.1)


def test_heun_stays_finite_at_the_clean_end():
    picture, times = torch.rand(2, 3, 4, 4), torch.linspace(1, 0, 4)
    made = heun(lambda x, t: picture, torch.randn(2, 3, 4, 4), times)
    torch.testing.assert_close(made, picture)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_schedules_fall_from_the_picture_to_noise(schedule):
    alpha, sigma = schedule.at(torch.linspace(0, 1, 1001, dtype=torch.float64))
    end = 0.0 if schedule.zero_terminal_snr else LAST_ALPHA
    assert alpha[0].item() == pytest.approx(1)
    assert alpha[-1].item() == pytest.approx(end, abs=1e-12)
    assert (alpha.diff() < 0).all()
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones_like(alpha))


def test_schedules_are_those_of_their_papers():
    """Written out at t = 1/2: Ho's 1000 betas from 1e-4 to 0.02, Nichol's cosine, Jabri's sigmoid
    (which is antisymmetric around its middle)."""
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    middle = torch.tensor(0.5, dtype=torch.float64)
    squares = {name: curve(middle).item() ** 2 for name, curve in CURVES.items()}
    assert squares["linear"] == pytest.approx((1 - betas[:500]).prod().item(), rel=0.01)
    cosine = math.cos(0.508 / 1.008 * math.pi / 2) / math.cos(0.008 / 1.008 * math.pi / 2)
    assert squares["cosine"] == pytest.approx(cosine**2)
    assert squares["sigmoid"] == pytest.approx(0.5)
    assert CURVES["sigmoid"](middle / 2).item() ** 2 == pytest.approx(
        (0.9525741 - 0.1824255) / (0.9525741 - 0.0474259), rel=1e-6
    )

"""Flow, v and epsilon: what is predicted, how it is weighed, how it is sampled."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.method import TrainState
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.diffusion.model import GarmentMemory
from tryonbench_methods.diffusion.objectives import VariancePreserving, objective_of

SIZE = (32, 24)
V = {"objective": "v", "sampler": "dpmpp"}
EPSILON = {"objective": "epsilon", "sampler": "ddim"}
OBJECTIVES = [
    {},
    {"sampler": "heun"},
    {"sampler": "ddpm"},
    {"sampler": "dpmpp"},
    {**V, "min_snr_gamma": 5.0, "zero_terminal_snr": True, "noise_schedule": "cosine"},
    {**V, "sampler": "ddpm", "noise_schedule": "sigmoid"},
    {**EPSILON, "min_snr_gamma": 5.0},
    {**EPSILON, "sampler": "sde"},
    {**EPSILON, "sampler": "ode"},
]


def settings(**changes: object) -> DiffusionConfig:
    values = {"channels": (16, 32), "head_dim": 16, "embedding": 32, "steps": 3}
    return DiffusionConfig.model_validate({**values, **changes})


def tiny(**changes: object) -> Diffusion:
    """The method with the smallest networks and a head that is not zero."""
    method = Diffusion(settings(**changes), SIZE)
    torch.nn.init.normal_(method.networks["person_unet"].head.weight, std=0.1)
    method.networks.eval()
    return method


def objective(**changes: object) -> VariancePreserving:
    found = objective_of(settings(**changes))
    assert isinstance(found, VariancePreserving)
    return found


def oracle(made: VariancePreserving, x0: Tensor):
    """The network that knows x0."""

    def predict(x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma = made.schedule.at(t.view(-1, 1, 1, 1))
        noise = (x - alpha * x0) / sigma
        return alpha * noise - sigma * x0 if made.config.objective == "v" else noise

    return predict


@pytest.mark.parametrize("changes", [V, EPSILON, {**V, "zero_terminal_snr": True}])
def test_a_right_prediction_costs_nothing_and_gives_the_picture(changes):
    made, x0 = objective(**changes), torch.rand(3, 3, 4, 4) * 2 - 1
    t = torch.tensor([0.05, 0.5, 1.0])
    loss = made.errors(oracle(made, x0), x0, torch.randn_like(x0), t).mean()
    assert loss.item() < 1e-6
    noisy = torch.randn_like(x0)
    torch.testing.assert_close(made.denoiser(oracle(made, x0))(noisy, t), x0, atol=1e-3, rtol=0)


@pytest.mark.parametrize("changes", [V, EPSILON])
def test_min_snr_weighs_the_error_of_the_picture(changes):
    """The loss of an x_0 that is off by d is min(snr, gamma) d^2, whatever is predicted."""
    made, x0, t = objective(**changes, min_snr_gamma=5.0), torch.zeros(1, 3, 4, 4), [0.02, 0.4]
    for time in map(torch.tensor, ([t[0]], [t[1]])):
        alpha, sigma = (v.item() for v in made.schedule.at(time))
        loss = made.errors(oracle(made, x0 + 0.1), x0, torch.randn_like(x0), time).mean().item()
        assert loss == pytest.approx(min((alpha / sigma) ** 2, 5.0) * 0.01, rel=1e-3)


def test_without_min_snr_every_time_weighs_the_same():
    made, x0, t = objective(**V), torch.zeros(1, 3, 4, 4), torch.tensor([0.3])
    target = oracle(made, x0)
    loss = made.errors(lambda x, t: target(x, t) + 0.2, x0, torch.randn_like(x0), t).mean()
    assert loss.item() == pytest.approx(0.04, rel=1e-4)


def test_estimates_stay_within_the_range_of_pictures():
    made = objective(**EPSILON)
    estimate = made.denoiser(lambda x, t: x * 0)(torch.full((1, 3, 2, 2), 9.0), torch.ones(1))
    assert torch.equal(estimate, torch.ones(1, 3, 2, 2))


def test_times_cover_the_whole_range():
    times = objective(**V).times(torch.zeros(4000, 1))
    assert times.min() > 0
    assert times.max() <= 1
    assert times.mean().item() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("changes", [V, EPSILON])
def test_a_fresh_network_predicts_nothing(changes, make_batch):
    """Only the picture is predicted as a change of the agnostic one."""
    network = Diffusion(settings(**changes), SIZE).networks["person_unet"]
    garment = GarmentMemory({1: torch.zeros(1, 32, 8, 6)}, torch.zeros(1, 4, *SIZE))
    said = network(
        torch.randn(1, 3, *SIZE),
        torch.ones(1),
        torch.ones(1, 4, *SIZE),
        torch.zeros(1, 18, 3),
        torch.zeros(1),
        garment,
    )
    assert not said.any()


@pytest.mark.parametrize("changes", OBJECTIVES, ids=str)
def test_conditions_guidance_and_seeds_hold(changes, make_batch):
    """For every objective: images in range, decided by row and seed alone, moved by guidance."""
    method, batch = tiny(**changes), make_batch(2, SIZE)
    with torch.inference_mode():
        images = method.generate(batch, [5, 6])
        torch.manual_seed(3)
        alone = method.generate(batch.rows(slice(1, 2)), [6])
        other = method.generate(batch.rows(slice(1, 2)), [7])
        method.config = method.config.model_copy(update={"guidance": 2.0})
        strong = method.generate(batch, [5, 6])
    assert images.abs().max() <= 1
    # epsilon's first step divides rounding by alpha, 1 / 152
    torch.testing.assert_close(alone, images[1:], atol=1e-3, rtol=0)
    assert not torch.allclose(alone, other, atol=1e-3)
    assert not torch.allclose(strong, images, atol=1e-3)


def mean_loss(method: Diffusion, batch: TryOnBatch) -> float:
    """Over the same 32 times and noises whenever it is called."""
    total = 0.0
    for seed in range(16):
        torch.manual_seed(seed)
        with torch.no_grad():
            losses = method.training_step(batch, TrainState("generator", 0, 0))
        assert list(losses) == [method.config.objective]
        total += losses[method.config.objective].item() / 16
    return total


@pytest.mark.parametrize("changes", OBJECTIVES, ids=str)
def test_two_samples_can_be_learnt(changes, make_batch):
    """With condition drop and noise augmentation on."""
    method, batch = tiny(**changes, noise_augmentation=0.3), make_batch(2, SIZE)
    before = mean_loss(method, batch)
    optimizer = torch.optim.Adam(method.networks.parameters(), 3e-3)
    for step in range(60):
        torch.manual_seed(100 + step)
        losses = method.training_step(batch, TrainState("generator", step, 2 * step))
        losses[method.config.objective].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert mean_loss(method, batch) < 0.7 * before


def estimate(x: Tensor, t: Tensor) -> Tensor:
    """A network whose estimates of the picture stay within its range."""
    return (0.1 * x + 0.2 * t.view(-1, 1, 1, 1)).clamp(-0.9, 0.9)


def test_ddim_takes_flows_own_steps():
    """Both hold the estimates of picture and noise over a step; only the scale of x differs."""
    start, flow = torch.randn(2, 3, 8, 8), {"steps": 5, "shift": 3.0}
    made = [objective_of(settings(**flow, sampler=s)) for s in ("euler", "ddim")]
    euler, ddim = (one.sample(estimate, start, [1, 2]) for one in made)
    torch.testing.assert_close(euler, ddim, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("sampler", ["ddpm", "dpmpp"])
def test_flows_network_serves_the_other_process(sampler):
    """Of Gaussian data whose x_0 the network knows best, their mean and deviation come out."""

    def best(x: Tensor, t: Tensor) -> Tensor:
        t = t.view(-1, 1, 1, 1)
        gain = (1 - t) * 0.01 / ((1 - t) ** 2 * 0.01 + t**2)
        return 0.2 + gain * (x - (1 - t) * 0.2)

    made = objective_of(settings(sampler=sampler, steps=800, shift=1.0))
    found = made.sample(best, torch.randn(4, 3, 64, 64), [1, 2, 3, 4])
    assert found.mean().item() == pytest.approx(0.2, abs=2e-3)
    assert found.std().item() == pytest.approx(0.1, rel=0.03)


@pytest.mark.parametrize("sampler", ["ddpm", "sde"])
def test_each_step_has_noise_of_its_own(sampler, make_batch, monkeypatch):
    drawn: list[Tensor] = []
    module = "tryonbench_methods.diffusion.objectives"
    from tryonbench.seeds import noise

    monkeypatch.setattr(
        f"{module}.seeded_noise", lambda *given: drawn.append(noise(*given)) or drawn[-1]
    )
    with torch.inference_mode():
        tiny(**{**V, "sampler": sampler}).generate(make_batch(1, SIZE), [1])
    assert len(drawn) >= 2
    assert not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], noise([1], drawn[0].shape[1:], torch.device("cpu")))


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"sampler": "ode"}, "euler, heun, ddpm"),
        ({"objective": "v"}, "sde, ode, ddpm"),
        ({**EPSILON, "zero_terminal_snr": True}, "objective to v"),
        ({**EPSILON, "zero_terminal_snr": True, "min_snr_gamma": 5.0}, "objective to v"),
        ({**V, "sampler": "ode", "zero_terminal_snr": True}, "dpmpp"),
        ({"min_snr_gamma": 5.0}, "v or epsilon"),
        ({"zero_terminal_snr": True}, "v or epsilon"),
    ],
)
def test_what_cannot_be_trained_or_sampled_is_refused_with_advice(wrong, advice):
    with pytest.raises(ValidationError, match=advice):
        settings(**wrong)

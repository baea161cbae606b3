"""The two UNets, with a test for each known mistake of other implementations."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from pydantic import ValidationError

from tryonbench.batch import TryOnBatch
from tryonbench.method import TrainState
from tryonbench_methods.diffusion import method as module
from tryonbench_methods.diffusion.conditions import (
    augment,
    drop,
    normalised_pose,
    read_conditions,
)
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.flow import euler, guided, shifted, velocity_errors
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.diffusion.model import GarmentMemory

TINY = DiffusionConfig(channels=(16, 32), head_dim=16, embedding=32, steps=3)
SIZE = (32, 24)


def tiny(**changes: object) -> Diffusion:
    """The method with the smallest networks and a head that is not zero."""
    method = Diffusion(TINY.model_copy(update=changes), SIZE)
    torch.nn.init.normal_(method.networks["person_unet"].head.weight, std=0.1)
    method.networks.eval()
    return method


def test_dropping_takes_all_conditions_of_a_sample_at_once(make_batch):
    conditions = read_conditions(make_batch(3, SIZE))
    dropped = drop(conditions, torch.tensor([True, False, True]))
    for field in fields(conditions):
        before, after = getattr(conditions, field.name), getattr(dropped, field.name)
        assert torch.equal(after[[0, 2]], before[[0, 2]])
        assert not after[1].any()


def test_training_draws_one_mask_for_all_conditions(make_batch, monkeypatch):
    seen = []
    monkeypatch.setattr(module, "drop", lambda c, keep: seen.append(keep) or drop(c, keep))
    method = tiny(condition_drop=0.5)
    method.training_step(make_batch(16, SIZE), TrainState("generator", 0, 0))
    assert len(seen) == 1
    assert seen[0].any()
    assert not seen[0].all()


def test_noise_augmentation_keeps_the_picture(make_batch):
    conditions = read_conditions(make_batch(2, SIZE))
    same = augment(conditions, torch.zeros(2))
    assert torch.equal(same.person, conditions.person)
    level = torch.tensor([0.3, 0.3])
    torch.manual_seed(0)
    mixed = augment(conditions, level).garment
    torch.manual_seed(0)
    other = augment(drop(conditions, torch.zeros(2)), level).garment
    torch.testing.assert_close((mixed - other)[:, :3], 0.7 * conditions.garment[:, :3])
    assert torch.equal(mixed[:, 3], conditions.garment[:, 3])


def test_the_pose_is_relative_to_the_picture_and_missing_joints_are_zero():
    joints = torch.tensor([[[12.0, 16.0, 0.9], [0.0, 0.0, 0.0]]])
    expected = torch.tensor([[[0.5, 0.5, 1.0], [0.0, 0.0, 0.0]]])
    assert torch.equal(normalised_pose(joints, SIZE), expected)


def test_each_condition_is_read(make_batch):
    one, two = make_batch(1, SIZE, seed=1), make_batch(1, SIZE, seed=2)
    method = tiny()
    for name in ("agnostic", "agnostic_mask", "cloth", "keypoints"):
        other = one.to(torch.device("cpu"))
        object.__setattr__(other, name, getattr(two, name))
        with torch.inference_mode():
            assert not torch.equal(method.generate(one, [1]), method.generate(other, [1])), name


def test_the_garment_is_read_once_unless_it_sees_the_time(make_batch):
    for sees_time, expected in ((False, 1), (True, TINY.steps)):
        method, calls = tiny(garment_sees_time=sees_time), []
        method.networks["garment_unet"].register_forward_hook(lambda *_: calls.append(1))  # noqa: B023
        with torch.inference_mode():
            method.generate(make_batch(1, SIZE), [1])
        assert len(calls) == expected


@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("sees_time", [False, True])
def test_keys_and_values_of_the_garment_are_made_once_a_sample(sees_time, guidance, make_batch):
    """Once for the condition and once for the null, unless they change with the time."""
    method, calls = tiny(garment_sees_time=sees_time, guidance=guidance), []
    readers = [
        m.cross_attention for m in method.networks.modules() if hasattr(m, "cross_attention")
    ]
    for reader in readers:
        for layer in (reader.key, reader.value):
            layer.register_forward_hook(lambda *_: calls.append(1))
    with torch.inference_mode():
        method.generate(make_batch(1, SIZE), [1])
    passes = 1 if guidance == 1 else 2
    assert len(readers) == 2
    assert len(calls) == 2 * len(readers) * passes * (TINY.steps if sees_time else 1)


def test_remembered_keys_and_values_change_nothing(make_batch, monkeypatch):
    method, batch = tiny(guidance=2.0), make_batch(2, SIZE)
    with torch.inference_mode():
        remembered = method.generate(batch, [1, 2])
        monkeypatch.setattr(
            GarmentMemory,
            "keys_values",
            lambda self, attention, level: attention.keys_values(self.features[level]),
        )
        made_anew = method.generate(batch, [1, 2])
    torch.testing.assert_close(remembered, made_anew, atol=1e-6, rtol=0)


def test_the_garment_unet_refuses_a_time_that_it_does_not_see():
    garment, zero = torch.zeros(1, 4, *SIZE), torch.zeros(1)
    with pytest.raises(TypeError, match="garment_sees_time"):
        tiny().networks["garment_unet"](garment, zero, zero)


def test_the_garment_decoder_stops_at_the_finest_level_that_attends():
    config = TINY.model_copy(update={"channels": (16, 32, 64), "blocks": (1, 1, 2)})
    method = Diffusion(config, SIZE)
    features = method.networks["garment_unet"](torch.zeros(1, 4, *SIZE), torch.zeros(1))
    assert {level: tuple(f.shape[1:]) for level, f in features.items()} == {1: (32, 8, 6)}
    assert len(method.networks["garment_unet"].decoder) == 2


def test_guidance_of_one_is_the_conditional_estimate(make_batch):
    batch = make_batch(1, SIZE)
    plain, off, strong = (tiny() for _ in range(3))
    for other, weight in ((off, 1.0 + 1e-7), (strong, 3.0)):
        other.networks.load_state_dict(plain.networks.state_dict())
        other.config = TINY.model_copy(update={"guidance": weight})
    with torch.inference_mode():
        images = [m.generate(batch, [1]) for m in (plain, off, strong)]
    torch.testing.assert_close(images[0], images[1], atol=1e-4, rtol=0)
    assert not torch.allclose(images[0], images[2])


def test_guidance_extrapolates_from_the_null_estimate():
    denoise = guided(lambda x, t: x + 3, lambda x, t: x + 1, 2.0)
    assert denoise(torch.zeros(1), torch.zeros(1)) == 5


def test_the_loss_is_that_of_the_velocity():
    x0, noise, t = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4), torch.tensor([0.2, 0.9])
    x_t = (1 - t.view(2, 1, 1, 1)) * x0 + t.view(2, 1, 1, 1) * noise
    estimate = torch.randn(2, 3, 4, 4)
    velocity = (x_t - estimate) / t.view(2, 1, 1, 1)
    loss = velocity_errors(lambda x, _: estimate + 0 * x, x0, noise, t).mean()
    torch.testing.assert_close(loss, (velocity - (noise - x0)).square().mean())


def test_the_denoiser_sees_the_linear_path():
    x0, noise, t = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4), torch.tensor([0.2, 0.9])
    seen = []
    velocity_errors(lambda x, at: seen.append((x, at)) or x0, x0, noise, t)
    torch.testing.assert_close(seen[0][0][1], 0.1 * x0[1] + 0.9 * noise[1])
    assert seen[0][1] is t


def test_the_sampler_refreshes_x_and_t():
    seen = []

    def denoise(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        seen.append((x.mean().item(), t.item()))
        return torch.zeros_like(x)

    end = euler(denoise, torch.ones(1, 3, 2, 2), torch.linspace(1, 0, 5))
    assert [t for _, t in seen] == [1.0, 0.75, 0.5, 0.25]
    assert [x for x, _ in seen] == pytest.approx([1.0, 0.75, 0.5, 0.25])
    assert end.abs().max() < 1e-6


def test_the_sampler_lands_on_what_a_sure_denoiser_says():
    x0, noise = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    for steps in (1, 5):
        end = euler(lambda x, t: x0, noise, torch.linspace(1, 0, steps + 1))
        torch.testing.assert_close(end, x0)


def test_the_sampler_turns_noise_into_gaussian_data():
    """For data N(m, s^2) the best denoiser is known, and the flow must end at that Gaussian."""
    mean, deviation = 0.3, 0.5

    def denoise(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        at = t.view(-1, 1, 1, 1)
        gain = (1 - at) * deviation**2 / ((1 - at) ** 2 * deviation**2 + at**2)
        return mean + gain * (x - (1 - at) * mean)

    data = euler(denoise, torch.randn(64, 1, 16, 16), torch.linspace(1, 0, 201))
    assert data.mean().item() == pytest.approx(mean, abs=0.02)
    assert data.std().item() == pytest.approx(deviation, abs=0.02)


def test_noise_on_the_conditions_is_not_laid_on_the_person(make_batch):
    """Its ground would be: attention divides by the share of garment, which is next to nothing."""
    method, batch = tiny(noise_augmentation=0.5), make_batch(4, SIZE)
    laid = []
    unet = method.networks["person_unet"]
    unet.warp.register_forward_hook(lambda *call: laid.append(call[-1]))
    torch.manual_seed(0)
    loss = method.training_step(batch, TrainState("generator", 0, 0))["flow"]
    assert laid[0].abs().max() <= 1 + 1e-3
    assert loss < 10


def test_shifted_times_lean_towards_noise_and_keep_their_ends():
    times = torch.tensor([0.0, 0.5, 1.0])
    torch.testing.assert_close(shifted(times, 3.0), torch.tensor([0.0, 0.75, 1.0]))
    assert torch.equal(shifted(times, 1.0), times)


def generated(method: Diffusion, batch: TryOnBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """A picture, and the warped garment that it was made with."""
    warped = []
    unet = method.networks["person_unet"]
    if unet.warp is not None:
        unet.warp.register_forward_hook(lambda *call: warped.append(call[-1]))
    with torch.inference_mode():
        image = method.generate(batch, [1])
    return image, warped[-1] if warped else batch.need("agnostic")


@pytest.mark.parametrize("patch", [None, 2])
def test_a_fresh_network_returns_the_agnostic_picture_and_half_the_warped_garment(
    make_batch, patch
):
    batch = make_batch(1, SIZE)
    method = Diffusion(TINY.model_copy(update={"warp_patch": patch, "steps": 1}), SIZE)
    image, warped = generated(method, batch)
    assert (warped is batch.agnostic) == (patch is None)
    torch.testing.assert_close(image, (batch.agnostic + warped) / 2, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "wrong",
    [{"blocks": (1,)}, {"attention_levels": (2,)}, {"channels": (16, 20)}, {"head_dim": 48}],
)
def test_settings_that_do_not_fit_together_are_refused(wrong):
    with pytest.raises(ValidationError):
        DiffusionConfig(**wrong)

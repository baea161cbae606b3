"""The stage that enlarges the pictures of the stage before."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from tryonbench.checkpoint import files_read, load_method, save_weights
from tryonbench.efficiency.measure import parameters
from tryonbench.errors import InputError
from tryonbench.method import TrainState
from tryonbench.registry import run_config
from tryonbench.training.ema import tensors
from tryonbench_methods.diffusion.cascade import low_resolution, smaller
from tryonbench_methods.diffusion.conditions import noisy
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.method import Diffusion

SIZE, SMALL = (64, 48), (32, 24)
TINY = {"channels": [16, 32], "head_dim": 16, "embedding": 32, "steps": 2}
PLAIN = {"attention_levels": []}
START = TrainState("generator", 0, 0)


def made(size: tuple[int, int], **changes: object) -> Diffusion:
    """Tiny networks with a head that is not zero."""
    method = Diffusion(DiffusionConfig.model_validate({**TINY, **changes}), size)
    torch.nn.init.normal_(method.networks["person_unet"].head.weight, std=0.1)
    method.networks.eval()
    return method


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A checkpoint of the stage before."""
    values = {"method": "diffusion", "preset": "nano", "size": SMALL, "images": 1, "batch_size": 1}
    config = run_config(Diffusion, {**values, "model": TINY})
    state = tensors(made(SMALL).inference_networks)
    save_weights(tmp_path / "model.safetensors", config, 1, state)
    return tmp_path


@pytest.mark.parametrize("changes", [{}, {"guidance": 2.0}, PLAIN], ids=str)
def test_rows_depend_on_their_seed_and_on_the_stage_before(changes, before, make_batch):
    method = made(SIZE, stage="upsample", previous=str(before), **changes)
    batch = make_batch(2, SIZE)
    with torch.inference_mode():
        images = method.generate(batch, [1, 2])
        alone = method.generate(batch.rows(slice(1, 2)), [2])
        torch.nn.init.normal_(method.previous().networks["person_unet"].head.weight, std=0.5)
        other = method.generate(batch, [1, 2])
    assert images.shape == (2, 3, *SIZE)
    torch.testing.assert_close(alone, images[1:], atol=1e-4, rtol=0)
    assert not torch.allclose(images, other, atol=1e-2)


@pytest.mark.parametrize("changes", [{"warp_patch": None}, PLAIN], ids=str)
def test_a_fresh_network_returns_the_enlarged_picture(changes, before, make_batch):
    method = made(SIZE, stage="upsample", previous=str(before), **changes)
    torch.nn.init.zeros_(method.networks["person_unet"].head.weight)
    batch = make_batch(1, SIZE)
    with torch.inference_mode():
        small = method.previous().generate(smaller(batch, SMALL), [1])
        image = method.generate(batch, [1])
    enlarged = torch.nn.functional.interpolate(small, SIZE, mode="bilinear")
    torch.testing.assert_close(image, enlarged, atol=1e-5, rtol=0)


@pytest.mark.parametrize("objective", ["flow", "v"])
@pytest.mark.parametrize("changes", [{}, PLAIN], ids=str)
def test_every_parameter_learns(changes, objective, before, make_batch):
    sampler = "euler" if objective == "flow" else "dpmpp"
    method = made(
        SIZE,
        **{**changes, "stage": "upsample", "previous": str(before)},
        objective=objective,
        sampler=sampler,
        noise_augmentation=0.3,
    )
    for parameter in method.networks.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    losses = method.training_step(make_batch(4, SIZE), START)
    losses[objective].backward()
    parameters = dict(method.networks.named_parameters())
    assert [n for n, p in parameters.items() if p.grad is None or not p.grad.any()] == []


def test_stages_are_trained_and_used_from_the_command_line(command, synth_root):
    small = ["--set", "batch_size=2", "--set", "images=2", "--set", "model.steps=1"]
    train = ["train", "--method", "diffusion", "--data", synth_root, *small]
    refused = command(*train, "--stage", "upsample", "--run", "second")
    assert refused.returncode == 2
    assert "32x24; name its run with --set model.previous=" in refused.stderr
    assert command(*train, "--set", "size=32x24", "--run", "first").returncode == 0
    named = ["--stage", "upsample", "--set", "model.previous=runs/first"]
    assert command(*train, *named, "--run", "second").returncode == 0
    paired = ["--protocol", "synth/paired-64x48"]
    assert command("generate", "second", "--data", synth_root, *paired).returncode == 0


def test_a_plain_stage_has_one_network_and_one_phase():
    method = made(SIZE, stage="upsample", **PLAIN)
    assert list(method.inference_networks) == ["person_unet"]
    assert list(made(SIZE).inference_networks) == ["person_unet", "garment_unet"]


def test_the_stage_before_is_no_part_of_the_weights(before, make_batch):
    method = made(SIZE, stage="upsample", previous=str(before))
    keys = set(method.networks.state_dict())
    method.previous()
    assert set(method.networks.state_dict()) == keys


@pytest.mark.parametrize(
    ("size", "named", "advice"),
    [(SIZE, False, "model.previous"), ((128, 96), True, "not 64x48")],
)
def test_training_refuses_what_could_not_generate(size, named, advice, before):
    previous = str(before) if named else None
    values = {"method": "diffusion", "preset": "nano", "images": 1, "batch_size": 1}
    model = {**TINY, "stage": "upsample", "previous": previous}
    config = run_config(Diffusion, {**values, "size": size, "model": model})
    with pytest.raises(InputError, match=advice):
        Diffusion.require_for_training(config)


def test_images_of_another_stage_before_are_made_anew(before, tmp_path):
    """Its weights are part of what identifies the pictures."""
    method = made(SIZE, stage="upsample", previous=str(before))
    values = {"method": "diffusion", "preset": "nano", "size": SIZE, "images": 1, "batch_size": 1}
    file = tmp_path / "second.safetensors"
    whole = run_config(Diffusion, {**values, "model": method.config.model_dump()})
    save_weights(file, whole, 1, tensors(method.inference_networks))
    assert list(files_read(file)) == [file, before / "model.safetensors"]
    counted, own = parameters(load_method(file)), parameters(made(SMALL))
    assert counted["person_unet 1 before"] == own["person_unet"]
    assert counted["garment_unet 1 before"] == own["garment_unet"]
    assert len(counted) == 4
    (before / "model.safetensors").unlink()
    with pytest.raises(InputError, match="there is no checkpoint there, and this stage"):
        list(files_read(file))


def test_low_resolution_keeps_what_is_coarse_and_drops_what_is_fine():
    smooth = torch.linspace(-1, 1, 32).view(1, 1, 32, 1).expand(1, 3, 32, 24)
    inner = slice(6, -6)
    torch.testing.assert_close(
        low_resolution(smooth, 2)[:, :, inner], smooth[:, :, inner], atol=1e-3, rtol=0
    )
    stripes = torch.ones(1, 3, 32, 24)
    stripes[..., ::2] = -1
    inner = low_resolution(stripes, 2)[..., 2:-2]
    assert inner.abs().max() < 0.3


def test_noise_augmentation_keeps_the_picture():
    picture = torch.randn(2, 3, 8, 8)
    assert torch.equal(noisy(picture, torch.zeros(2)), picture)
    torch.manual_seed(0)
    mixed = noisy(picture, torch.full((2,), 0.3))
    torch.manual_seed(0)
    torch.testing.assert_close(mixed - noisy(0 * picture, torch.full((2,), 0.3)), 0.7 * picture)


def test_a_smaller_batch_shows_the_same(make_batch):
    batch = make_batch(2, SIZE)
    small = smaller(batch, SMALL)
    assert small.size == SMALL
    assert small.agnostic.shape[2:] == SMALL
    assert set(small.agnostic_mask.unique().tolist()) <= {0.0, 1.0}
    assert small.cloth_mask.mean().item() == pytest.approx(batch.cloth_mask.mean().item(), abs=0.05)
    torch.testing.assert_close(small.keypoints[..., :2], batch.keypoints[..., :2] / 2)
    torch.testing.assert_close(small.keypoints[..., 2], batch.keypoints[..., 2])


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [(PLAIN, "upsample alone"), ({**PLAIN, "stage": "upsample", "guidance": 2.0}, "guidance to 1")],
)
def test_stages_that_make_no_sense_are_refused(wrong, advice):
    with pytest.raises(ValidationError, match=advice):
        DiffusionConfig.model_validate({**TINY, **wrong})

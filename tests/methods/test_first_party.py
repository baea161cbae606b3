"""What every first-party method owes the harness."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lightning_fabric import Fabric

from tryonbench.batch import TryOnBatch
from tryonbench.config import ModelConfig
from tryonbench.errors import InputError
from tryonbench.method import TrainState, TryOnMethod
from tryonbench.registry import run_config
from tryonbench_methods.copy_person.method import CopyPerson
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.grey_fill.method import GreyFill
from tryonbench_methods.mean_colour.method import MeanColour
from tryonbench_methods.pix2pix.method import Pix2Pix
from tryonbench_methods.stylegan.method import StyleGAN

TRAINED: tuple[type[TryOnMethod], ...] = (Diffusion, Pix2Pix, StyleGAN)
METHODS = (*TRAINED, CopyPerson, GreyFill, MeanColour)
TINY: dict[type[TryOnMethod], dict[str, Any]] = {
    Diffusion: {"channels": [16, 32], "head_dim": 16, "embedding": 32, "steps": 2},
    Pix2Pix: {
        "generator": {"stem": 16, "stages": [16, 32], "residual_blocks": 1, "head_dim": 16},
        "discriminator": {"channels": [16, 16]},
    },
    StyleGAN: {
        "generator": {
            "channels": [16, 16, 32],
            "attention_level": 1,
            "head_dim": 16,
            "latent": 8,
            "code": 16,
        },
        "discriminator": {"channels": [16, 16]},
    },
}
SIZE = (32, 24)


def tiny(method: type[TryOnMethod]) -> TryOnMethod:
    """The method with the smallest networks, heads that are not zero, in eval mode."""
    made = method(method.config_class.model_validate(TINY.get(method, {})), SIZE)
    made.networks.eval()
    for parameter in made.networks.parameters():
        if parameter.ndim > 1 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return made


def step_all(method: TryOnMethod, batch: TryOnBatch, step: int = 0) -> dict[str, float]:
    """The losses of all phases, each differentiated and added to the gradients."""
    values: dict[str, float] = {}
    for phase in method.phases:
        losses = method.training_step(batch, TrainState(phase.name, step, step * len(batch)))
        torch.stack(list(losses.values())).sum().backward()
        values |= {f"{phase.name}/{name}": loss.item() for name, loss in losses.items()}
    return values


@pytest.mark.parametrize("method", METHODS)
def test_images_have_the_shape_and_range_of_the_contract(method, make_batch):
    batch = make_batch(2, SIZE).only(method.info.inputs)
    with torch.inference_mode():
        images = tiny(method).generate(batch, [1, 2])
    assert images.shape == (2, 3, *SIZE)
    assert images.dtype == torch.float32
    assert images.abs().max() <= 1


@pytest.mark.parametrize("method", METHODS)
def test_a_row_depends_on_its_own_sample_and_seed_alone(method, make_batch):
    batch, made = make_batch(3, SIZE), tiny(method)
    with torch.inference_mode():
        together = made.generate(batch, [5, 6, 7])
        alone = made.generate(batch.rows(slice(1, 2)), [6])
    torch.testing.assert_close(together[1:2], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", [Diffusion, StyleGAN])
def test_the_seed_decides_the_image(method, make_batch):
    batch, made = make_batch(1, SIZE), tiny(method)
    with torch.inference_mode():
        first, again, other = (made.generate(batch, [seed]) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("method", TRAINED)
def test_the_garment_changes_the_image(method, make_batch):
    batch, made = make_batch(2, SIZE), tiny(method)
    other = batch.to(torch.device("cpu"))
    object.__setattr__(other, "cloth", -batch.cloth)
    with torch.inference_mode():
        one, two = (made.generate(b, [1, 2]) for b in (batch, other))
    assert (one - two).abs().mean() > 1e-4


@pytest.mark.parametrize("method", TRAINED)
def test_two_samples_can_be_learnt(method, make_batch):
    made, batch = tiny(method), make_batch(2, SIZE)
    made.networks.train()
    optimizer = torch.optim.Adam(made.networks.parameters(), 3e-3)
    history = []
    for step in range(30):
        losses = step_all(made, batch, step)
        history.append(losses.get("generator/l1", losses.get("generator/flow")))
        optimizer.step()
        optimizer.zero_grad()
    assert sum(history[-5:]) < 0.9 * sum(history[:5])


@pytest.mark.parametrize("method", TRAINED)
def test_every_parameter_learns(method, make_batch):
    made, batch = tiny(method), make_batch(2, SIZE)
    made.networks.train()
    step_all(made, batch)
    parameters = dict(made.networks.named_parameters())
    assert [n for n, p in parameters.items() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize("method", [Pix2Pix, StyleGAN])
def test_the_generator_phase_leaves_the_discriminator_alone(method, make_batch):
    made = tiny(method)
    losses = made.training_step(make_batch(2, SIZE), TrainState("generator", 0, 0))
    torch.stack(list(losses.values())).sum().backward()
    discriminator = made.networks["discriminator"]
    assert all(p.grad is None and p.requires_grad for p in discriminator.parameters())


@pytest.mark.parametrize("method", TRAINED)
@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_fabric_may_wrap_the_networks(method, precision, make_batch):
    made, batch = tiny(method), make_batch(2, SIZE)
    made.networks.train()
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)
    for name, network in list(made.networks.items()):
        made.networks[name] = fabric.setup_module(network)
    for phase in made.phases:
        losses = made.training_step(batch, TrainState(phase.name, 0, 0))
        fabric.backward(torch.stack(list(losses.values())).sum())
    made.networks.eval()
    with torch.inference_mode():
        assert made.generate(batch, [1, 2]).dtype == torch.float32


@pytest.mark.parametrize(
    ("method", "millions"), [(Diffusion, 0.93), (Pix2Pix, 0.50), (StyleGAN, 0.80)]
)
def test_the_preset_nano_has_the_size_that_the_readme_states(method, millions):
    values = {**method.presets()["nano"], "method": method.info.name, "preset": "nano"}
    config = run_config(method, values)
    with torch.device("meta"):
        made = method(config.model, config.size)
    networks = made.inference_networks.values()
    count = sum(p.numel() for network in networks for p in network.parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.01)


@pytest.mark.parametrize("method", TRAINED)
def test_a_size_that_cannot_be_halved_is_refused(method):
    with pytest.raises(InputError, match="divisible"):
        method(method.config_class(), (66, 50))


def test_baselines_need_no_settings():
    assert all(m.config_class is ModelConfig and not m.info.trainable for m in METHODS[3:])

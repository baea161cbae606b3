"""Training options of `stylegan`: growing, path lengths, style mixing, DiffAugment in its place."""

from __future__ import annotations

import json

import pytest
import torch
from lightning_fabric import Fabric
from pydantic import ValidationError

from tryonbench.config import layered
from tryonbench.errors import InputError
from tryonbench.method import TrainState
from tryonbench.registry import preset_values, run_config
from tryonbench_methods.stylegan.augment import CHANGES
from tryonbench_methods.stylegan.config import (
    DiscriminatorConfig,
    GeneratorConfig,
    LossConfig,
    StyleGANConfig,
)
from tryonbench_methods.stylegan.growth import Growth, growth_at
from tryonbench_methods.stylegan.layers import halved
from tryonbench_methods.stylegan.method import StyleGAN
from tryonbench_methods.stylegan.styles import Dressing, between, crossover, path_lengths

SIZE = (32, 24)
GROW = ((100, (8, 6)), (200, (16, 12)))
GENERATOR = GeneratorConfig(
    channels=(16, 16, 32), attention_level=1, head_dim=16, latent=8, code=16
)


def tiny(**changes: object) -> StyleGAN:
    """The method with the smallest networks; RGB layers and styles are not zero."""
    values = {
        "generator": GENERATOR,
        "discriminator": DiscriminatorConfig(channels=(16, 16, 16)),
        "losses": LossConfig(r1_gamma=2.0),
        **changes,
    }
    method = StyleGAN(StyleGANConfig(**values), SIZE)
    for parameter in method.networks.parameters():
        if parameter.ndim > 1 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return method


def enlarged(pictures: torch.Tensor) -> torch.Tensor:
    """To twice the size, bilinear."""
    return torch.nn.functional.interpolate(pictures, scale_factor=2, mode="bilinear")


def test_the_discriminator_sees_changed_pictures_in_both_phases(make_batch, monkeypatch):
    calls = []
    module = "tryonbench_methods.stylegan.method.augmented"
    monkeypatch.setattr(module, lambda changes, *pictures: calls.append(changes) or pictures)
    method, batch = tiny(diff_augment=["colour", "cutout"]), make_batch(2, SIZE)
    for phase, expected in (("generator", 1), ("discriminator", 2)):
        calls.clear()
        method.training_step(batch, TrainState(phase, 1, 0))
        assert calls == [("colour", "cutout")] * expected


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (0, (2, 1)),
        (99, (2, 1)),
        (100, (1, 0)),
        (120, (1, 0.5)),
        (140, (1, 1)),
        (210, (0, 0.25)),
        (250, (0, 1)),
    ],
)
def test_levels_are_faded_in_after_each_stage(images, expected):
    assert growth_at(GROW, 40, images) == pytest.approx(expected)


def test_a_fade_begins_with_what_the_stage_before_gave(make_batch):
    method = tiny(grow=GROW)
    batch, z = make_batch(2, SIZE), torch.randn(2, 8)
    method.networks.eval()
    coarse, start = Growth(2, 1.0), Growth(1, 0.0)
    with torch.no_grad():
        before, after = (method._paint(batch, z, growth=g).image for g in (coarse, start))
        assert before.shape[2:] == (8, 6)
        torch.testing.assert_close(after, enlarged(before))
        torch.testing.assert_close(start.of(batch.image), enlarged(coarse.of(batch.image)))
        judge, pictures = method.networks["discriminator"], torch.rand(2, 2, 3, 16, 12)
        logits = judge(*pictures, growth=start).logits
        torch.testing.assert_close(logits, judge(*map(halved, pictures), growth=coarse).logits)


def test_a_fade_ends_with_the_whole_level(make_batch):
    method, batch, z = tiny(grow=GROW), make_batch(1, SIZE), torch.randn(1, 8)
    method.networks.eval()
    with torch.no_grad():
        nearly, done = (
            method._paint(batch, z, growth=Growth(1, alpha)).image for alpha in (1 - 1e-6, 1.0)
        )
        half = method._paint(batch, z, growth=Growth(1, 0.5)).image
        torch.testing.assert_close(nearly, done, atol=1e-4, rtol=0)
        assert not torch.allclose(half, done, atol=1e-3)
        logits = [
            method._verdict(batch, done, Growth(1, alpha)).logits for alpha in (0.0, 1 - 1e-6, 1.0)
        ]
    torch.testing.assert_close(logits[1], logits[2], atol=1e-4, rtol=0)
    assert not torch.allclose(logits[0], logits[2], atol=1e-5)


@pytest.mark.parametrize(
    ("images", "stems", "levels"), [(0, [2], 1), (120, [1, 2], 2), (250, [0], 3)]
)
def test_only_what_has_grown_learns(make_batch, images, stems, levels):
    method, batch = tiny(grow=GROW, fade_images=40), make_batch(2, SIZE)
    for phase in method.phases:
        losses = method.training_step(batch, TrainState(phase.name, 1, images))
        sum(losses.values()).backward()
    discriminator = method.networks["discriminator"]
    all_stems = [discriminator.stem, *discriminator.coarse_stems]
    assert [i for i, stem in enumerate(all_stems) if stem.weight.grad is not None] == stems
    decoder = method.networks["generator"].decoder
    grown = [level.conv1.weight.grad is not None for level in decoder]
    assert grown == [True] * levels + [False] * (3 - levels)


def test_generation_is_always_at_full_size(make_batch):
    method = tiny(grow=GROW)
    method.networks.eval()
    with torch.inference_mode():
        assert method.generate(make_batch(1, SIZE), [1]).shape == (1, 3, *SIZE)


def test_sizes_that_do_not_double_are_refused():
    with pytest.raises(InputError, match="16x16, must be 16x12"):
        tiny(grow=((100, (16, 16)),))
    with pytest.raises(InputError, match="3 stages; at most 2"):
        tiny(grow=((1, (4, 3)), (2, (8, 6)), (3, (16, 12))))
    with pytest.raises(ValidationError, match="must end after"):
        StyleGANConfig(grow=((100, (8, 6)), (100, (16, 12))))
    with pytest.raises(ValidationError, match="need 32 pixels"):
        StyleGANConfig(grow=((100, (64, 24)),), losses=LossConfig(perceptual=1))


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"compile": True, "model.losses.path_length": 2}, "leave compile or .*path_length out"),
        ({"model.grow": [[7000, [32, 24]]]}, "grow ends at 7000 images, the training at 7000"),
    ],
)
def test_a_training_that_cannot_end_well_is_refused(changes, advice):
    given = [f"{key}={json.dumps(value)}" for key, value in changes.items()]
    config = run_config(StyleGAN, layered(preset_values(StyleGAN, "nano"), None, given))
    with pytest.raises(InputError, match=advice):
        StyleGAN.require_for_training(config)


def test_adain_needs_maps_of_more_than_one_cell():
    with pytest.raises(InputError, match="the coarsest map has one cell"):
        StyleGAN(StyleGANConfig(generator={"decoder": "adain"}), (8, 8))


def test_path_lengths_of_a_linear_map_are_those_of_its_jacobian():
    """5 orthogonal columns of length 3; the noise has variance 1 / 16."""
    basis = torch.linalg.qr(torch.randn(48, 5))[0] * 3
    styles = torch.randn(4000, 5, requires_grad=True)
    image = (styles @ basis.T).view(4000, 3, 4, 4)
    squares = path_lengths(image, [styles]).square()
    assert squares.mean().item() == pytest.approx(9 * 5 / 16, rel=0.05)
    twice = path_lengths(image * 2, [styles]).square()
    assert twice.mean().item() == pytest.approx(4 * 9 * 5 / 16, rel=0.05)


def test_path_lengths_are_lazy_and_reach_the_decoder(make_batch):
    method, batch = tiny(losses=LossConfig(path_length=2.0, path_interval=3)), make_batch(2, SIZE)
    states = [TrainState("generator", step, 0) for step in range(4)]
    found = [method.training_step(batch, state) for state in states]
    assert ["path_length" in losses for losses in found] == [True, False, False, True]
    found[-1]["path_length"].backward()
    assert method.networks["generator"].decoder[0].conv1.affine.weight.grad.any()


def test_path_lengths_are_pulled_to_their_running_mean(make_batch, monkeypatch):
    lengths = torch.tensor([1.0, 3.0])
    monkeypatch.setattr("tryonbench_methods.stylegan.model.path_lengths", lambda *_: lengths)
    method = tiny(losses=LossConfig(path_length=2.0))
    painting = method._paint(make_batch(2, SIZE), torch.randn(2, 8), with_paths=True)
    assert method.networks["generator"].path_mean.item() == pytest.approx(0.02)
    assert painting.path_penalty.item() == pytest.approx((0.98**2 + 2.98**2) / 2)


def test_the_weight_of_path_lengths_makes_up_for_the_steps_without(make_batch):
    values = []
    for interval in (1, 4):
        torch.manual_seed(1)
        method = tiny(losses=LossConfig(path_length=2.0, path_interval=interval))
        torch.manual_seed(2)
        losses = method.training_step(make_batch(2, SIZE), TrainState("generator", 0, 0))
        values.append(losses["path_length"].item())
    assert values[1] == pytest.approx(4 * values[0])


def test_zero_path_lengths_have_a_gradient():
    """At first the styles have no effect on the picture."""
    weight = torch.zeros(5, 48, requires_grad=True)
    styles = torch.randn(2, 5, requires_grad=True)
    path_lengths((styles @ weight).view(2, 3, 4, 4), [styles]).sum().backward()
    assert torch.isfinite(weight.grad).all()


def test_without_path_lengths_the_generator_keeps_no_mean():
    assert "path_mean" not in tiny().networks["generator"].state_dict()


def test_mixing_gives_the_finer_levels_the_second_latent():
    shares = crossover(4000, 4, 0.75, torch.device("cpu"))
    assert torch.equal(shares, shares.sort(1, descending=True).values)
    counts = shares.sum(1).long().bincount(minlength=5) / 4000
    torch.testing.assert_close(counts, torch.tensor([1, 1, 1, 1, 0]) / 4, atol=0.03, rtol=0)
    assert not crossover(50, 4, 0.0, torch.device("cpu")).any()


def test_blending_goes_level_by_level_in_the_precision_of_the_maps():
    one, two = torch.zeros(2, 4, dtype=torch.bfloat16), torch.ones(2, 4, dtype=torch.bfloat16)
    shares = torch.tensor([[0.0, 0.25], [1.0, 0.5]])
    dark, bright = (x.view(2, 1, 2, 2).float() for x in (one, two))
    first, second = Dressing([one] * 2, [one] * 2, dark), Dressing([two] * 2, [two] * 2, bright)
    found = between(first, second, shares, level=1)
    for maps in (found.maps, found.styles):
        assert [m[:, 0].tolist() for m in maps] == [[0.0, 1.0], [0.25, 0.5]]
    assert found.garment[:, 0, 0, 0].tolist() == [0.25, 0.5]


def test_mixing_in_training_changes_the_picture(make_batch):
    batch, images = make_batch(2, SIZE), []
    for chance in (0.0, 1.0):
        torch.manual_seed(1)
        method = tiny(style_mixing=chance)
        method.networks.eval()
        torch.manual_seed(2)
        images.append(method._sample(batch, Growth()).image)
    assert not torch.allclose(*images, atol=1e-4)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
@pytest.mark.parametrize("decoder", ["modulated", "adain"])
def test_all_options_train_together_behind_fabric(precision, decoder, make_batch):
    method = tiny(
        generator=GENERATOR.model_copy(update={"decoder": decoder}),
        losses=LossConfig(path_length=2.0),
        style_mixing=0.9,
        diff_augment=list(CHANGES),
        grow=GROW,
        fade_images=40,
    )
    method.networks.train()
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)
    for name, network in list(method.networks.items()):
        method.networks[name] = fabric.setup_module(network)
    for images in (0, 120, 250):
        for phase in method.phases:
            losses = method.training_step(make_batch(2, SIZE), TrainState(phase.name, 0, images))
            assert all(torch.isfinite(loss) for loss in losses.values())
            fabric.backward(torch.stack(list(losses.values())).sum())

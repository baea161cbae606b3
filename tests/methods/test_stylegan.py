"""Modulated convolution, mapping, discriminator and R1, against their definitions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from pydantic import ValidationError
from torch.nn import functional as F

from tryonbench.method import TrainState
from tryonbench_methods.stylegan.config import (
    DiscriminatorConfig,
    GeneratorConfig,
    LossConfig,
    StyleGANConfig,
)
from tryonbench_methods.stylegan.encoders import GlobalCode, Mapping
from tryonbench_methods.stylegan.layers import (
    AdaptiveNormConv,
    EqualLinear,
    ModulatedConv,
    batch_deviation,
)
from tryonbench_methods.stylegan.method import StyleGAN
from tryonbench_methods.stylegan.model import Discriminator, squared_gradient

SIZE = (32, 24)
TINY = StyleGANConfig(
    generator=GeneratorConfig(
        channels=(16, 16, 32), attention_level=1, head_dim=16, latent=8, code=16
    ),
    discriminator=DiscriminatorConfig(channels=(16, 16)),
    losses=LossConfig(r1_gamma=2.0, r1_interval=4),
)


@pytest.mark.parametrize("demodulate", [True, False])
def test_modulated_convolution_equals_a_weight_a_sample(demodulate):
    layer = ModulatedConv(6, 5, 3, 4, demodulate)
    x, style = torch.randn(3, 6, 8, 7), torch.randn(3, 4)
    scales = layer.affine(style)
    weight = layer.weight[None] * layer.scale * scales[:, None, :, None, None]
    if demodulate:
        weight = weight / (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).sqrt()
    grouped = F.conv2d(x.reshape(1, 18, 8, 7), weight.reshape(15, 6, 3, 3), padding=1, groups=3)
    expected = grouped.reshape(3, 5, 8, 7) + layer.bias.view(-1, 1, 1)
    torch.testing.assert_close(layer(x, style), expected)


def test_demodulated_output_does_not_depend_on_the_size_of_the_style():
    layer = ModulatedConv(6, 5, 3, 4)
    torch.nn.init.zeros_(layer.affine.bias)
    x, style = torch.randn(1, 6, 8, 7), torch.randn(1, 4)
    torch.testing.assert_close(layer(x, style), layer(x, 10 * style), atol=1e-4, rtol=1e-4)


def test_equalised_layers_start_alike_and_learn_at_their_share():
    torch.manual_seed(0)
    one = EqualLinear(64, 64)
    torch.manual_seed(0)
    slow = EqualLinear(64, 64, lr=0.01)
    x = torch.randn(8, 64)
    torch.testing.assert_close(one(x), slow(x), atol=1e-4, rtol=1e-4)
    for layer in (one, slow):
        with torch.no_grad():
            layer.bias += 1
    torch.testing.assert_close(one(x) - slow(x), torch.full((8, 64), 0.99), atol=1e-4, rtol=1e-4)


def test_r1_of_a_linear_discriminator_is_the_norm_of_its_weights():
    weight = torch.randn(3, 4, 4)
    image = torch.randn(5, 3, 4, 4, requires_grad=True)
    logits = (image * weight).sum((1, 2, 3))[:, None]
    expected = weight.square().sum().expand(5)
    torch.testing.assert_close(squared_gradient(logits, image), expected)


def test_r1_can_be_differentiated_by_the_weights():
    network = Discriminator(DiscriminatorConfig(channels=(8, 8)), SIZE)
    verdict = network(torch.randn(2, 3, *SIZE), torch.randn(2, 3, *SIZE), True)
    verdict.gradient.mean().backward()
    assert network.stem.weight.grad.any()


def test_r1_is_lazy_and_weighted_up(make_batch):
    method, batch = StyleGAN(TINY, SIZE), make_batch(2, SIZE)
    losses = [
        method.training_step(batch, TrainState("discriminator", step, 0)) for step in range(5)
    ]
    assert ["r1" in loss for loss in losses] == [True, False, False, False, True]
    gradient = method.networks["discriminator"](batch.agnostic, batch.image, True).gradient
    torch.testing.assert_close(losses[0]["r1"], 2.0 / 2 * 4 * gradient.mean())


def test_batch_deviation_adds_the_mean_deviation():
    x = torch.tensor([1.0, 3.0]).view(2, 1, 1, 1).expand(2, 2, 3, 3)
    out = batch_deviation(x)
    assert out.shape == (2, 3, 3, 3)
    torch.testing.assert_close(out[:, 2], torch.ones(2, 3, 3))
    assert torch.isfinite(batch_deviation(x[:1])).all()


def test_truncation_pulls_towards_the_average_of_w():
    mapping, z = Mapping(8, 2, 0.01, 0.5), torch.randn(4, 8)
    w = mapping(z, 1.0)
    torch.testing.assert_close(mapping.average, 0.5 * w.mean(0))
    mapping.eval()
    before = mapping.average.clone()
    half, none = mapping(z, 0.5), mapping(z, 0.0)
    assert torch.equal(mapping.average, before)
    torch.testing.assert_close(none, before.expand(4, 8))
    torch.testing.assert_close(half, (mapping(z, 1.0) + before) / 2)


def test_the_global_code_is_dropped_in_training_only():
    code, maps = GlobalCode(4, 64, 0.5), torch.randn(1, 4, 2, 2)
    dropped = (code(maps, maps) == 0).float().mean()
    assert 0.25 < dropped < 0.75
    code.eval()
    assert (code(maps, maps) != 0).all()


def test_adain_gives_each_map_the_mean_and_deviation_of_its_style():
    layer, x, style = AdaptiveNormConv(6, 5, 3, 4), torch.randn(3, 6, 8, 7), torch.randn(3, 4)
    plain = layer(x, style)
    torch.testing.assert_close(plain, F.instance_norm(plain), atol=1e-4, rtol=1e-4)
    assert plain.any()
    torch.nn.init.normal_(layer.affine.weight)
    scale, shift = layer.affine(style).chunk(2, 1)
    y = layer(x, style)
    torch.testing.assert_close(y.mean((2, 3)), shift, atol=1e-4, rtol=1e-4)
    deviation = y.std((2, 3), correction=0)
    torch.testing.assert_close(deviation, scale.abs(), atol=1e-3, rtol=1e-3)


def with_styles(**changes: object) -> StyleGAN:
    """The method with the smallest networks, whose styles and RGB layers are not zero."""
    method = StyleGAN(TINY.model_copy(update=changes), SIZE)
    for parameter in method.networks.parameters():
        if parameter.ndim > 1 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
    method.networks.eval()
    return method


def test_the_adain_decoder_follows_garment_and_latent(make_batch):
    adain = TINY.generator.model_copy(update={"decoder": "adain"})
    method, batch = with_styles(generator=adain), make_batch(1, SIZE)
    other = replace(batch, cloth=-batch.cloth)
    with torch.inference_mode():
        images = [method.generate(b, [s]) for b, s in ((batch, 1), (other, 1), (batch, 2))]
    assert not torch.allclose(images[0], images[1], atol=1e-4)
    assert not torch.allclose(images[0], images[2], atol=1e-4)


def test_interpolation_goes_from_one_garment_to_the_other(make_batch):
    method, batch, seeds = with_styles(), make_batch(3, SIZE), [1, 2, 3]
    other = replace(batch, cloth=-batch.cloth, cloth_mask=1 - batch.cloth_mask)
    with torch.inference_mode():
        ends = [method.generate(b, seeds) for b in (batch, other)]
        row = method.interpolate(batch, other, [0.0, 0.5, 1.0], seeds)
    torch.testing.assert_close(row[0], ends[0][0])
    torch.testing.assert_close(row[2], ends[1][2])
    steps = [(row[1] - end[1]).abs().mean() for end in ends]
    whole = (ends[0][1] - ends[1][1]).abs().mean()
    assert 0 < steps[0] < whole
    assert 0 < steps[1] < whole


def test_mixing_takes_some_levels_from_the_other_garment(make_batch):
    method, batch, seeds = with_styles(), make_batch(2, SIZE), [1, 2]
    other = replace(batch, cloth=-batch.cloth)
    with torch.inference_mode():
        one, two = (method.generate(b, seeds) for b in (batch, other))
        none, every = (method.mix(batch, other, levels, seeds) for levels in ([], [0, 1, 2]))
        parts = [method.mix(batch, other, [level], seeds) for level in range(3)]
    torch.testing.assert_close(none, one)
    torch.testing.assert_close(every, two)
    for i, part in enumerate(parts):
        others = [one, two, *parts[:i]]
        assert not any(torch.allclose(part, image, atol=1e-4) for image in others)


def test_truncation_at_generation_brings_the_seeds_together(make_batch):
    batch, spread = make_batch(1, SIZE), []
    for truncation in (0.0, 0.5, 1.0):
        torch.manual_seed(0)
        method = with_styles(truncation=truncation)
        with torch.inference_mode():
            one, two = (method.generate(batch, [seed]) for seed in (1, 2))
        spread.append((one - two).abs().mean())
    assert spread[0] == 0
    assert 0 < spread[1] < spread[2]


def test_settings_that_do_not_fit_together_are_refused():
    for wrong in ({"attention_level": 4}, {"head_dim": 40}):
        with pytest.raises(ValidationError):
            GeneratorConfig(**wrong)

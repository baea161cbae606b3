"""Generator, PatchGAN and their losses."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from tryonbench.method import TrainState
from tryonbench.registry import method_class
from tryonbench_methods.pix2pix.config import (
    DiscriminatorConfig,
    GeneratorConfig,
    Pix2PixConfig,
)
from tryonbench_methods.pix2pix.losses import feature_matching, least_squares
from tryonbench_methods.pix2pix.model import Generator, PatchDiscriminator


@pytest.mark.parametrize(("channels", "expected"), [((64, 128, 256, 512), 70), ((32, 64, 128), 34)])
def test_the_discriminator_sees_patches_of_the_stated_size(channels, expected):
    network = PatchDiscriminator(DiscriminatorConfig(channels=channels)).eval()
    image = torch.randn(1, 3, 128, 128, requires_grad=True)
    verdict = network(torch.zeros_like(image), image)[-1]
    verdict[0, 0, verdict.shape[2] // 2, verdict.shape[3] // 2].backward()
    rows = image.grad.abs().sum((0, 1, 3)).nonzero()
    columns = image.grad.abs().sum((0, 1, 2)).nonzero()
    assert rows.max() - rows.min() + 1 == expected
    assert columns.max() - columns.min() + 1 == expected


def test_the_base_discriminator_has_the_size_of_the_reference_design():
    with torch.device("meta"):
        network = PatchDiscriminator(DiscriminatorConfig(channels=(64, 128, 256, 512)))
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(2.77, abs=0.01)


def test_spectral_normalisation_bounds_each_layer():
    network = PatchDiscriminator(DiscriminatorConfig(channels=(8, 16)))
    for _ in range(30):
        network(torch.randn(1, 3, 32, 24), torch.randn(1, 3, 32, 24))
    norms = [torch.linalg.matrix_norm(la.weight.flatten(1), 2).item() for la in network.layers]
    assert norms == pytest.approx([1.0] * 3, abs=0.02)


def test_the_verdict_depends_on_the_condition():
    network = PatchDiscriminator(DiscriminatorConfig(channels=(8, 16))).eval()
    image, condition = torch.randn(1, 3, 32, 24), torch.randn(1, 3, 32, 24)
    assert not torch.allclose(network(condition, image)[-1], network(-condition, image)[-1])


def test_the_bottleneck_carries_the_garment_across_the_picture():
    """From one corner to the opposite one, which the few convolutions here do not span."""
    config = GeneratorConfig(stem=8, stages=(16, 16), residual_blocks=0, head_dim=16)
    network, person = Generator(config), torch.zeros(1, 41, 64, 48)
    for module in network.modules():
        if isinstance(module, torch.nn.InstanceNorm2d | torch.nn.GroupNorm):
            module.forward = lambda x: x  # statistics of the whole picture would reach everywhere
    reach = []
    for carrying in (True, False):
        garment = torch.rand(1, 4, 64, 48, requires_grad=True)
        if not carrying:
            torch.nn.init.zeros_(network.bottleneck.attention.out.weight)
        network(person, garment)[0, :, -1, -1].sum().backward()
        reach.append(garment.grad[..., :4, :4].any().item())
    assert reach == [True, False]


def test_losses_are_zero_at_their_targets():
    real = [torch.randn(2, 4, 3, 3), torch.randn(2, 1, 3, 3)]
    assert feature_matching([real[0], real[1] + 5], real) == 0
    assert feature_matching([real[0] + 2, real[1]], real) == pytest.approx(2.0)
    assert least_squares(torch.ones(3), 1) == 0
    assert least_squares(torch.zeros(3), 1) == 1


def test_settings_that_do_not_fit_together_are_refused():
    for wrong in ({"stages": (16, 20)}, {"outer_kernel": 4}):
        with pytest.raises(ValidationError):
            GeneratorConfig(**wrong)


def test_the_discriminator_sees_the_generators_own_pictures(make_batch):
    """Painted once a step; newly where its phase runs alone."""
    method = method_class("pix2pix")(Pix2PixConfig(), (64, 48))
    batch, state = make_batch(2), TrainState("generator", 0, 0)
    method.training_step(batch, state)
    kept = state.carried["fake"]
    assert not kept.requires_grad
    later = TrainState("discriminator", 0, 0, carried=state.carried)
    assert method._fake(batch, later) is kept
    alone = method._fake(batch, TrainState("discriminator", 0, 0))
    assert alone.shape == kept.shape
    assert not alone.requires_grad

"""Generator, PatchGAN and their losses."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from tryonbench.errors import InputError
from tryonbench.method import TrainState
from tryonbench.registry import method_class
from tryonbench_methods.common.training import PICTURES, painted_before
from tryonbench_methods.pix2pix.config import (
    DiscriminatorConfig,
    GeneratorConfig,
    LossConfig,
    Pix2PixConfig,
)
from tryonbench_methods.pix2pix.losses import (
    OBJECTIVES,
    between,
    feature_matching,
    gradient_penalty,
    least_squares,
)
from tryonbench_methods.pix2pix.method import Pix2Pix
from tryonbench_methods.pix2pix.model import Generator, PatchDiscriminator, slope

SIZE = (32, 24)
TINY = Pix2PixConfig(
    generator=GeneratorConfig(stem=8, stages=(16, 16), residual_blocks=1, head_dim=16),
    discriminator=DiscriminatorConfig(channels=(8, 8)),
)


def tiny(**losses: object) -> Pix2Pix:
    """The method with the smallest networks and some settings of the losses."""
    return Pix2Pix(TINY.model_copy(update={"losses": LossConfig(**losses)}), SIZE)


@pytest.mark.parametrize(("channels", "expected"), [((64, 128, 256, 512), 70), ((32, 64, 128), 34)])
def test_the_discriminator_sees_patches_of_the_stated_size(channels, expected):
    network = PatchDiscriminator(DiscriminatorConfig(channels=channels)).eval()
    image = torch.randn(1, 3, 128, 128, requires_grad=True)
    verdict = network(torch.zeros_like(image), image).patches
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
    verdicts = [network(c, image).patches for c in (condition, -condition)]
    assert not torch.allclose(*verdicts)


@pytest.mark.parametrize(("warp_patch", "without"), [(None, False), (2, True)])
def test_bottleneck_and_warp_carry_the_garment_across_the_picture(warp_patch, without):
    """From one corner to the opposite one, which the few convolutions here do not span."""
    sizes = {"stem": 8, "stages": (16, 16), "residual_blocks": 0, "head_dim": 16}
    config = GeneratorConfig(**sizes, warp_patch=warp_patch)
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
    assert reach == [True, without]


def test_losses_are_zero_at_their_targets():
    real = [torch.randn(2, 4, 3, 3), torch.randn(2, 1, 3, 3)]
    assert feature_matching([real[0], real[1] + 5], real) == 0
    assert feature_matching([real[0] + 2, real[1]], real) == pytest.approx(2.0)
    assert least_squares(torch.ones(3), 1) == 0
    assert least_squares(torch.zeros(3), 1) == 1


def test_each_objective_has_the_values_of_its_formula():
    """Verdicts 2 and -1 on photographs, 0.5 on a picture."""
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.5])
    log = {x: torch.log1p(torch.tensor(x).exp()).item() for x in (-2.0, 1.0, 0.5, -0.5)}
    expected = {
        "lsgan": ((1 + 4) / 2 / 2, 0.25 / 2, 0.25),
        "hinge": ((0 + 2) / 2, 1.5, -0.5),
        "non-saturating": ((log[-2.0] + log[1.0]) / 2, log[0.5], log[-0.5]),
        "wgan-gp": (-0.5, 0.5, -0.5),
    }
    assert expected.keys() == OBJECTIVES.keys()
    for name, values in expected.items():
        gan = OBJECTIVES[name]
        found = (gan.real(real).item(), gan.fake(fake).item(), gan.generator(fake).item())
        assert found == pytest.approx(values), name


def test_a_verdict_on_the_boundary_is_undecided():
    """There both sides of the objective pull equally; the score of WGAN has no such place."""
    for name, gan in OBJECTIVES.items():
        if gan.boundary is None:
            assert name == "wgan-gp"
            continue
        at = torch.tensor(gan.boundary, requires_grad=True)
        (gan.real(at) + gan.fake(at)).backward()
        assert at.grad == 0


def test_the_gradient_penalty_holds_the_slope_at_one():
    assert gradient_penalty(torch.tensor([1.0, 3.0, 0.0])) == pytest.approx((0 + 4 + 1) / 3)


def test_the_slope_of_a_linear_critic_is_the_norm_of_its_weights():
    weight = torch.randn(3, 4, 4)
    image = torch.randn(5, 3, 4, 4, requires_grad=True)
    patches = (image * weight).sum(1, keepdim=True)
    expected = weight.norm() / 16
    torch.testing.assert_close(slope(patches, image), expected.expand(5))


def test_the_penalty_is_taken_between_photograph_and_picture():
    real, fake = torch.ones(64, 3, 2, 2), torch.zeros(64, 3, 2, 2)
    mixed = between(real, fake)
    assert torch.equal(mixed, mixed[:, :1, :1, :1].expand_as(mixed))
    assert mixed.min() < 0.1
    assert mixed.max() > 0.9


def test_wgan_has_no_spectral_normalisation_but_a_penalty(make_batch):
    normalised, free = tiny(gan="hinge"), tiny(gan="wgan-gp", gradient_penalty=3.0)
    names = [n for n, _ in normalised.networks["discriminator"].named_parameters()]
    assert any("parametrizations" in name for name in names)
    names = [n for n, _ in free.networks["discriminator"].named_parameters()]
    assert not any("parametrizations" in name for name in names)
    losses = free.training_step(make_batch(2, SIZE), TrainState("discriminator", 0, 0))
    assert list(losses) == ["real", "fake", "gradient_penalty"]
    losses["gradient_penalty"].backward()
    assert free.networks["discriminator"].layers[0].weight.grad.any()


def test_the_penalty_is_that_of_the_mixed_pictures(make_batch, monkeypatch):
    method, batch = tiny(gan="wgan-gp", gradient_penalty=3.0), make_batch(2, SIZE)
    monkeypatch.setattr("tryonbench_methods.pix2pix.method.between", lambda real, fake: real)
    losses = method.training_step(batch, TrainState("discriminator", 0, 0))
    image = batch.image.clone().requires_grad_()
    verdicts = method.networks["discriminator"](batch.agnostic, image).patches.mean((1, 2, 3))
    (gradient,) = torch.autograd.grad(verdicts.sum(), image)
    expected = 3 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    torch.testing.assert_close(losses["gradient_penalty"].detach(), expected)


@pytest.mark.parametrize("gan", OBJECTIVES)
def test_each_objective_trains_both_networks(gan, make_batch):
    method, batch, carried = tiny(gan=gan, l1=0, feature_matching=0), make_batch(2, SIZE), {}
    for phase in method.phases:
        state = TrainState(phase.name, 0, 0, carried=carried)
        losses = method.training_step(batch, state)
        sum(losses.values()).backward()
        parameters = method.networks[phase.name].named_parameters()
        assert [n for n, p in parameters if p.grad is None or not p.grad.any()] == []
        assert sum(v for k, v in state.logged.items() if "share/" in k) == pytest.approx(1)


def test_a_term_of_weight_zero_is_off(make_batch):
    batch, state = make_batch(2, SIZE), TrainState("generator", 0, 0)
    for name in ("adversarial", "l1", "feature_matching"):
        losses = tiny(**{name: 0}).training_step(batch, state)
        assert losses.keys() == {"adversarial", "l1", "feature_matching"} - {name}
    alone, calls = tiny(adversarial=0, feature_matching=0), []
    alone.networks["discriminator"].register_forward_hook(lambda *_: calls.append(1))
    assert alone.training_step(batch, state).keys() == {"l1"}
    assert calls == []


def test_each_weight_scales_its_term(make_batch):
    batch, state = make_batch(2, SIZE), TrainState("generator", 0, 0)
    one, two = (
        tiny(adversarial=1, l1=1, feature_matching=1),
        tiny(adversarial=2, l1=3, feature_matching=4),
    )
    two.networks.load_state_dict(one.networks.state_dict())
    for method in (one, two):
        method.networks.eval()
    plain, scaled = (method.training_step(batch, state) for method in (one, two))
    factors = {name: (scaled[name] / plain[name]).item() for name in plain}
    assert factors == pytest.approx({"adversarial": 2, "l1": 3, "feature_matching": 4})


def test_shares_and_verdicts_are_logged(make_batch):
    method, batch = tiny(), make_batch(2, SIZE)
    state = TrainState("generator", 0, 0)
    losses = {k: v.item() for k, v in method.training_step(batch, state).items()}
    for name, loss in losses.items():
        assert state.logged[f"share/{name}"] == pytest.approx(loss / sum(losses.values()))
    state = TrainState("discriminator", 0, 0)
    method.training_step(batch, state)
    assert {"real", "fake", "accuracy_real", "accuracy_fake"} <= state.logged.keys()


def test_settings_that_do_not_fit_together_are_refused():
    with pytest.raises(ValidationError, match="all terms"):
        LossConfig(adversarial=0, l1=0, feature_matching=0)
    for wrong in ({"stages": (16, 20)}, {"outer_kernel": 4}):
        with pytest.raises(ValidationError):
            GeneratorConfig(**wrong)


@pytest.mark.parametrize("name", ["pix2pix", "stylegan"])
def test_the_discriminator_sees_the_generators_own_pictures(name, make_batch):
    """Painted once a step; newly where its phase runs alone."""
    chosen = method_class(name)
    method, batch = chosen(chosen.config_class(), (64, 48)), make_batch(2)
    state = TrainState("generator", 1, 0)
    method.training_step(batch, state)
    kept = state.carried[PICTURES]
    assert not kept.requires_grad

    def fake_loss(carried):
        torch.manual_seed(0)
        later = TrainState("discriminator", 1, 0, carried=carried)
        return method.training_step(batch, later)["fake"].item()

    assert fake_loss({PICTURES: kept}) != fake_loss({PICTURES: torch.zeros_like(kept)})
    assert painted_before(state, lambda: torch.ones(1)) is kept
    assert fake_loss({}) > 0


def test_a_kernel_wider_than_can_be_reflected_is_refused():
    config = Pix2PixConfig.model_validate({"generator": {"outer_kernel": 65}})
    with pytest.raises(InputError, match="outer_kernel=65 is wider than images of 32x32"):
        Pix2Pix(config, (32, 32))

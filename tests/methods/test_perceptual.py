"""The distances of a picture to the photograph."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torchvision.models import vgg19

from tryonbench.errors import InputError
from tryonbench.method import TrainState
from tryonbench.registry import method_class
from tryonbench_methods.common import perceptual
from tryonbench_methods.common.perceptual import (
    LAYERS,
    DistanceConfig,
    Vgg19Distance,
    distances,
    lpips_distance,
    vgg19_distance,
)

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def official() -> dict[str, torch.Tensor]:
    """Random weights by the names of the official file."""
    trunk = vgg19(init_weights=False).features
    return {f"features.{name}": tensor for name, tensor in trunk.state_dict().items()}


@pytest.fixture(autouse=True)
def unloaded() -> None:
    """What another test has loaded is forgotten."""
    vgg19_distance.cache_clear()
    lpips_distance.cache_clear()


PARSE = torch.zeros(1, 64, 48, dtype=torch.int64)


def pictures(seed: int) -> torch.Tensor:
    """Two random ones, (2, 3, 32, 24) in [-1, 1]."""
    return torch.rand(2, 3, 32, 24, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_the_layers_are_the_first_relu_of_each_block():
    with torch.device("meta"):
        trunk = list(vgg19().features)
    pools = [i for i, layer in enumerate(trunk) if isinstance(layer, torch.nn.MaxPool2d)]
    assert list(LAYERS) == [1, *(pool + 2 for pool in pools[:-1])]
    assert all(isinstance(trunk[place], torch.nn.ReLU) for place in LAYERS)
    assert list(LAYERS.values()) == [2.0**-n for n in (5, 4, 3, 2, 0)]


def test_vgg19_is_the_weighted_l1_of_its_features(official):
    trunk = vgg19(init_weights=False).features.eval()
    trunk.load_state_dict({k.removeprefix("features."): v for k, v in official.items()})
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])

    def features(images: torch.Tensor, place: int) -> torch.Tensor:
        unit = (images * 0.5 + 0.5).permute(0, 2, 3, 1)
        return trunk[: place + 1](((unit - mean) / std).permute(0, 3, 1, 2))

    one, two = pictures(1), pictures(2)
    expected = sum(
        weight * (features(one, place) - features(two, place)).abs().mean()
        for place, weight in LAYERS.items()
    )
    torch.testing.assert_close(Vgg19Distance(official)(one, two), expected)


def test_vgg19_teaches_the_picture_alone(official):
    network, picture = Vgg19Distance(official).train(), pictures(1).requires_grad_()
    photograph = pictures(2).requires_grad_()
    assert network(picture, picture) == 0
    network(picture, photograph).backward()
    assert picture.grad.any()
    assert photograph.grad is None
    assert not any(p.requires_grad for p in network.parameters())


def test_only_what_has_a_weight_is_computed_and_loaded(no_weights):
    one, two = pictures(1), pictures(2)
    assert distances(DistanceConfig(l1=0), one, two, PARSE) == {}
    found = distances(DistanceConfig(l1=3), one, two, PARSE)
    assert found.keys() == {"l1"}
    assert found["l1"] == pytest.approx(3 * (one - two).abs().mean().item())


@pytest.mark.parametrize(("term", "network"), [("perceptual", "vgg19"), ("lpips", "vgg16")])
def test_missing_weights_are_one_line_with_the_command(term, network, no_weights):
    with pytest.raises(InputError, match=f"weights get {network}; or .*losses.{term}=0"):
        distances(DistanceConfig(**{term: 1.0}), pictures(1), pictures(2), PARSE)


@pytest.mark.parametrize("name", ["pix2pix", "stylegan"])
@pytest.mark.parametrize(("term", "network"), [("perceptual", "vgg19"), ("lpips", "vgg16")])
def test_a_training_without_them_is_refused_before_anything_is_written(
    name, term, network, no_weights, command, synth_root, tmp_path
):
    asked = ["--set", f"model.losses.{term}=1", "--runs", str(tmp_path / "runs")]
    refused = command("train", "--method", name, "--data", synth_root, *asked)
    assert refused.returncode == 2
    assert f"weights get {network}; or" in refused.stderr
    assert not (tmp_path / "runs").exists()


def test_the_weights_scale_their_terms(official, monkeypatch):
    monkeypatch.setattr(perceptual, "load_state_dict", lambda name: official)
    one, two = pictures(1), pictures(2)
    found = distances(DistanceConfig(l1=0, perceptual=4.0), one, two, PARSE)
    assert found.keys() == {"perceptual"}
    torch.testing.assert_close(found["perceptual"], 4 * vgg19_distance(CPU)(one, two))


def test_lpips_is_that_of_the_metric(real_weights):
    from tryonbench.metrics.lpips import load_lpips

    generator = torch.Generator().manual_seed(0)
    picture, photograph = (torch.rand(2, 3, 64, 48, generator=generator) * 2 - 1 for _ in "ab")
    picture.requires_grad_()
    found = distances(DistanceConfig(l1=0, lpips=2.0, lpips_net="alex"), picture, photograph, PARSE)
    expected = 2 * load_lpips("alex", CPU)(picture, photograph).mean()
    torch.testing.assert_close(found["lpips"], expected)
    found["lpips"].backward()
    assert picture.grad.any()


@pytest.mark.parametrize("name", ["pix2pix", "stylegan"])
def test_the_methods_learn_by_the_distances(name, official, make_batch, monkeypatch):
    monkeypatch.setattr(perceptual, "load_state_dict", lambda name: official)
    method = method_class(name)
    config = method.config_class.model_validate({"losses": {"perceptual": 5.0}})
    made, state = method(config, (64, 48)), TrainState("generator", 0, 0)
    losses = made.training_step(make_batch(1), state)
    assert {"adversarial", "l1", "perceptual"} <= losses.keys()
    assert state.logged["share/perceptual"] > 0


def test_a_negative_weight_is_refused():
    with pytest.raises(ValidationError):
        DistanceConfig(perceptual=-1)

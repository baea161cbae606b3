"""LPIPS against the lpips package, DISTS against torchmetrics, with random weights."""

from __future__ import annotations

import pytest
import torch

from tryonbench.metrics import make_metric
from tryonbench.metrics.base import Scored

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("quiet_peers")


def _state(net: str) -> dict[str, torch.Tensor]:
    """A random state dict of torchvision's network; VGG's classifier is zero, as no one reads it
    and half a gigabyte need not be written."""
    from torchvision import models

    torch.manual_seed(0)
    if net != "vgg16":
        return getattr(models, net)().state_dict()
    features = models.vgg._vgg("D", False, None, False, init_weights=False).state_dict()
    zero = torch.zeros(1)
    return {
        name: zero.expand(value.shape) if name.startswith("classifier") else value
        for name, value in features.items()
    }


def _scored(pictures) -> Scored:
    """Pictures against themselves darker and shifted."""
    truth = pictures(96, 80).float() / 255
    return Scored(truth.roll(3, dims=3) * 0.9, truth, None)


@pytest.mark.parametrize(
    ("key", "net", "weights", "torchvision"),
    [
        ("lpips_alex", "alex", "alexnet", "alexnet"),
        ("lpips_squeeze", "squeeze", "squeezenet", "squeezenet1_1"),
        ("lpips_vgg", "vgg", "vgg16", "vgg16"),
    ],
)
def test_lpips_is_the_lpips_packages(
    official, pictures, key: str, net: str, weights: str, torchvision: str
) -> None:
    lpips = pytest.importorskip("lpips")
    official(weights, _state(torchvision))
    images = _scored(pictures)
    with torch.inference_mode():
        ours = make_metric(key, {}).scorer(CPU)(images)
        peer = lpips.LPIPS(net=net, verbose=False)
        theirs = peer(images.output, images.truth, normalize=True).flatten()
    assert theirs.max() > 1e-6
    assert ours.tolist() == pytest.approx(theirs.tolist(), rel=1e-5)


def test_dists_is_torchmetrics(official, pictures) -> None:
    """In float64: in float32 their covariance E[xy] - E[x] E[y] cancels on a constant picture."""
    module = pytest.importorskip("torchmetrics.functional.image.dists")
    official("vgg16", _state("vgg16"))
    images = _scored(pictures)
    with torch.inference_mode():
        ours = make_metric("dists", {}).scorer(CPU)(images)
        theirs = module.DISTSNetwork().double()(images.output.double(), images.truth.double())
    assert theirs.max() > 1e-3
    assert ours.tolist() == pytest.approx(theirs.tolist(), rel=1e-5, abs=1e-6)


def test_dists_depends_on_one_image_at_a_time(official, pictures) -> None:
    official("vgg16", _state("vgg16"))
    images = _scored(pictures)
    score = make_metric("dists", {}).scorer(CPU)
    with torch.inference_mode():
        together = score(images)
        each = zip(images.output.split(1), images.truth.split(1), strict=True)
        alone = [score(Scored(output, truth, None)) for output, truth in each]
        same = score(Scored(images.truth, images.truth, None))
    assert torch.cat(alone).tolist() == pytest.approx(together.tolist(), abs=1e-6)
    assert same.abs().max() < 1e-5

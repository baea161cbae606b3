"""Published numbers and our own measurements on real photographs, with the true weights."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from torchvision.models.inception import Inception3

from tryonbench.metrics import make_metric
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.inception import make_extractor
from tryonbench.metrics.inception_input import inception_input
from tryonbench.metrics.inception_net import build_inception, inception_features
from tryonbench.weights import load_state_dict

CPU = torch.device("cpu")


def test_fid_64_is_torchmetrics_documented_value(real_weights: Path) -> None:
    """The example of `FrechetInceptionDistance(feature=64)` in torchmetrics 1.9: 12.6388, where we
    measured 12.63903. Its pictures are drawn after the network was initialised."""
    torch.manual_seed(42)
    Inception3(1008, aux_logits=False, init_weights=False)
    sets = [
        torch.randint(low, high, (100, 3, 299, 299), dtype=torch.uint8)
        for low, high in ((0, 200), (100, 255))
    ]
    network = build_inception(load_state_dict("inception-partial"), 64)
    features = [_features(network, images) for images in sets]
    assert frechet_distance(*features) == pytest.approx(12.63903, abs=2e-5)


def _features(network: torch.nn.ModuleDict, images: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        parts = [
            inception_features(network, inception_input(chunk, "clean"), 64)[64]
            for chunk in images.split(10)
        ]
    return torch.cat(parts).numpy()


@pytest.fixture(scope="module")
def photographs(real_samples: Path) -> list[Image.Image]:
    """The 36 photographs, 1024x768."""
    files = sorted((real_samples / "viton-hd-photos/test/image").glob("*.jpg"))
    return [Image.open(file).convert("RGB") for file in files]


def _partial(images: list[Image.Image], resize: str) -> np.ndarray:
    """(N, 1024) features of the partial network."""
    extract = make_extractor("inception-partial", resize, CPU)
    with torch.inference_mode():
        parts = [extract(torch.from_numpy(np.array(i)).permute(2, 0, 1)[None]) for i in images]
    return torch.cat(parts).numpy()


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream)


def _blurred_and_noised(image: Image.Image) -> Image.Image:
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(1)), np.float64)
    noise = np.random.default_rng(0).normal(0, 4, soft.shape)
    return Image.fromarray((soft + noise).round().clip(0, 255).astype(np.uint8))


def test_fid_768_of_jpeg_copies(real_weights: Path, photographs: list[Image.Image]) -> None:
    """Measured on 2026-11-21 on the 36 photographs at 1024x768, with clean-fid's resizing."""
    truth = _partial(photographs, "clean")
    for quality, measured in ((75, 0.02813), (95, 0.00023)):
        copies = _partial([_jpeg(image, quality) for image in photographs], "clean")
        assert make_metric("fid_768", {}).value(copies, truth) == pytest.approx(measured, abs=1e-5)


@pytest.mark.usefixtures("quiet_peers")
@pytest.mark.parametrize(
    ("resize", "mode"), [("clean", "clean"), ("pytorch-fid", "legacy_pytorch")]
)
def test_fid_768_is_that_of_the_peers_resizing_and_network(
    real_weights: Path, photographs: list[Image.Image], monkeypatch, resize: str, mode: str
) -> None:
    """With the true weights, on 12 photographs and blurred, noised copies."""
    resizing = pytest.importorskip("cleanfid.resize").build_resizer(mode)
    network = _peer_network(monkeypatch)
    pictures = photographs[:12]
    sets = [pictures, [_blurred_and_noised(image) for image in pictures]]
    theirs = [_peer_features(network, resizing, images, mode) for images in sets]
    ours = [_partial(images, resize) for images in sets]
    value = make_metric("fid_768", {}).value(ours[1], ours[0])
    assert value > 0.01
    assert value == pytest.approx(frechet_distance(theirs[1], theirs[0]), rel=1e-4)


def _peer_network(monkeypatch: pytest.MonkeyPatch) -> torch.nn.Module:
    """pytorch-fid's network, as clean-fid ships it, up to 768 features."""
    module = pytest.importorskip("cleanfid.inception_pytorch")
    state = Inception3(1008, aux_logits=False, init_weights=False).state_dict()
    state |= load_state_dict("inception-partial")
    monkeypatch.setattr(module, "load_state_dict_from_url", lambda *_, **__: state)
    network: torch.nn.Module = module.InceptionV3((2,), resize_input=False, normalize_input=False)
    return network.eval()


def _peer_features(network, resizing, images: list[Image.Image], mode: str) -> np.ndarray:
    """clean-fid's chain: resize each picture in NumPy, scale, run, average over space."""
    arrays = np.stack([resizing(np.asarray(image)) for image in images])
    pixels = torch.from_numpy(arrays).permute(0, 3, 1, 2)
    scaled = (pixels - 128) / 128 if mode == "clean" else pixels / 255 * 2 - 1
    with torch.inference_mode():
        return network(scaled)[0].mean(dim=(2, 3)).numpy()

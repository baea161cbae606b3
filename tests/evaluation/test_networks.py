"""Metrics that need a network: its weights missing, wrong, or another file's."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench import weights
from tryonbench.data.layout import open_split
from tryonbench.evaluation import evaluate
from tryonbench.files import file_sha256
from tryonbench.metrics import metric_class
from tryonbench.protocols import get_protocol
from tryonbench.request import Request
from tryonbench.results.schema import Result
from tryonbench.runs import Run
from tryonbench.subjects import images_subject


def _score(images: Path, root: Path, folder: Path, *keys: str) -> Result:
    protocol, split = get_protocol("synth/paired-64x48"), open_split(root, "test")
    request = Request(protocol, split, keys, efficiency=False)
    return evaluate(images_subject(Run(folder / "run"), images), request)


def test_missing_weights_are_shown_and_never_replaced(
    images: Path, synth_root: Path, tmp_path: Path, no_weights: Path
) -> None:
    keys = ("fid", "kid", "lpips_alex", "ssim")
    result = _score(images, synth_root, tmp_path, *keys)
    for key in ("fid", "kid", "lpips_alex"):
        assert result.metrics[key].value is None
        name = metric_class(key)().weights
        assert f"get them: tryonbench weights get {name}" in str(result.metrics[key].missing)
    assert result.metrics["ssim"].value == pytest.approx(1)


def test_wrong_weights_are_refused(
    images: Path, synth_root: Path, tmp_path: Path, no_weights: Path
) -> None:
    (no_weights / "alexnet-owt-7be5be79.pth").write_bytes(b"something else")
    result = _score(images, synth_root, tmp_path, "lpips_alex")
    assert "has a wrong SHA-256; delete it" in str(result.metrics["lpips_alex"].missing)


def test_shallower_layers_have_features_of_their_own(
    images: Path, synth_root: Path, tmp_path: Path, real_weights: Path
) -> None:
    """Each keeps its name and its network; FID itself stays missing."""
    keys = ("fid", "fid_64", "fid_192", "fid_768", "kid_768")
    same = _score(images, synth_root, tmp_path, *keys)
    assert "get them: tryonbench weights get inception" in str(same.metrics["fid"].missing)
    for file in images.glob("*.png"):
        Image.fromarray(255 - np.asarray(Image.open(file))).save(file)
    other = _score(images, synth_root, tmp_path, *keys)
    for key in ("fid_64", "fid_192", "fid_768"):
        assert same.metrics[key].value == pytest.approx(0, abs=1e-6)
        assert other.metrics[key].value > 0.01
    assert other.metrics["kid_768"].value > same.metrics["kid_768"].value


def test_our_own_network_needs_nothing_to_be_got(
    images: Path, synth_root: Path, tmp_path: Path
) -> None:
    keys = ("fd_synth", "kd_synth")
    same = _score(images, synth_root, tmp_path, *keys)
    assert same.metrics["fd_synth"].value == pytest.approx(0, abs=1e-6)
    for file in images.glob("*.png"):
        Image.fromarray(255 - np.asarray(Image.open(file))).save(file)
    other = _score(images, synth_root, tmp_path, *keys)
    assert other.metrics["fd_synth"].value > 10
    assert other.metrics["kd_synth"].value > same.metrics["kd_synth"].value


def test_our_own_network_in_another_file_is_refused(
    images: Path, synth_root: Path, tmp_path: Path, no_weights: Path
) -> None:
    (no_weights / "synth-extractor.safetensors").write_bytes(b"something else")
    result = _score(images, synth_root, tmp_path, "fd_synth")
    assert result.metrics["fd_synth"].value is None
    assert "has a wrong SHA-256; delete it" in str(result.metrics["fd_synth"].missing)


def test_a_metric_that_needs_larger_images_says_so(
    images: Path, synth_root: Path, tmp_path: Path
) -> None:
    result = _score(images, synth_root, tmp_path, "ms_ssim")
    reason = "needs images of 176x176 or more for its 5 scales"
    assert result.metrics["ms_ssim"].missing == reason


class _Layers(torch.nn.Module):
    """Stands for the 2048-d layers of clean-fid's Inception."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        grey = torch.nn.functional.adaptive_avg_pool2d(x.mean(1, keepdim=True), [32, 64])
        return grey.flatten(1)


class _Inception(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = _Layers()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def _refuse_to_freeze(network: torch.nn.Module) -> None:
    raise RuntimeError("this program cannot be frozen")


@pytest.mark.parametrize("freeze", [torch.jit.freeze, _refuse_to_freeze])
def test_fid_and_kid_through_clean_fids_network(
    images: Path, synth_root: Path, tmp_path: Path, no_weights: Path, monkeypatch, freeze
) -> None:
    """A file in the official format, with other values, under its own hash."""
    monkeypatch.setattr(torch.jit, "freeze", freeze)
    file = no_weights / "inception-2015-12-05.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # TorchScript is the official file's format
        torch.jit.trace(_Inception(), torch.zeros(1, 3, 299, 299)).save(file)
    source = weights.Source(file.name, file_sha256(file), "https://example.invalid/x")
    fake = weights.Weights("inception", "fid", "none", (source,))
    monkeypatch.setitem(weights.REGISTRY, "inception", fake)
    same = _score(images, synth_root, tmp_path, "fid", "kid")
    assert same.metrics["fid"].value == pytest.approx(0, abs=1e-6)
    few = _score(images, synth_root, tmp_path, "precision", "density")
    assert few.metrics["precision"].value == 1
    assert few.metrics["density"].missing == "needs 6 images or more, there are 4"
    for file in images.glob("*.png"):
        Image.fromarray(255 - np.asarray(Image.open(file))).save(file)
    other = _score(images, synth_root, tmp_path, "fid", "kid")
    assert other.metrics["fid"].value > 1
    assert other.metrics["kid"].value > same.metrics["kid"].value

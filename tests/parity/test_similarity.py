"""SSIM and MS-SSIM against torchmetrics and skimage."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.metrics import make_metric
from tryonbench.metrics.base import Scored

CPU = torch.device("cpu")
BETAS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def _scored(pictures) -> Scored:
    """Pictures against themselves darker and noisy, float32 in [0, 1]."""
    truth = pictures(256, 192).float() / 255
    noise = 0.1 * torch.randn(truth.shape, generator=torch.Generator().manual_seed(1))
    return Scored((truth * 0.9 + noise).clamp(0, 1), truth, None)


@pytest.mark.parametrize(
    ("key", "peer", "kind"),
    [
        ("ssim", "StructuralSimilarity", torch.float64),
        ("ms_ssim", "MultiScaleStructuralSimilarity", torch.float32),
    ],
)
def test_each_is_torchmetrics_module(pictures, key: str, peer: str, kind: torch.dtype) -> None:
    """The class, fed one image at a time, which users of torchmetrics call.

    SSIM in float64: in float32 torchmetrics' own rounding takes up to 1e-4 off; the presets of
    papers that call it have `arithmetic: torchmetrics`.
    """
    image = pytest.importorskip("torchmetrics.image")
    images = _scored(pictures)
    ours = make_metric(key, {}).scorer(CPU)(images)
    measure = getattr(image, f"{peer}IndexMeasure")(data_range=1.0)
    both = zip(images.output.to(kind).split(1), images.truth.to(kind).split(1), strict=True)
    theirs = [measure(output, truth).item() for output, truth in both]
    assert ours.tolist() == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("chunk", [1, 4])
def test_ssim_as_papers_call_it_is_torchmetrics_in_float32(pictures, chunk: int) -> None:
    peer = pytest.importorskip("torchmetrics.image").StructuralSimilarityIndexMeasure
    images = _scored(pictures)
    theirs = [
        peer(data_range=1.0)(output[None], truth[None]).item()
        for output, truth in zip(images.output, images.truth, strict=True)
    ]
    score = make_metric("ssim", {"arithmetic": "torchmetrics"}).scorer(CPU)
    pairs = zip(images.output.split(chunk), images.truth.split(chunk), strict=True)
    ours = torch.cat([score(Scored(output, truth, None)) for output, truth in pairs])
    assert ours.tolist() == pytest.approx(theirs, rel=1e-5)


def test_ssim_inside_the_border_is_skimages(pictures) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    images = _scored(pictures)
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    pairs = zip(images.output.double(), images.truth.double(), strict=True)
    theirs = [
        metrics.structural_similarity(
            *(x.permute(1, 2, 0).numpy() for x in pair), data_range=1.0, channel_axis=2, **settings
        )
        for pair in pairs
    ]
    ours = make_metric("ssim", {"border": "valid"}).scorer(CPU)(images)
    assert ours.tolist() == pytest.approx(theirs, rel=1e-6)


def test_grey_ssim_is_what_hr_viton_calls(pictures) -> None:
    """Pillow's mode L, 8 bits, data_range 255."""
    metrics = pytest.importorskip("skimage.metrics")
    truth = pictures(256, 192)
    output = truth.roll(2, dims=3)
    theirs = []
    for pair in zip(output, truth, strict=True):
        grey = [np.asarray(Image.fromarray(x.permute(1, 2, 0).numpy()).convert("L")) for x in pair]
        settings = {"gaussian_weights": True, "use_sample_covariance": False}
        theirs.append(metrics.structural_similarity(*grey, data_range=255, **settings))
    images = Scored(output.float() / 255, truth.float() / 255, None)
    ours = make_metric("ssim", {"channels": "grey", "border": "valid"}).scorer(CPU)(images)
    assert ours.tolist() == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("size", [(64, 48), (75, 48)], ids=["whole strips", "a rest"])
def test_both_ways_of_filtering_agree(pictures, size: tuple[int, int]) -> None:
    """OpenCV on CPUs, some rows at a time; a convolution elsewhere."""
    truth = (pictures(*size).float() / 255).double()
    output = truth.roll(2, dims=3) * 0.9
    metric = make_metric("ssim", {})
    at_once = metric._similarity(output, truth, metric._by_convolution).mean(dim=1)
    assert torch.allclose(metric.map(output, truth), at_once, atol=1e-12)


def test_ms_ssim_is_wangs_formula(pictures) -> None:
    """In float64: contrast-structure at four scales, SSIM at the fifth."""
    images = _scored(pictures)
    x, y = images.output.double(), images.truth.double()
    product = torch.ones(len(x), dtype=torch.float64)
    for scale, beta in enumerate(BETAS):
        product *= _mean_similarity(x, y, coarsest=scale == 4).clamp(min=0) ** beta
        x, y = (torch.nn.functional.avg_pool2d(z, 2) for z in (x, y))
    ours = make_metric("ms_ssim", {}).scorer(CPU)(images)
    assert ours.tolist() == pytest.approx(product.tolist(), rel=1e-4)


def _mean_similarity(x: torch.Tensor, y: torch.Tensor, coarsest: bool) -> torch.Tensor:
    """(N,): contrast and structure over whole windows, or SSIM over the reflected image."""
    if coarsest:
        x, y = (torch.nn.functional.pad(z, (5, 5, 5, 5), mode="reflect") for z in (x, y))
    taps = torch.exp(-(torch.arange(-5, 6).double() ** 2) / (2 * 1.5**2))
    kernel = torch.outer(taps, taps).div(taps.sum() ** 2).expand(3, 1, 11, 11)
    mx, my, xx, yy, xy = (
        torch.nn.functional.conv2d(z, kernel, groups=3) for z in (x, y, x * x, y * y, x * y)
    )
    structure = (2 * (xy - mx * my) + 0.03**2) / (xx - mx**2 + yy - my**2 + 0.03**2)
    luminance = (2 * mx * my + 0.01**2) / (mx**2 + my**2 + 0.01**2)
    return (structure * luminance if coarsest else structure).flatten(1).mean(dim=1)


def test_opposite_noise_has_no_similarity() -> None:
    """Its negative contrast-structure counts as 0; a power of it would not be a number."""
    noise = torch.rand(1, 3, 176, 176, generator=torch.Generator().manual_seed(0))
    assert make_metric("ms_ssim", {}).scorer(CPU)(Scored(1 - noise, noise, None)).tolist() == [0]


def test_images_too_small_for_five_scales_are_named() -> None:
    metric = make_metric("ms_ssim", {})
    assert metric.undefined((176, 300)) is None
    metric.scorer(CPU)(Scored(torch.rand(1, 3, 176, 176), torch.rand(1, 3, 176, 176), None))
    assert metric.undefined((300, 175)) == "needs images of 176x176 or more for its 5 scales"

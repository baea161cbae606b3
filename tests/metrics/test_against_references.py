"""Our metrics against the packages that the field uses."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from tryonbench.metrics import make_metric
from tryonbench.metrics.base import NotDefined, Scored
from tryonbench.metrics.ciede2000 import ciede2000, lab_from_srgb
from tryonbench.metrics.frechet import frechet_distance
from tryonbench.metrics.kernel import Kid, mmd2

CPU = torch.device("cpu")


def _pictures() -> tuple[torch.Tensor, torch.Tensor]:
    """Two pairs of smooth pictures, float32 (2, 3, 64, 48) in [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(2, 3, 8, 6, generator=generator)
    truth = torch.nn.functional.interpolate(coarse, scale_factor=8, mode="bicubic").clamp(0, 1)
    noise = 0.05 * torch.randn(truth.shape, generator=generator)
    return (truth + noise).clamp(0, 1), truth


def _score(key: str) -> list[float]:
    output, truth = _pictures()
    inside = torch.ones(2, 64, 48, dtype=torch.bool)
    return make_metric(key, {}).scorer(CPU)(Scored(output, truth, inside)).tolist()


def test_ssim_is_skimages_but_for_the_border() -> None:
    """skimage reflects with the edge pixel repeated, torchmetrics without; both average all."""
    output, truth = (images.permute(0, 2, 3, 1).double().numpy() for images in _pictures())
    for ours, a, b in zip(_score("ssim"), output, truth, strict=True):
        settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        _, whole = structural_similarity(
            a, b, data_range=1.0, channel_axis=2, full=True, **settings
        )
        assert ours == pytest.approx(whole.mean(), abs=5e-4)


def test_ssim_is_wangs_formula() -> None:
    output, truth = (images.double() for images in _pictures())
    taps = torch.exp(-(torch.arange(-5, 6).double() ** 2) / (2 * 1.5**2))
    kernel = torch.outer(taps, taps).div(taps.sum() ** 2).expand(3, 1, 11, 11)

    def local_mean(images: torch.Tensor) -> torch.Tensor:
        padded = torch.nn.functional.pad(images, (5, 5, 5, 5), mode="reflect")
        return torch.nn.functional.conv2d(padded, kernel, groups=3)

    m1, m2 = local_mean(output), local_mean(truth)
    v1, v2 = local_mean(output**2) - m1**2, local_mean(truth**2) - m2**2
    covariance = local_mean(output * truth) - m1 * m2
    luminance = (2 * m1 * m2 + 0.01**2) / (m1**2 + m2**2 + 0.01**2)
    structure = (2 * covariance + 0.03**2) / (v1 + v2 + 0.03**2)
    assert _score("ssim") == pytest.approx(
        (luminance * structure).mean(dim=(1, 2, 3)).tolist(), abs=1e-5
    )


def test_psnr_is_skimages_per_image() -> None:
    output, truth = (images.double().numpy() for images in _pictures())
    theirs = [
        peak_signal_noise_ratio(b, a, data_range=1.0) for a, b in zip(output, truth, strict=True)
    ]
    assert _score("psnr") == pytest.approx(theirs, rel=1e-5)


def test_equal_images_have_a_finite_psnr() -> None:
    _, truth = _pictures()
    assert make_metric("psnr", {}).scorer(CPU)(Scored(truth, truth, None)).tolist() == [100, 100]


def test_ciede2000_is_skimages() -> None:
    output, truth = _pictures()
    ours = ciede2000(lab_from_srgb(output), lab_from_srgb(truth)).numpy()
    for i in range(2):
        labs = [rgb2lab(x[i].permute(1, 2, 0).double().numpy()) for x in (output, truth)]
        assert np.allclose(ours[i], deltaE_ciede2000(*labs), atol=1e-9)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [  # rows 1, 7, 10, 16 and 25 of table 1 of Sharma, Wu and Dalal (2005)
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0010), 7.1792),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_ciede2000_gives_sharmas_values(one, two, expected) -> None:
    labs = [torch.tensor(lab, dtype=torch.float64).view(1, 3, 1, 1) for lab in (one, two)]
    assert ciede2000(*labs).item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("block", [7, 100, 16_384])
def test_garment_colour_looks_only_inside(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tryonbench.metrics.garment_colour.BLOCK", block)
    output, truth = _pictures()
    inside = torch.zeros(2, 64, 48, dtype=torch.bool)
    inside[0, 10:20, 10:20] = True
    output[:, :, 30:] = 1 - output[:, :, 30:]
    scores = make_metric("garment_ciede2000", {}).scorer(CPU)(Scored(output, truth, inside))
    field = ciede2000(lab_from_srgb(output), lab_from_srgb(truth))
    assert scores[0].item() == pytest.approx(field[0, 10:20, 10:20].mean().item(), rel=1e-12)
    assert scores[1].isnan()


@pytest.mark.parametrize(("count", "dimensions"), [(40, 64), (300, 32)])
def test_frechet_distance_is_clean_fids(count: int, dimensions: int) -> None:
    from cleanfid.fid import frechet_distance as reference

    rng = np.random.default_rng(0)
    one = rng.normal(size=(count, dimensions)).astype(np.float32)
    two = (rng.normal(size=(count + 9, dimensions)) ** 2).astype(np.float32)
    moments = [f(x.astype(np.float64)) for x in (one, two) for f in (_mean, _covariance)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # clean-fid calls sqrtm in a deprecated way
        try:
            expected = reference(*moments)
        except TypeError:
            pytest.skip("clean-fid 0.1.35 cannot compute FID with SciPy >= 1.18")
    assert frechet_distance(one, two) == pytest.approx(expected, rel=1e-4)


def _mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=0)


def _covariance(x: np.ndarray) -> np.ndarray:
    return np.cov(x, rowvar=False)


def test_mmd2_is_clean_fids_kernel_distance() -> None:
    from cleanfid.fid import kernel_distance

    rng = np.random.default_rng(0)
    one, two = (rng.normal(loc=m, size=(60, 16)) for m in (0.0, 0.3))
    assert mmd2(one, two) == pytest.approx(kernel_distance(one, two, num_subsets=1), rel=1e-6)


def test_kid_is_seeded_and_uses_the_smaller_set() -> None:
    rng = np.random.default_rng(0)
    one, two = (rng.normal(size=(n, 8)).astype(np.float32) for n in (30, 50))
    kid = Kid(subset_size=20)
    assert kid.value(one, two) == kid.value(one, two)
    assert kid.value(one, two) != Kid(subset_size=20, seed=1).value(one, two)
    shuffled = rng.permutation(one), rng.permutation(two)
    assert kid.value(*shuffled) == pytest.approx(kid.value(one, two), rel=1e-9)
    with pytest.raises(NotDefined, match="needs 2 images or more, there are 1"):
        kid.value(one[:1], two)


def test_lpips_gives_torchmetrics_documented_values(real_weights) -> None:
    """The example in the documentation of torchmetrics 1.9: squeeze, seed 42."""
    from tryonbench.metrics.lpips import load_lpips

    generator = torch.Generator().manual_seed(42)
    one, two = (torch.rand(2, 3, 100, 100, generator=generator) * 2 - 1 for _ in range(2))
    with torch.inference_mode():
        ours = load_lpips("squeeze", CPU)(one, two).flatten().tolist()
    assert ours == pytest.approx([0.1024, 0.0938], abs=5e-5)


def test_lpips_is_a_distance_between_images(real_weights) -> None:
    output, truth = _pictures()
    for key in ("lpips_alex", "lpips_squeeze"):
        score = make_metric(key, {}).scorer(CPU)
        with torch.inference_mode():
            near = score(Scored(output, truth, None))
            far = score(Scored(1 - truth, truth, None))
            same = score(Scored(truth, truth, None))
        assert same.abs().max() < 1e-6
        assert (far > near).all()

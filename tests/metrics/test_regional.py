"""Paired metrics inside a part of the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate
from tryonbench.metrics import make_metric
from tryonbench.metrics.base import Scored
from tryonbench.protocols import get_protocol
from tryonbench.request import Request
from tryonbench.runs import Run
from tryonbench.subjects import images_subject

CPU = torch.device("cpu")


@pytest.fixture
def scored() -> Scored:
    """The output is wrong by 0.1 in the left half, by 0.3 in the right; the left counts."""
    truth = torch.full((2, 3, 32, 24), 0.5)
    output = truth + 0.1
    output[..., 12:] += 0.2
    inside = torch.zeros(2, 32, 24, dtype=torch.bool)
    inside[0, :, :12] = True
    return Scored(output, truth, inside)


@pytest.mark.parametrize(("key", "expected"), [("l1", 0.1), ("mse", 0.01), ("psnr", 20.0)])
def test_only_the_region_counts(scored: Scored, key: str, expected: float) -> None:
    first, second = make_metric(f"{key}@garment", {}).scorer(CPU)(scored).tolist()
    assert first == pytest.approx(expected, rel=1e-4)
    assert np.isnan(second), "an image without the region does not count"


def test_the_whole_picture_as_a_region_is_the_metric_itself(scored: Scored) -> None:
    every = Scored(scored.output, scored.truth, torch.ones(2, 32, 24, dtype=torch.bool))
    for key, given in (("l1", {}), ("psnr", {}), ("ssim", {}), ("ssim", {"border": "valid"})):
        whole = make_metric(key, given).scorer(CPU)(every)
        inside = make_metric(f"{key}@preserved", given).scorer(CPU)(every)
        assert inside.tolist() == pytest.approx(whole.tolist(), rel=1e-5)


@pytest.mark.parametrize("key", ["lpips_alex", "lpips_squeeze"])
def test_lpips_over_the_whole_picture(real_weights: Path, key: str) -> None:
    generator = torch.Generator().manual_seed(0)
    pair = (torch.rand(2, 3, 64, 48, generator=generator) for _ in range(2))
    every = Scored(*pair, torch.ones(2, 64, 48, dtype=torch.bool))
    inside = make_metric(f"{key}@garment", {}).scorer(CPU)(every)
    whole = make_metric(key, {}).scorer(CPU)(every)
    assert inside.tolist() == pytest.approx(whole.tolist(), rel=1e-5)


def test_lpips_looks_at_the_region(real_weights: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    truth = torch.rand(1, 3, 128, 96, generator=generator)
    output = truth.clone()
    output[:, :, :32] = 1 - output[:, :, :32]
    places = {}
    for name, rows in (("changed", slice(0, 32)), ("same", slice(96, 128))):
        inside = torch.zeros(1, 128, 96, dtype=torch.bool)
        inside[:, rows] = True
        score = make_metric("lpips_alex@garment", {}).scorer(CPU)
        places[name] = score(Scored(output, truth, inside)).item()
    assert places["changed"] > 20 * places["same"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("l1@sleeve", 'no region "sleeve"'),
        ("fid@garment", "no value for a part"),
        ("garment_ciede2000@garment", "no value for a part"),
    ],
)
def test_what_has_no_regions_is_refused(key: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_metric(key, {})


def test_what_must_stay_is_compared_with_the_photograph(synth_root: Path, tmp_path: Path) -> None:
    """The photograph returned for another garment: all is preserved, the garment is wrong."""
    split, folder = open_split(synth_root, "test"), tmp_path / "images"
    folder.mkdir()
    for name in split.ids("image"):
        Image.open(split.path("image", name)).save(folder / f"{name}.png")
    keys = ("l1@preserved", "psnr@preserved", "l1@garment", "l1")
    request = Request(get_protocol("synth/unpaired-64x48"), split, keys, efficiency=False)
    found = evaluate(images_subject(Run(tmp_path / "run"), folder), request).metrics
    assert found["l1@preserved"].value == 0
    assert found["psnr@preserved"].value == 100
    assert found["l1@garment"].value > found["l1"].value > 0


def test_real_unpaired_pairs_have_a_value_for_what_must_stay(
    own_root: Path, tmp_path: Path
) -> None:
    split, folder = open_split(own_root, "test"), tmp_path / "images"
    folder.mkdir()
    for file in (own_root / "test" / "unpaired-truth").iterdir():
        file.rename(folder / f"{file.name.split('__')[0]}.png")
    request = Request(
        get_protocol("synth/unpaired-64x48"), split, ("l1@preserved", "l1"), efficiency=False
    )
    found = evaluate(images_subject(Run(tmp_path / "run"), folder), request).metrics
    assert 0 < found["l1@preserved"].value < 0.05
    assert "no ground truth" in str(found["l1"].missing)

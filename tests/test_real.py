"""Real VITON-HD files, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def reencoded(real_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 36 photographs as JPEG q75 at their own size: images made elsewhere."""
    folder = tmp_path_factory.mktemp("reencoded") / "jpeg-q75"
    folder.mkdir()
    for file in (real_samples / "viton-hd-photos" / "test" / "image").glob("*.jpg"):
        Image.open(file).save(folder / file.name, quality=75)
    return folder


def test_images_made_elsewhere_are_scored(command, real_samples: Path, reencoded: Path) -> None:
    data = real_samples / "viton-hd-photos"
    done = command(
        "eval", "--images", reencoded, "--data", data, "--metrics", "psnr,ssim", "--json"
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["protocol"] == "viton-hd/paired-1024x768"
    assert result["n"] == 36
    assert result["metrics"]["psnr"]["value"] == pytest.approx(40.7, abs=0.5)
    assert result["metrics"]["ssim"]["value"] == pytest.approx(0.98, abs=0.005)


def test_a_method_trains_and_is_evaluated(command, real_samples: Path) -> None:
    common = ["--data", real_samples / "viton-hd-complete"]
    small = ["--set", "images=8", "--set", "batch_size=2"]
    done = command("train", "--method", "pix2pix", "--preset", "nano", *common, *small)
    assert done.returncode == 0, done.stderr
    assert "has no train split: training on its test split" in done.stderr
    protocol = ["--protocol", "synth/paired-64x48"]
    evaluate = ["eval", "pix2pix-nano-s0", *common, *protocol, "--no-efficiency", "--json"]
    done = command(*evaluate)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["trained_on_test"] is True

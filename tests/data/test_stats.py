"""`data stats` describes a data folder: each figure against files whose content is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tryonbench.cli.data import app
from tryonbench.data.colours import Lab, colour_name, mean_lab
from tryonbench.data.jobs import Job
from tryonbench.data.measure import jpeg_quality, measure
from tryonbench.data.stats import Stats, root_stats
from tryonbench.errors import InputError


def _test_split(root: Path) -> Stats:
    stats: Stats = root_stats(root)["splits"]["test"]
    return stats


def test_a_procedural_set(synth_root: Path) -> None:
    stats = root_stats(synth_root)
    assert stats["root"] == str(synth_root)
    assert [found["persons"] for found in stats["splits"].values()] == [4, 8]
    test = stats["splits"]["test"]
    assert (test["garments"], test["own_garment_pairs"], test["listed_pairs"]) == (4, 4, 4)
    assert test["sizes"] == {"64x48": 4}
    for shares in (test["labels"], test["garment_colours"]):
        assert sum(shares.values()) == pytest.approx(1)
    assert test["joints"]["nose"] == 1
    assert len(test["joints"]) == 25
    for attribute in ("category", "pattern", "right arm", "left arm"):
        assert sum(test["attributes"][attribute].values()) == 4


def test_labels_joints_and_masks_are_means_over_the_persons(own_root: Path) -> None:
    test = own_root / "test"
    for number in range(4):
        parse = np.zeros((64, 48), np.uint8)
        parse[: 16 * number] = 5
        Image.fromarray(parse).save(test / f"image-parse-v3/{number:05d}_00.png")
        mask = Image.fromarray((parse == 5).astype(np.uint8) * 255)
        mask.save(test / f"agnostic-mask/{number:05d}_00_mask.png")
    pose = json.dumps({"people": []})
    (test / "openpose_json" / "00001_00_keypoints.json").write_text(pose)
    stats = _test_split(own_root)
    assert stats["labels"]["upper clothes"] == pytest.approx(0.375)
    assert stats["labels"]["background"] == pytest.approx(0.625)
    assert stats["agnostic_mask"] == {"mean": 0.375, "min": 0.0, "max": 0.75}
    assert stats["joints"]["neck"] == 0.75


def test_garment_colour_is_taken_inside_the_mask(own_root: Path) -> None:
    test = own_root / "test"
    mask = np.zeros((64, 48), np.uint8)
    mask[16:48, 12:36] = 255
    cloth = np.where(mask[..., None] > 0, np.uint8([200, 20, 20]), np.uint8(255))
    for number in range(4):
        Image.fromarray(cloth).save(test / f"cloth/{number:05d}_00.jpg", quality=95)
        Image.fromarray(mask).save(test / f"cloth-mask/{number:05d}_00.jpg", quality=95)
    assert _test_split(own_root)["garment_colours"] == {"red": 1.0}
    shutil.rmtree(test / "cloth-mask")
    stats = _test_split(own_root)
    assert stats["garment_colours"] == {"red": 1.0}
    assert stats["garment_lab"]["std"] == pytest.approx([0, 0, 0])


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((255, 0, 0), "red"), ((255, 165, 0), "orange"), ((255, 255, 0), "yellow"),
        ((0, 128, 0), "green"), ((0, 255, 255), "cyan"), ((0, 0, 255), "blue"),
        ((128, 0, 128), "purple"), ((255, 192, 203), "pink"), ((139, 69, 19), "brown"),
        ((195, 176, 145), "beige"), ((250, 250, 250), "white"), ((128, 128, 128), "grey"),
        ((20, 20, 25), "black"),
    ],
)  # fmt: skip
def test_colour_names(rgb: tuple[int, int, int], name: str) -> None:
    picture = np.full((2, 2, 3), rgb, np.uint8)
    assert colour_name(mean_lab(picture, np.ones((2, 2), bool))) == name


def test_lab_agrees_with_scikit_image() -> None:
    from skimage.color import rgb2lab

    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    expected = rgb2lab(picture).reshape(-1, 3).mean(axis=0)
    found = mean_lab(picture, np.ones((8, 8), bool))
    assert isinstance(found, Lab)
    assert np.allclose(found, expected, atol=0.1)


@pytest.mark.parametrize("quality", [30, 50, 75, 95])
def test_jpeg_quality(tmp_path: Path, quality: int) -> None:
    path = tmp_path / "x.jpg"
    Image.new("RGB", (16, 16)).save(path, quality=quality)
    assert jpeg_quality(path) == pytest.approx(quality, abs=1.5)
    Image.new("RGB", (16, 16)).save(tmp_path / "x.png")
    assert jpeg_quality(tmp_path / "x.png") is None


def test_what_is_not_there_is_left_out(own_root: Path) -> None:
    for folder in ("image-parse-v3", "openpose_json", "agnostic-mask", "attributes"):
        shutil.rmtree(own_root / "test" / folder)
    (own_root / "test_pairs.txt").unlink()
    stats = _test_split(own_root)
    assert stats["listed_pairs"] is None
    assert not {"labels", "joints", "agnostic_mask", "attributes"} & set(stats)


def test_a_mask_that_has_no_file_is_measured_as_the_loader_computes_it(own_root: Path) -> None:
    job = Job(own_root, "test", "00001_00")
    drawn = measure(job).cover
    shutil.rmtree(own_root / "test" / "agnostic-mask")
    assert measure(job).cover == pytest.approx(drawn, abs=0.02)


def test_an_unreadable_file_is_named(own_root: Path) -> None:
    (own_root / "test" / "cloth" / "00001_00.jpg").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"cloth/00001_00\.jpg cannot be read"):
        root_stats(own_root)


def test_command(synth_root: Path) -> None:
    shown = CliRunner().invoke(app, ["stats", str(synth_root)])
    assert shown.exit_code == 0
    assert "upper clothes" in shown.stdout
    printed = CliRunner().invoke(app, ["stats", str(synth_root), "--json"])
    assert json.loads(printed.stdout) == root_stats(synth_root)


def test_real_photographs(real_samples: Path) -> None:
    stats = _test_split(real_samples / "viton-hd-complete")
    assert stats["sizes"] == {"1024x768": 3}
    assert stats["jpeg_quality"]["mean"] == pytest.approx(95, abs=1)
    assert 0.2 < stats["agnostic_mask"]["mean"] < 0.5

"""Images that are the photograph or the truth, or have it pasted in; swapped pairs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tryonbench.data.layout import open_split
from tryonbench.data.pairs import Pair, pairs_of
from tryonbench.data.sample import Sample
from tryonbench.images import decode
from tryonbench.precheck import check_images
from tryonbench.precheck.copies import farthest_tile
from tryonbench.precheck.garments import other_garments
from tryonbench.protocols import get_protocol

FIRST = "00000_00.png"
LEAK, COPIED = "identical to the ground truth (leak)", "identical to the input person (copied)"
PASTED = "the photograph is pasted outside the mask (repaint); share of equal pixels"
NO_MASKS = "pasting outside the mask not checked: no agnostic masks"


def _photo(root: Path) -> Image.Image:
    return decode(root / "test" / "image" / "00000_00.jpg", "RGB")


@pytest.mark.parametrize(("pairing", "kind"), [("paired", LEAK), ("unpaired", COPIED)])
def test_the_photograph_itself(clean, check, dozen: Path, pairing: str, kind: str) -> None:
    folder = clean(pairing)
    _photo(dozen).save(folder / FIRST)
    found = check(folder, pairing)
    assert list(found) == [kind]
    assert (found[kind].level, found[kind].names) == ("error", ["00000_00"])


def test_the_truth_of_an_unpaired_pair(clean, check, dozen: Path) -> None:
    folder = clean("unpaired")
    (truth,) = (dozen / "test" / "unpaired-truth").glob("00000_00__*.png")
    shutil.copy(truth, folder / FIRST)
    assert list(check(folder, "unpaired")) == [LEAK]


@pytest.mark.parametrize(("shift", "kind"), [(1, LEAK), (2, f"near {LEAK}")])
def test_rounding_is_identical_and_more_is_near(clean, check, dozen, shift: int, kind: str) -> None:
    folder = clean()
    pixels = np.asarray(_photo(dozen)).astype(int)
    Image.fromarray((pixels - shift).clip(0, 255).astype(np.uint8)).save(folder / FIRST)
    found = check(folder)
    assert list(found) == [kind]
    if shift > 1:
        assert found[kind].level == "warning"
        assert found[kind].names == ["00000_00: 2.0 levels apart"]


def test_a_photograph_resized_by_another_filter(clean, dozen: Path, tmp_path: Path) -> None:
    """The protocol asks for a quarter of the size at which the photographs are."""
    folder, small = clean(), (32, 24)
    for file in folder.iterdir():
        decode(file, "RGB").resize(small[::-1]).save(file)
    _photo(dozen).resize(small[::-1], Image.Resampling.BILINEAR).save(folder / FIRST)
    split, own = open_split(dozen, "test"), get_protocol("synth/paired-64x48")
    protocol = own.model_copy(update={"size": small})
    found = check_images(folder, split, protocol, pairs_of(split, "paired", own.pairs), workers=1)
    assert [(f.kind, f.names) for f in found.of("error")] == [(LEAK, ["00000_00"])]


def _paste(root: Path, file: Path, blur: float = 0) -> float:
    """The photograph, maybe blurred, outside the mask; how much of the image that is."""
    sample = Sample(open_split(root, "test"), Pair(file.stem, file.stem), (64, 48))
    mask = sample.array("agnostic_mask").astype(bool)
    photo = cv2.GaussianBlur(sample.photo, (0, 0), blur) if blur else sample.photo
    Image.fromarray(np.where(mask[..., None], decode(file, "RGB"), photo)).save(file)
    return float(1 - mask.mean())


@pytest.mark.parametrize("pairing", ["paired", "unpaired"])
def test_pasting_outside_the_mask(clean, check, dozen: Path, pairing: str) -> None:
    folder = clean(pairing)
    assert _paste(dozen, folder / FIRST) > 0.5
    found = check(folder, pairing)
    assert list(found) == [PASTED]
    assert found[PASTED].level == "warning"
    assert found[PASTED].names[0].startswith("00000_00: outside 100.0%, inside ")


def test_what_is_only_like_the_photograph_is_not_pasted(clean, check, dozen: Path) -> None:
    """Blurred by half a pixel, three quarters of all pixels stay equal: the flat ground."""
    folder = clean()
    for file in folder.iterdir():
        _paste(dozen, file, blur=0.5)
    assert check(folder) == {}


def test_pasting_into_the_agnostic_picture(clean, check, dozen: Path) -> None:
    """Its JPEG data are others than the photograph's."""
    folder = clean("unpaired")
    agnostic = decode(dozen / "test" / "agnostic-v3.2" / "00000_00.jpg", "RGB")
    agnostic.save(folder / FIRST)
    assert list(check(folder, "unpaired")) == [PASTED]


def test_without_masks_pasting_is_not_checked(clean, dozen: Path, tmp_path: Path, check) -> None:
    folder, root = clean(), tmp_path / "bare"
    for name in ("image", "cloth", "cloth-mask"):
        shutil.copytree(dozen / "test" / name, root / "test" / name)
    shutil.copy(dozen / "test_pairs.txt", root)
    _paste(dozen, folder / FIRST)
    found = check(folder, root=root)
    assert [(f.level, f.kind, f.count) for f in found.values()] == [("note", NO_MASKS, 12)]


def test_farthest_tile_counts_no_fine_noise() -> None:
    grey = np.full((64, 48, 3), 100, np.uint8)
    checker = grey + (np.indices((64, 48)).sum(0) % 2 * 40).astype(np.uint8)[..., None] - 20
    assert farthest_tile(grey, checker) < 0.5
    grey[8:16, 8:16, 0] += 30
    assert farthest_tile(grey, np.full_like(grey, 100)) == pytest.approx(10)


@pytest.mark.parametrize(
    ("made", "scored", "text"),
    [
        ("unpaired", "paired", "look like the garment of the unpaired list"),
        ("paired", "unpaired", "look like the garment that the person wore"),
    ],
)
def test_swapped_pairs(clean, check, made: str, scored: str, text: str) -> None:
    found = check(clean(made), scored)
    (finding,) = found.values()
    assert finding.kind.startswith(f"swapped pairs: {finding.count} of ")
    assert text in finding.kind
    assert finding.level == "error"
    assert finding.count >= 8
    assert " as " in finding.names[0]


def test_a_few_wrong_garments_are_no_vote(clean, check) -> None:
    right, wrong = clean("paired"), clean("unpaired")
    for file in sorted(wrong.iterdir())[:6]:
        shutil.copy(file, right / file.name)
    assert check(right) == {}


def test_the_other_garment_of_each_pairing(dozen: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("00000_00.jpg 00002_00.jpg\n00000_00.jpg 00001_00.jpg\n")
    split, protocol = open_split(dozen, "test"), get_protocol("synth/unpaired-64x48")
    paired = pairs_of(split, "paired", "", mine)
    others = other_garments(split, protocol, paired, mine)
    assert others == {"00000_00": ("00000_00", "00002_00")}, "the first of several"
    unpaired = pairs_of(split, "unpaired", "", mine)
    others = other_garments(split, protocol, unpaired, mine)
    assert others["00000_00__00001_00"] == ("00001_00", "00000_00")
    assert len(others) == 2


def test_no_list_to_compare_with(clean, check, dozen: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(dozen, tmp_path / "unlisted"))
    (root / "test_pairs.txt").unlink()
    found = check(clean("paired"), root=root)
    assert [(f.level, f.kind) for f in found.values()] == [("note", "garments not compared")]


def test_command(command, clean, dozen: Path) -> None:
    folder = clean()
    words = ["eval", "--images", folder, "--data", dozen, "--check"]
    done = command(*words)
    assert done.returncode == 0, done.stderr
    assert "12 images of 12 pairs" in done.stdout
    assert "no findings" in done.stdout
    assert "check: took" in done.stderr
    _photo(dozen).save(folder / "00000_00.jpg", quality=60)
    (folder / FIRST).unlink()
    done = command(*words)
    assert done.returncode == 0, "warnings alone"
    for text in ("warning", "saved as JPEG", "00000_00.jpg: quality 60"):
        assert text in done.stdout
    (folder / "00001_00.png").unlink()
    done = command(*words, "--json", "--protocol", "synth/paired-64x48")
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert found["errors"] == ["test: missing (1): 00001_00"]
    assert found["protocol"] == "synth/paired-64x48"
    assert found["counts"] == {"test": {"pairs": 12, "images": 11}}
    assert not Path("runs").exists(), "nothing is scored or written"


def test_command_needs_images(command, dozen: Path) -> None:
    done = command("eval", "mean-colour", "--data", dozen, "--check")
    assert done.returncode == 2
    assert "--images" in done.stderr


@pytest.fixture(scope="module")
def reencoded(real_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 36 photographs as JPEG q75."""
    folder = tmp_path_factory.mktemp("q75")
    for file in (real_samples / "viton-hd-photos" / "test" / "image").glob("*.jpg"):
        Image.open(file).save(folder / file.name, quality=75)
    return folder


def test_real_truth_as_jpeg(command, real_samples: Path, reencoded: Path) -> None:
    data = ["--data", real_samples / "viton-hd-photos", "--check", "--json"]
    done = command("eval", "--images", reencoded, *data)
    assert done.returncode == 0, done.stderr
    found = {f["kind"]: f for f in json.loads(done.stdout)["findings"]}
    assert set(found) == {f"near {LEAK}", "saved as JPEG"}
    assert {f["count"] for f in found.values()} == {36}
    assert all(name.endswith("quality 75") for name in found["saved as JPEG"]["names"])
    unpaired = ["--protocol", "viton-hd/unpaired-1024x768"]
    done = command("eval", "--images", reencoded, *data, *unpaired)
    assert done.returncode == 2
    assert "29 of 31 look like the garment that the person wore" in done.stdout

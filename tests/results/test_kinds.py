"""Every kind of result travels: images made elsewhere, skipped ones, presets, own pair lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.results.conftest import PROTOCOL
from tryonbench.exchange.schema import read_exchange
from tryonbench.exchange.verify import AtHand, verify


@pytest.fixture
def pictures(synth_root: Path, tmp_path: Path) -> Path:
    """The photographs themselves, as if made elsewhere."""
    folder = tmp_path / "made"
    folder.mkdir()
    for file in (synth_root / "test/image").glob("*.jpg"):
        Image.open(file).save(folder / f"{file.stem}.png")
    return folder


def _export(command, tmp_path: Path, *arguments: object) -> Path:
    """Evaluate, export with per-image values, verify and import into another folder."""
    done = command("eval", *arguments)
    assert done.returncode == 0, done.stderr
    done = command("results", "export", "--per-image", "--out", "out.json")
    assert done.returncode == 0, done.stderr
    assert "left out" not in done.stderr
    assert verify(tmp_path / "out.json", AtHand()).findings == []
    assert command("results", "import", "out.json", "--runs", "theirs").returncode == 0
    return tmp_path / "out.json"


def test_images_made_elsewhere(command, pictures: Path, synth_root: Path, tmp_path: Path) -> None:
    common = ["--images", pictures, "--data", synth_root, "--metrics", "ssim"]
    file = _export(command, tmp_path, *common, "--protocol", PROTOCOL)
    [parcel] = read_exchange(file)
    assert (parcel.origin.kind, parcel.result.method) == ("images", "made")
    assert str(tmp_path) not in file.read_text()
    at_hand = AtHand(pictures, synth_root, sample=3)
    assert (verify(file, at_hand).findings, verify(file, at_hand).notes) == ([], [])


def test_presets(command, pictures: Path, synth_root: Path, tmp_path: Path) -> None:
    file = _export(
        command, tmp_path, "--images", pictures, "--data", synth_root, "--preset", "vtoneval"
    )
    [parcel] = read_exchange(file)
    assert parcel.result.protocol == "vtoneval/paired-64x48"
    assert verify(file, AtHand(pictures, synth_root, sample=3)).findings == []


def test_a_pair_list_of_its_own(command, synth_root: Path, tmp_path: Path) -> None:
    lines = (synth_root / "test_pairs.txt").read_text().splitlines()[:3]
    (tmp_path / "mine.txt").write_text("\n".join(lines))
    common = ["--data", synth_root, "--no-efficiency", "--metrics", "l1", "--protocol", PROTOCOL]
    file = _export(command, tmp_path, "grey-fill", *common, "--pairs", tmp_path / "mine.txt")
    [parcel] = read_exchange(file)
    assert (parcel.result.protocol, parcel.result.n) == (f"{PROTOCOL}@mine", 3)
    assert parcel.result.data.pair_file == "mine.txt"
    [line] = verify(file, AtHand(data=synth_root)).notes
    assert line.endswith("has a pair list of its own; give it with --pairs FILE")
    own = AtHand(tmp_path / "runs", synth_root, 2, 0, tmp_path / "mine.txt")
    assert (verify(file, own).findings, verify(file, own).notes) == ([], [])


def test_skipped(command, synth_root: Path, tmp_path: Path) -> None:
    common = ["--data", synth_root, "--no-efficiency", "--protocol", PROTOCOL]
    [parcel] = read_exchange(_export(command, tmp_path, "copy-person", *common))
    assert parcel.result.skipped
    assert (parcel.images, parcel.per_image) == ({}, None)

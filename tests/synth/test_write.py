"""Writing a data set: formats, determinism, resuming, refusals."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tryonbench.errors import InputError
from tryonbench.synth import SynthSpec, write_dataset
from tryonbench.synth import write as writing
from tryonbench.synth.files import read_warp
from tryonbench.synth.render import render
from tryonbench.synth.sample import garment_of, person_of

SPEC = SynthSpec(size=(64, 48), train=3, test=3, seed=3)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("set") / "root"
    write_dataset(path, SPEC, workers=1)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file under a folder, by relative path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_every_folder_of_the_layout_is_there(root: Path) -> None:
    names = {path.name for path in (root / "train").iterdir()}
    assert names == {
        "image", "cloth", "cloth-mask", "image-parse-v3", "image-parse-agnostic-v3.2",
        "openpose_img", "openpose_json", "image-densepose", "agnostic-v3.2", "agnostic-mask",
        "warp", "attributes",
    }  # fmt: skip
    assert not list(root.rglob("*.tmp"))
    assert not root.with_name("root.partial").exists()


def test_ids_of_train_and_test_do_not_collide(root: Path) -> None:
    ids = {s: sorted(p.stem for p in (root / s / "image").iterdir()) for s in ("test", "train")}
    assert ids["test"] == ["00000_00", "00001_00", "00002_00"]
    assert ids["train"] == ["00003_00", "00004_00", "00005_00"]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("image/00000_00.jpg", "RGB"),
        ("cloth/00000_00.jpg", "RGB"),
        ("cloth-mask/00000_00.jpg", "L"),
        ("image-parse-v3/00000_00.png", "P"),
        ("image-parse-agnostic-v3.2/00000_00.png", "P"),
        ("openpose_img/00000_00_rendered.png", "RGB"),
        ("image-densepose/00000_00.jpg", "RGB"),
        ("agnostic-v3.2/00000_00.jpg", "RGB"),
        ("agnostic-mask/00000_00_mask.png", "RGB"),
    ],
)
def test_pictures_have_the_real_formats(root: Path, name: str, mode: str) -> None:
    with Image.open(root / "test" / name) as image:
        assert image.mode == mode
        assert image.size == (48, 64)
        assert image.format == ("JPEG" if name.endswith("jpg") else "PNG")
        values = np.asarray(image)
    if mode == "P":
        assert values.max() < 20
    if "agnostic-mask" in name:
        assert set(np.unique(values)) == {0, 255}


def test_the_palette_is_that_of_the_real_parse_maps(root: Path) -> None:
    with Image.open(root / "test" / "image-parse-v3" / "00000_00.png") as image:
        palette = image.getpalette()
    assert palette is not None
    assert palette[:18] == [0, 0, 0, 128, 0, 0, 254, 0, 0, 0, 85, 0, 169, 0, 51, 254, 85, 0]


def test_keypoints_are_openpose_json(root: Path) -> None:
    for path in (root / "test" / "openpose_json").iterdir():
        record = json.loads(path.read_text())
        assert record["version"] == 1.3
        joints = np.reshape(record["people"][0]["pose_keypoints_2d"], (25, 3))
        assert np.all(joints[:, :2] >= 0)
        assert np.all(joints[:, :2] <= [47, 63])


def test_the_warp_file_is_compact_and_complete(root: Path) -> None:
    path = root / "test" / "warp" / "00000_00.npz"
    warp = read_warp(path)
    assert warp.shape == (64, 48, 2)
    assert warp.dtype == np.float32
    assert path.stat().st_size < 12_000
    person, garment = person_of(3, "test", 0), garment_of(3, "test", 0)
    expected = render(person, garment, SPEC.size).warp
    assert np.nanmax(np.abs(warp - expected)) <= 1 / 64


def test_pairs_are_a_derangement(root: Path) -> None:
    for split in ("test", "train"):
        lines = [line.split() for line in (root / f"{split}_pairs.txt").read_text().splitlines()]
        persons, garments = zip(*lines, strict=True)
        assert sorted(persons) == sorted(garments)
        assert all(person != garment for person, garment in lines)


def test_every_unpaired_line_has_the_truth_that_rendering_gives(root: Path) -> None:
    lines = (root / "test_pairs.txt").read_text().splitlines()
    for line in lines:
        person, garment = (word.removesuffix(".jpg") for word in line.split())
        expected = render(
            person_of(3, "test", int(person[:5])),
            garment_of(3, "test", int(garment[:5])),
            SPEC.size,
        )
        name = f"{person}__{garment}.png"
        truth = np.asarray(Image.open(root / "test" / "unpaired-truth" / name))
        parse = np.asarray(Image.open(root / "test" / "unpaired-parse" / name))
        assert np.array_equal(truth, expected.image)
        assert np.array_equal(parse, expected.parse)


def test_a_person_in_the_own_garment_is_the_photograph(root: Path) -> None:
    drawn = render(person_of(3, "test", 1), garment_of(3, "test", 1), SPEC.size).image
    stream = io.BytesIO()
    Image.fromarray(drawn).save(stream, format="JPEG", quality=95, subsampling=0)
    assert (root / "test" / "image" / "00001_00.jpg").read_bytes() == stream.getvalue()


def test_attributes_say_who_wears_what(root: Path) -> None:
    record = json.loads((root / "train" / "attributes" / "00004_00.json").read_text())
    assert record["garment"]["category"] == garment_of(3, "train", 1).category
    assert record["person"]["skin"] == person_of(3, "train", 1).skin


def test_bytes_do_not_depend_on_the_number_of_workers(root: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "two", SPEC, workers=2)
    assert contents(tmp_path / "two") == contents(root)


def test_a_sample_does_not_depend_on_how_many_there_are(root: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "small", SynthSpec((64, 48), train=1, test=2, seed=3), workers=1)
    for folder in ("image", "cloth", "agnostic-v3.2"):
        for here, there in (
            ("test/{}/00000_00.jpg",) * 2,
            ("train/{}/00002_00.jpg", "train/{}/00003_00.jpg"),
        ):
            small = (tmp_path / "small" / here.format(folder)).read_bytes()
            assert small == (root / there.format(folder)).read_bytes()


def test_an_interrupted_call_is_taken_up(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, calls = tmp_path / "root", []
    original = writing.write_sample
    monkeypatch.setattr(writing, "write_sample", failing_after(2, original, calls))
    with pytest.raises(KeyboardInterrupt):
        write_dataset(path, SPEC, workers=1)
    assert not path.exists()
    (tmp_path / "root.partial" / "test" / "image" / ".x.tmp").write_text("left over")
    monkeypatch.setattr(writing, "write_sample", original)
    seen: list[tuple[int, int]] = []
    write_dataset(path, SPEC, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 6), (4, 6), (5, 6), (6, 6)]
    assert contents(path) == contents(root)


def failing_after(
    count: int, original: Callable[..., None], calls: list[int]
) -> Callable[..., None]:
    """`original`, interrupted after `count` calls."""

    def write_sample(*arguments: object) -> None:
        if len(calls) == count:
            raise KeyboardInterrupt
        calls.append(1)
        original(*arguments)

    return write_sample


def test_a_complete_set_is_left_alone(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    write_dataset(root, SPEC, workers=1)
    assert before == {path: path.stat().st_mtime_ns for path in root.rglob("*")}


@pytest.mark.parametrize(
    "spec", [SynthSpec((64, 48), 3, 3, seed=4), SynthSpec((96, 72), 3, 3, seed=3)]
)
def test_another_specification_is_refused(root: Path, spec: SynthSpec) -> None:
    with pytest.raises(InputError, match="another synthetic data set"):
        write_dataset(root, spec)


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not a synthetic data set"):
        write_dataset(tmp_path, SPEC)


@pytest.mark.parametrize(
    "spec",
    [
        SynthSpec(size=(8, 6)),
        SynthSpec(size=(9000, 48)),
        SynthSpec(train=0, test=0),
        SynthSpec(train=-1),
        SynthSpec(seed=-1),
    ],
)
def test_impossible_specifications_are_refused(tmp_path: Path, spec: SynthSpec) -> None:
    with pytest.raises(InputError):
        write_dataset(tmp_path / "root", spec)
    assert not list(tmp_path.iterdir())


def test_a_single_test_person_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody's garment to try on"):
        write_dataset(tmp_path / "one", SynthSpec((64, 48), train=0, test=1))


def test_an_empty_folder_is_filled_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the one that the user stands in, and one behind a link."""
    spec = SynthSpec((64, 48), train=0, test=2, seed=3)
    here, disk, link = (tmp_path / name for name in ("here", "disk", "link"))
    for folder in (here, disk):
        folder.mkdir()
    link.symlink_to(disk)
    monkeypatch.chdir(here)
    for root in (Path(), link):
        write_dataset(root, spec, workers=1)
        write_dataset(root, spec, workers=1)
    names = {"synth.json", "test", "test_pairs.txt", "train_pairs.txt"}
    assert {entry.name for entry in here.iterdir()} == names
    assert {entry.name for entry in disk.iterdir()} == names
    assert {entry.name for entry in tmp_path.iterdir()} == {"here", "disk", "link"}

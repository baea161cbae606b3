"""`data check` finds pictures that occur twice, and does not take different ones for the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tryonbench.data.check import check_root
from tryonbench.data.check.duplicates import Print, fingerprint, repeats, shared
from tryonbench.images import decode

Break = Callable[[Path], None]
Change = Callable[[Image.Image], Image.Image]


def copied(source: str, target: str) -> Break:
    return lambda root: shutil.copyfile(root / source, root / target) and None


def brighter(source: str, target: str) -> Break:
    """Other bytes and nearly the same picture: two levels brighter."""

    def fault(root: Path) -> None:
        pixels = np.asarray(decode(root / source, "RGB")).astype(int) + 2
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        image.save(root / target, quality=100, subsampling=0)

    return fault


@pytest.mark.parametrize(
    ("fault", "kind", "name"),
    [
        (
            copied("test/cloth/00001_00.jpg", "test/cloth/00002_00.jpg"),
            "garments twice",
            "00002_00 = 00001_00",
        ),
        (
            copied("test/image/00001_00.jpg", "test/image/00002_00.jpg"),
            "photographs twice",
            "00002_00 = 00001_00",
        ),
        (
            copied("train/cloth/00005_00.jpg", "test/cloth/00001_00.jpg"),
            "garments that are in train as well",
            "00001_00 = train/00005_00",
        ),
        (
            copied("train/image/00005_00.jpg", "test/image/00001_00.jpg"),
            "photographs that are in train as well",
            "00001_00 = train/00005_00",
        ),
        (
            brighter("test/cloth/00001_00.jpg", "test/cloth/00002_00.jpg"),
            "garments that look the same",
            "00002_00 = 00001_00",
        ),
        (
            brighter("test/image/00001_00.jpg", "test/image/00002_00.jpg"),
            "photographs that look the same",
            "00002_00 = 00001_00",
        ),
        (
            brighter("train/cloth/00005_00.jpg", "test/cloth/00001_00.jpg"),
            "garments that look like one in train",
            "00001_00 = train/00005_00",
        ),
        (
            brighter("train/image/00005_00.jpg", "test/image/00001_00.jpg"),
            "photographs that look like one in train",
            "00001_00 = train/00005_00",
        ),
    ],
)
def test_each_kind_alone(own_root: Path, fault: Break, kind: str, name: str) -> None:
    fault(own_root)
    findings = check_root(own_root)
    assert findings.errors == []
    assert [(f.split, f.kind, f.names) for f in findings.of("warning")] == [("test", kind, [name])]


def _print_of(level: int) -> Print:
    return Print(bytes([level]), bytes([level] * 192))


def test_three_alike_are_two_repeats() -> None:
    prints = {name: _print_of(level) for name, level in (("a", 10), ("b", 13), ("c", 17))}
    assert [fault.name for fault in repeats("garments", prints)] == ["b = a", "c = b"]


def test_one_mean_over_the_limit_tells_pictures_apart() -> None:
    train, near, far = {"t": _print_of(10)}, {"n": _print_of(16)}, {"f": _print_of(17)}
    assert [fault.name for fault in shared("garments", near, train)] == ["n = train/t"]
    assert list(shared("garments", far, train)) == []
    assert list(shared("garments", {}, train)) == list(shared("garments", far, {})) == []


def _smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width * 9 // 10, image.height * 9 // 10), Image.Resampling.LANCZOS)


@pytest.mark.parametrize("folder", ["cloth", "image"])
@pytest.mark.parametrize(
    ("change", "quality"), [(lambda image: image, 50), (_smaller, 95), (_smaller, 50)]
)
def test_real_copies_are_recognised_and_different_pictures_are_not(
    real_samples: Path, tmp_path: Path, folder: str, change: Change, quality: int
) -> None:
    files = sorted((real_samples / "viton-hd-photos" / "test" / folder).glob("*.jpg"))
    originals, copies = {}, {}
    for file in files:
        copy = tmp_path / file.name
        change(decode(file, "RGB")).save(copy, quality=quality)
        originals[file.stem], copies[file.stem] = _print(file), _print(copy)
        copy.unlink()
    assert list(repeats("garments", originals)) == list(repeats("garments", copies)) == []
    matches = [fault.name for fault in shared("garments", copies, originals)]
    assert matches == [f"{file.stem} = train/{file.stem}" for file in files]


def _print(file: Path) -> Print:
    return fingerprint(file, np.asarray(decode(file, "RGB")))

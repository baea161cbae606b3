"""Faults of single files: unreadable, sizes, codecs, modes, nothing in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tryonbench.images import decode
from tryonbench.precheck.coding import BLOCKY, blockiness, pixel_faults
from tryonbench.synth import SynthSpec, write_dataset

Change = Callable[[Image.Image], Image.Image]

FIRST = "00000_00.png"


@pytest.mark.parametrize("pairing", ["paired", "unpaired"])
def test_a_clean_folder_has_no_findings(clean, check, pairing: str) -> None:
    assert check(clean(pairing), pairing) == {}


def _change(folder: Path, change: Change) -> None:
    with Image.open(folder / FIRST) as image:
        image.load()
    change(image).save(folder / FIRST)


def test_truncated_and_unreadable(clean, check) -> None:
    folder = clean()
    content = (folder / FIRST).read_bytes()
    (folder / FIRST).write_bytes(content[: len(content) // 2])
    (folder / "00001_00.png").write_bytes(b"<html>")
    found = check(folder)
    assert list(found) == ["unreadable"]
    assert [name.split()[0] for name in found["unreadable"].names] == [FIRST, "00001_00.png"]


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        ((128, 96), "not 64x48"),
        ((64, 64), "squashed or cropped: another aspect ratio than 64x48"),
    ],
)
def test_wrong_size_and_aspect(clean, check, size: tuple[int, int], kind: str) -> None:
    folder = clean()
    _change(folder, lambda image: image.resize(size[::-1]))
    found = check(folder)
    assert set(found) == {kind, "sizes differ"}
    assert found[kind].level == "error"
    assert found[kind].names == [f"{FIRST} is {size[0]}x{size[1]}"]
    assert found["sizes differ"].names == ["11 of 64x48", f"1 of {size[0]}x{size[1]}"]


def _transparent(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@pytest.mark.parametrize(
    ("change", "kinds", "text"),
    [
        (lambda i: i.convert("L"), {"not stored as RGB", "without colours"}, "greyscale"),
        (lambda i: i.convert("L").convert("RGB"), {"without colours"}, FIRST),
        (lambda i: i.convert("RGBA"), {"not stored as RGB"}, "an alpha channel"),
        (lambda i: i.quantize(), {"not stored as RGB"}, "a palette"),
        (_transparent, {"refused"}, "transparent"),
        (lambda i: i.convert("I;16"), {"refused"}, "over 8 bits a channel"),
        (lambda i: i.convert("1"), {"refused"}, "one bit"),
    ],
)
def test_colour_modes(clean, check, change: Change, kinds: set[str], text: str) -> None:
    folder = clean()
    _change(folder, change)
    found = check(folder)
    assert set(found) == kinds
    assert text in next(iter(found.values())).names[0]
    assert all(f.level == ("error" if f.kind == "refused" else "warning") for f in found.values())


def test_sixteen_bits_of_rgb(clean, check) -> None:
    folder = clean()
    pixels = cv2.imread(str(folder / FIRST)).astype(np.uint16) * 257
    cv2.imwrite(str(folder / FIRST), pixels)
    assert "over 8 bits a channel" in check(folder)["refused"].names[0]


def test_cmyk(clean, check) -> None:
    folder = clean()
    image = Image.open(folder / FIRST).convert("CMYK")
    (folder / FIRST).unlink()
    image.save(folder / "00000_00.jpg", quality=95)
    assert "00000_00.jpg is CMYK" in check(folder)["refused"].names[0]


@pytest.mark.parametrize(
    ("quality", "kind", "level"),
    [
        (75, "saved as JPEG", "warning"),
        (94, "saved as JPEG", "warning"),
        (95, "saved as JPEG, quality 95 or more", "note"),
    ],
)
def test_jpeg_quality(clean, check, quality: int, kind: str, level: str) -> None:
    folder = clean()
    image = Image.open(folder / FIRST)
    (folder / FIRST).unlink()
    image.save(folder / "00000_00.jpg", quality=quality)
    found = check(folder)
    assert list(found) == [kind]
    assert found[kind].names == [f"00000_00.jpg: quality {quality}"]
    assert found[kind].level == level


def test_jpeg_data_in_a_png(clean, check) -> None:
    folder = clean()
    Image.open(folder / FIRST).save(folder / FIRST, format="JPEG", quality=80)
    found = check(folder)
    assert set(found) == {"JPEG data under another ending", "saved as JPEG"}
    assert found["JPEG data under another ending"].names == [FIRST]


def test_constant(clean, check) -> None:
    folder = clean()
    Image.new("RGB", (48, 64)).save(folder / FIRST)
    found = check(folder)
    assert list(found) == ["constant"]
    assert (found["constant"].level, found["constant"].names) == ("error", [FIRST])


def test_images_that_repeat(clean, check) -> None:
    folder = clean()
    same = (folder / FIRST).read_bytes()
    (folder / "00001_00.png").write_bytes(same)
    found = check(folder)
    assert list(found) == ["images twice"]
    assert found["images twice"].names == ["00001_00 = 00000_00"]


def test_mode_collapse(clean, check) -> None:
    folder = clean()
    pixels = np.asarray(decode(folder / FIRST, "RGB")).astype(int)
    for shift, file in enumerate(sorted(folder.iterdir())[1:7]):
        Image.fromarray((pixels + shift % 3).clip(0, 255).astype(np.uint8)).save(file)
    found = check(folder)
    assert found["mode collapse"].level == "error"
    assert found["mode collapse"].names == ["6 of 12 look like another"]
    assert {"images twice", "images that look the same"} < set(found)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """4 procedural pictures at 512x384 without compression."""
    root = tmp_path_factory.mktemp("large")
    write_dataset(root, SynthSpec(size=(512, 384), train=0, test=4, seed=0), workers=1)
    return [decode(file, "RGB") for file in (root / "test" / "unpaired-truth").iterdir()]


def _through_jpeg(image: Image.Image, file: Path, quality: int) -> np.ndarray:
    image.save(file, quality=quality)
    return np.asarray(decode(file, "RGB"))


def test_blockiness(large: list[Image.Image], tmp_path: Path) -> None:
    for image in large:
        assert blockiness(np.asarray(image)) < BLOCKY
        pixels = _through_jpeg(image, tmp_path / "x.jpg", 50)
        assert blockiness(pixels) > BLOCKY
        assert blockiness(pixels.transpose(1, 0, 2)) == pytest.approx(blockiness(pixels), rel=1e-4)
        (fault,) = pixel_faults(tmp_path / "x.png", pixels) if _saved(tmp_path, pixels) else ()
        assert "blocky" in fault.kind
        assert list(pixel_faults(tmp_path / "x.jpg", pixels)) == [], "its quality is known"


def _saved(folder: Path, pixels: np.ndarray) -> bool:
    Image.fromarray(pixels).save(folder / "x.png")
    return True


def test_real_photographs_without_compression_are_not_blocky(
    real_samples: Path, tmp_path: Path
) -> None:
    files = sorted((real_samples / "viton-hd-photos" / "test" / "image").glob("*.jpg"))
    halves = [decode(file, "RGB").resize((384, 512)) for file in files]
    assert max(blockiness(np.asarray(half)) for half in halves) < BLOCKY
    pressed = [blockiness(_through_jpeg(h, tmp_path / "x.jpg", 75)) for h in halves]
    assert np.mean(np.array(pressed) >= BLOCKY) > 0.75

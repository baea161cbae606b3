"""Pictures: exact conversions, refusals by name."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import ExifTags, Image

from tryonbench import images
from tryonbench.errors import InputError
from tryonbench.images import (
    decode,
    image_size,
    is_whole_png,
    resized,
    save_png,
    shrunk,
    to_pixels,
    to_tensor,
)


def test_every_level_survives_the_round_trip() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert np.array_equal(to_pixels(to_tensor(levels)[None])[0], levels)


def test_pixels_are_clamped_and_rounded() -> None:
    values = torch.tensor([-2.0, 2.0, 0.0]).view(1, 3, 1, 1)
    assert to_pixels(values).flatten().tolist() == [0, 255, 128]


def test_palette_indices_are_never_converted(tmp_path: Path) -> None:
    image = Image.fromarray(np.full((4, 3), 14, np.uint8), mode=None).convert("L")
    palette = Image.new("P", (3, 4), 14)
    palette.putpalette([i % 256 for i in range(768)])
    palette.save(tmp_path / "p.png")
    image.save(tmp_path / "l.png")
    for name in ("p.png", "l.png"):
        assert np.unique(np.asarray(decode(tmp_path / name, "P"))).tolist() == [14]


def test_an_rgb_label_map_is_refused(tmp_path: Path) -> None:
    save_png(tmp_path / "rgb.png", np.zeros((4, 3, 3), np.uint8))
    with pytest.raises(InputError, match="is a label map, but stored as RGB"):
        decode(tmp_path / "rgb.png", "P")


def test_truncated_text_and_missing_files_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (64, 48, 3), np.uint8)).save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.jpg").write_text("not a picture")
    for name in ("cut.jpg", "text.jpg"):
        with pytest.raises(InputError, match=f"{name} cannot be read"):
            decode(tmp_path / name, "RGB")
    with pytest.raises(InputError, match=r"none\.jpg is missing"):
        decode(tmp_path / "none.jpg", "RGB")


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tryonbench.images.MAX_PIXELS", 10)
    save_png(tmp_path / "large.png", np.zeros((4, 3, 3), np.uint8))
    with pytest.raises(InputError, match="over the limit"):
        decode(tmp_path / "large.png", "RGB")


def test_sizes_are_height_and_width(tmp_path: Path) -> None:
    save_png(tmp_path / "a.png", np.zeros((4, 3, 3), np.uint8))
    assert image_size(tmp_path / "a.png") == (4, 3)
    assert resized(Image.new("RGB", (3, 4)), (8, 6), "bilinear").size == (6, 8)


def test_sixteen_bits_are_refused_and_never_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 3), 40000, np.uint16)).save(tmp_path / "deep.png")
    cv2.imwrite(str(tmp_path / "deep_rgb.png"), np.full((4, 3, 3), 40000, np.uint16))
    for name in ("deep.png", "deep_rgb.png"):
        with pytest.raises(InputError, match="over 8 bits a channel"):
            decode(tmp_path / name, "RGB")


def test_what_is_no_photograph_is_refused(tmp_path: Path) -> None:
    Image.new("1", (3, 4)).save(tmp_path / "bits.png")
    with pytest.raises(InputError, match="one bit a pixel"):
        decode(tmp_path / "bits.png", "RGB")
    assert decode(tmp_path / "bits.png", "L").mode == "L", "a mask may have one bit a pixel"
    clear = Image.new("RGBA", (3, 4), (9, 9, 9, 255))
    clear.save(tmp_path / "opaque.png")
    assert decode(tmp_path / "opaque.png", "RGB").getpixel((0, 0)) == (9, 9, 9)
    clear.putpixel((1, 1), (9, 9, 9, 254))
    clear.save(tmp_path / "clear.png")
    with pytest.raises(InputError, match="transparent in places"):
        decode(tmp_path / "clear.png", "RGB")


def test_cmyk_is_refused(tmp_path: Path) -> None:
    Image.new("CMYK", (3, 4)).save(tmp_path / "inks.jpg")
    with pytest.raises(InputError, match="is CMYK; save it as RGB"):
        decode(tmp_path / "inks.jpg", "RGB")


def test_an_exif_rotation_is_refused(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (3, 4)).save(tmp_path / "turned.jpg", exif=exif)
    with pytest.raises(InputError, match="turned by an EXIF tag"):
        decode(tmp_path / "turned.jpg", "RGB")


def test_a_png_that_was_cut_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    save_png(path, np.zeros((4, 3, 3), np.uint8))
    assert is_whole_png(path)
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_whole_png(path)
    path.write_bytes(b"")
    assert not is_whole_png(path)


@pytest.mark.parametrize("size", [(512, 384), (64, 48), (33, 57), (64, 1000)])
def test_shrinking_is_pillows_lanczos(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    picture = Image.fromarray(rng.integers(60, 190, (300, 200, 3), dtype=np.uint8))
    expected = np.asarray(resized(picture, size, "lanczos")).astype(int)
    assert np.abs(shrunk(picture, size) - expected).max() <= 2
    assert np.array_equal(shrunk(picture, (300, 200)), np.asarray(picture))


def test_without_torchs_lanczos_pillow_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_torch_has_lanczos", lambda: False)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8))
    expected = np.asarray(resized(picture, (4, 3), "lanczos"))
    assert np.array_equal(shrunk(picture, (4, 3)), expected)


def test_an_animation_is_refused(tmp_path: Path) -> None:
    path, frame = tmp_path / "moving.png", Image.new("RGB", (4, 4))
    frame.save(path, save_all=True, append_images=[Image.new("RGB", (4, 4), "red")])
    with pytest.raises(InputError, match=r"moving.png has 2 frames; save one"):
        decode(path, "RGB")

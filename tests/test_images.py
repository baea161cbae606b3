"""Pictures: exact conversions, refusals by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.errors import InputError
from tryonbench.images import decode, image_size, resized, save_png, to_pixels, to_tensor


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
    with pytest.raises(InputError, match="over 8 bits a channel"):
        decode(tmp_path / "deep.png", "RGB")

"""How pictures are seen: sizes, filters, codecs."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tryonbench.metrics.views import Decoded, View, open_picture
from tryonbench.protocols import get_protocol
from tryonbench.protocols.presets import preset_protocols


@pytest.fixture
def picture() -> Decoded:
    noise = np.random.default_rng(0).integers(0, 256, (64, 48, 3), np.uint8)
    return Decoded(Image.fromarray(noise), is_jpeg=False)


def _as_jpeg(image: Image.Image, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    image.save(stream, format="JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def test_a_picture_as_it_is(picture: Decoded) -> None:
    assert np.array_equal(View().of(picture), np.asarray(picture.image))
    assert np.array_equal(View(size=(64, 48)).of(picture), np.asarray(picture.image))


@pytest.mark.parametrize(
    ("name", "filter_"), [("lanczos", Image.LANCZOS), ("bilinear", Image.BILINEAR)]
)
def test_pillows_filters(picture: Decoded, name, filter_) -> None:
    expected = np.asarray(picture.image.resize((24, 32), filter_))
    assert np.array_equal(View(size=(32, 24), resize=name).of(picture), expected)


def test_opencvs_bilinear_neither_smooths_nor_rounds(picture: Decoded) -> None:
    seen = View(size=(33, 25), resize="cv2_bilinear").of(picture)
    pixels = np.asarray(picture.image).astype(np.float32)
    assert seen.dtype == np.float32
    assert np.array_equal(seen, cv2.resize(pixels, (25, 33), interpolation=cv2.INTER_LINEAR))
    assert np.abs(seen - seen.round()).max() > 0.1


def test_codecs_are_pillows(picture: Decoded) -> None:
    for codec, quality in (("jpeg75", 75), ("jpeg95", 95)):
        assert np.array_equal(View(saved=codec).of(picture), _as_jpeg(picture.image, quality))


def test_a_file_that_is_jpeg_is_not_saved_once_more(tmp_path: Path, picture: Decoded) -> None:
    picture.image.save(tmp_path / "a.jpg", quality=60)
    picture.image.save(tmp_path / "b.png")
    jpeg, png = open_picture(tmp_path / "a.jpg"), open_picture(tmp_path / "b.png")
    assert np.array_equal(View(saved="jpeg75").of(jpeg), np.asarray(jpeg.image))
    assert np.array_equal(View(saved="jpeg75").of(png), _as_jpeg(png.image, 75))


def test_a_photograph_is_saved_again_only_if_it_was_resized(picture: Decoded) -> None:
    same = View(size=(64, 48), saved_again="jpeg75")
    smaller = View(size=(32, 24), saved_again="jpeg75")
    assert np.array_equal(same.of(picture), np.asarray(picture.image))
    resized = picture.image.resize((24, 32), Image.LANCZOS)
    assert np.array_equal(smaller.of(picture), _as_jpeg(resized, 75))


def test_presets_are_made_for_the_images_size() -> None:
    found = preset_protocols(["all"], "paired", (64, 48))
    assert set(found) == {"ladi", "catvton", "vtoneval", "hrviton", "sift", "dci"}
    assert found["catvton"].name == "catvton/paired-64x48"
    assert found["catvton"].size == (64, 48)
    assert found["ladi"].size == (512, 384)
    prints = {protocol.fingerprint for protocol in found.values()}
    assert len(prints) == len(found)
    assert "hrviton" not in preset_protocols(["all"], "unpaired", (64, 48))


def test_notes_do_not_count_towards_the_fingerprint() -> None:
    protocol = get_protocol("synth/paired-64x48")
    noted = protocol.model_copy(update={"notes": "read on Monday"})
    assert noted.fingerprint == protocol.fingerprint
    saved = protocol.model_copy(update={"truth_codec": "jpeg75"})
    assert saved.fingerprint != protocol.fingerprint

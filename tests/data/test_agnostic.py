"""Agnostic images: the shipped files of VITON-HD reproduced, and no garment left in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tryonbench.data import agnostic
from tryonbench.data.keypoints import read_body25
from tryonbench.data.labels import LEFT_ARM, NECK, RIGHT_ARM, UPPER
from tryonbench.images import decode


@pytest.mark.parametrize("name", ["00006_00", "00017_00", "14274_00"])
def test_golden(real_samples: Path, name: str) -> None:
    folder = real_samples / "viton-hd-complete" / "test"
    parse = np.asarray(decode(folder / "image-parse-v3" / f"{name}.png", "P"))
    body = read_body25(folder / "openpose_json" / f"{name}_keypoints.json")
    photo = np.asarray(decode(folder / "image" / f"{name}.jpg", "RGB"))

    shipped_parse = decode(folder / "image-parse-agnostic-v3.2" / f"{name}.png", "P")
    assert (agnostic.parse_agnostic(parse, body) == np.asarray(shipped_parse)).mean() >= 0.9999

    shipped = np.asarray(decode(folder / "agnostic-v3.2" / f"{name}.jpg", "RGB")).astype(int)
    off = np.abs(agnostic.agnostic_image(photo, parse, body) - shipped)
    assert off.mean() <= 0.7
    assert (off.max(axis=2) > 40).mean() <= 0.0002


def _figure() -> tuple[np.ndarray, np.ndarray]:
    """A parse of 128x96 with torso, arms and neck, and its joints."""
    parse = np.zeros((128, 96), np.uint8)
    parse[40:100, 30:66] = UPPER[0]
    parse[30:40, 42:54] = NECK
    parse[45:110, 66:76], parse[45:110, 20:30] = LEFT_ARM, RIGHT_ARM
    body = np.zeros((25, 3), np.float32)
    joints = {1: (48, 40), 2: (32, 44), 3: (25, 70), 4: (25, 92), 5: (64, 44), 6: (71, 70)}
    for joint, place in {**joints, 7: (71, 92), 9: (38, 98), 12: (58, 98)}.items():
        body[joint] = (*place, 1.0)
    return parse, body


def test_the_garment_is_covered_and_hands_are_kept() -> None:
    parse, body = _figure()
    mask = agnostic.agnostic_mask(parse, body)
    assert mask[parse == UPPER[0]].all()
    assert not mask[108:110, 20:30].any()


@pytest.mark.parametrize("missing", [[2], [5], [2, 5], [9, 12], list(range(25))])
def test_missing_joints_uncover_nothing(missing: list[int]) -> None:
    parse, body = _figure()
    body[missing] = 0
    before = body.copy()
    assert agnostic.agnostic_mask(parse, body)[parse == UPPER[0]].all()
    assert not np.isin(agnostic.parse_agnostic(parse, body), UPPER).any()
    assert np.array_equal(body, before), "the joints were changed in place"


def test_coinciding_hips_do_not_divide_by_zero() -> None:
    parse, body = _figure()
    body[9] = body[12]
    assert agnostic.agnostic_mask(parse, body).any()


def test_radii_scale_with_the_image() -> None:
    parse, body = _figure()
    large = parse.repeat(4, axis=0).repeat(4, axis=1)
    scaled = body * np.array([4, 4, 1], np.float32)
    share = agnostic.agnostic_mask(parse, body).mean()
    assert agnostic.agnostic_mask(large, scaled).mean() == pytest.approx(share, rel=0.15)

"""OpenPose keypoints: reading Body25 files, COCO-18 order, Gaussian heatmaps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryonbench.errors import InputError

Array = NDArray[np.float32]

COCO18 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
"""Index in Body25 of each COCO-18 joint: Body25 without the mid hip and the feet."""

HEATMAP_SIGMA = 6 / 192
"""Standard deviation of a joint's Gaussian as a share of the width (6 pixels at 256x192)."""


def read_body25(path: Path) -> Array:
    """The first person's 25 joints (x, y, confidence) in pixels of the photograph, (25, 3).

    A missing joint is (0, 0, 0), and so is every joint where nobody was detected or a
    coordinate is not finite.

    Raises:
        InputError: the file is missing, not JSON, or does not hold 25 joints.
    """
    try:
        people = json.loads(path.read_text(encoding="utf-8"))["people"]
        joints = people[0]["pose_keypoints_2d"] if people else [0.0] * 75
        points = np.asarray(joints, dtype=np.float32).reshape(25, 3)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path} is not an OpenPose Body25 file: {error}") from error
    return np.where(np.isfinite(points).all(axis=1, keepdims=True), points, np.float32(0))


def coco18(body25: Array) -> Array:
    """The COCO-18 subset, (25, 3) -> (18, 3)."""
    return body25[list(COCO18)]


def rescaled(points: Array, source: tuple[int, int], target: tuple[int, int]) -> Array:
    """Joints moved from an image of `source` (height, width) to one of `target`; a copy."""
    factors = np.array([target[1] / source[1], target[0] / source[0], 1.0], dtype=np.float32)
    return points * factors


def found(points: Array) -> NDArray[np.bool_]:
    """Which joints were detected: those not at (0, 0)."""
    mask: NDArray[np.bool_] = (points[:, :2] != 0).any(axis=1)
    return mask


def heatmaps(points: Array, size: tuple[int, int]) -> Array:
    """One Gaussian a joint with peak 1, (J, 3) -> (J, H, W); a missing joint gives zeros.

    Joints are in pixels of `size` (height, width). The spread scales with the width.
    """
    height, width = size
    spread = 2 * (HEATMAP_SIGMA * width) ** 2
    rows = np.exp(-((np.arange(height) - points[:, 1:2]) ** 2) / spread)
    columns = np.exp(-((np.arange(width) - points[:, 0:1]) ** 2) / spread)
    maps = rows[:, :, None] * columns[:, None, :]
    shown: Array = (maps * found(points)[:, None, None]).astype(np.float32)
    return shown

"""OpenPose keypoints: reading Body25 files, COCO-18 order, Gaussian heatmaps."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryonbench.errors import InputError

Array = NDArray[np.float32]

BODY25 = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow",
    "left wrist", "mid hip", "right hip", "right knee", "right ankle", "left hip", "left knee",
    "left ankle", "right eye", "left eye", "right ear", "left ear", "left big toe",
    "left small toe", "left heel", "right big toe", "right small toe", "right heel",
)  # fmt: skip
"""The joints of OpenPose's Body25; sides are the person's own."""
COCO18 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
"""Index in Body25 of each COCO-18 joint: Body25 without the mid hip and the feet."""

HEATMAP_SIGMA = 6 / 192
"""Standard deviation of a joint's Gaussian as a share of the width (6 pixels at 256x192)."""


def read_body25(path: Path) -> Array:
    """The person's 25 joints (x, y, confidence) in pixels of the photograph, (25, 3).

    A missing joint is (0, 0, 0), and so are all joints of a file with a `pose_problem`: which of
    several people stands in the photograph cannot be known from the file.

    Raises:
        InputError: the file is missing, not JSON, or does not hold 25 joints a person.
    """
    people = _people(path)
    return np.zeros((25, 3), np.float32) if _problem(people) else people[0]


def pose_problem(path: Path) -> str | None:
    """Why a pose file is used as if nobody had been detected, or None.

    Raises:
        InputError: as `read_body25`.
    """
    return _problem(_people(path))


def _problem(people: list[Array]) -> str | None:
    if len(people) != 1:
        return f"{len(people)} people" if people else "nobody"
    return None if np.isfinite(people[0]).all() else "coordinates that are not finite"


def _people(path: Path) -> list[Array]:
    """The joints of everybody whom OpenPose found, (25, 3) each."""
    try:
        people = json.loads(path.read_text(encoding="utf-8"))["people"]
        joints = [np.asarray(person["pose_keypoints_2d"], dtype=np.float32) for person in people]
        return [points.reshape(25, 3) for points in joints]
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path} is not an OpenPose Body25 file: {error}") from error


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
    maps = np.zeros((len(points), *size), np.float32)
    sigma = HEATMAP_SIGMA * size[1]
    for shown, (x, y, _), known in zip(maps, points, found(points), strict=True):
        if known:
            rows, down = _bell(y, sigma, size[0])
            columns, across = _bell(x, sigma, size[1])
            np.multiply(down[:, None], across[None, :], out=shown[rows, columns])
    return maps


def _bell(centre: float, sigma: float, length: int) -> tuple[slice, Array]:
    """A Gaussian along one axis: where it is over 1e-8 of its peak, and its values there."""
    reach = 6.1 * sigma
    start = min(max(0, math.ceil(centre - reach)), length)
    stop = max(start, min(length, math.floor(centre + reach) + 1))
    steps = (np.arange(start, stop) - centre) / sigma
    return slice(start, stop), np.exp(-0.5 * steps**2).astype(np.float32)

"""DressCode's files in this project's terms: labels of VITON-HD, joints of Body25.

From the description and the loader of github.com/aimagelab/dress-code (README.md and
data/dataset.py at 063e827): one folder a category, `images/ID_0.jpg` the person, `ID_1.jpg` the
garment, `keypoints/ID_2.json`, `label_maps/ID_4.png` of SCHP's 18 ATR labels, pair lists
`train_pairs.txt` and `test_pairs_{paired,unpaired}.txt`.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.data.keypoints import COCO18, Array
from tryonbench.errors import InputError

CATEGORIES = ("upper_body", "lower_body", "dresses")
GARMENTS = {"upper_body": (5, 6, 7), "lower_body": (9, 12), "dresses": (5, 6, 7)}
"""The labels (of VITON-HD) that a category's garments have; a dress is 6."""

TO_LIP = np.array([0, 1, 2, 4, 5, 12, 9, 6, 3, 18, 19, 13, 16, 17, 14, 15, 3, 11], np.uint8)
"""The VITON-HD label of each ATR label. Belt and bag have none: they become 3, which the merge to
13 channels counts as noise. The head's skin (11) includes the neck's."""
KEYPOINT_SIZE = (512, 384)
"""Height and width in which the joints are given, whatever the photograph's size."""
WHITE = 235
"""Level from which a pixel counts as the white behind a garment."""
MID_HIP, RIGHT_HIP, LEFT_HIP = 8, 9, 12


def lip_labels(atr: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    """ATR labels 0..17 as VITON-HD's 0..19.

    Raises:
        InputError: a label over 17.
    """
    if atr.max() >= len(TO_LIP):
        raise InputError(f"{path} holds the label {atr.max()}; the last is {len(TO_LIP) - 1}")
    return TO_LIP[atr]


def garment_mask(cloth: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """255 where the picture of a garment on white shows it, uint8 (H, W, 3) -> (H, W).

    DressCode ships no such masks. White that the garment encloses counts as garment.
    """
    shown = (cloth.min(axis=2) < WHITE).astype(np.uint8)
    outlines, _ = cv2.findContours(shown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    mask = np.zeros(shown.shape, np.uint8)
    return np.asarray(cv2.drawContours(mask, outlines, -1, 255, cv2.FILLED), np.uint8)


def read_joints(path: Path) -> Array:
    """The 18 joints (x, y, score, number) as Body25, (25, 3) in pixels of `KEYPOINT_SIZE`.

    A joint that was not found has coordinates of 1 or less. The mid hip, which COCO-18 lacks, is
    the middle of the hips; the feet are missing.

    Raises:
        InputError: the file is missing, not JSON, or does not hold 18 joints of four values.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))["keypoints"]
        joints = np.asarray(values, dtype=np.float32).reshape(18, 4)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a DressCode keypoint file: {error}") from error
    known = np.isfinite(joints).all(axis=1) & np.all(joints[:, :2] > 1, axis=1)
    body = np.zeros((25, 3), np.float32)
    body[list(COCO18)] = np.where(known[:, None], joints[:, :3], np.float32(0))
    if body[[RIGHT_HIP, LEFT_HIP], 0].all():
        body[MID_HIP] = body[[RIGHT_HIP, LEFT_HIP]].mean(axis=0)
    return body

"""How an image was saved: colour mode, codec, and traces of JPEG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryonbench.data.check.findings import Fault
from tryonbench.data.measure import jpeg_quality
from tryonbench.images import Pixels

SUFFIXES = {"PNG": (".png",), "JPEG": (".jpg", ".jpeg"), "MPO": (".jpg", ".jpeg")}
MODES = {
    "L": "greyscale",
    "LA": "greyscale with alpha",
    "RGBA": "with an alpha channel",
    "P": "a palette",
}
"""What is told of colour modes that `eval` converts to RGB."""
FINE = 95
"""JPEG quality from which it is only noted. Of 36 photographs q95 leaves 56 dB, q75 40.7 dB."""
GRID = 8
"""Side of JPEG's blocks in pixels."""
BLOCKY = 1.4
"""Blockiness from which a file without JPEG data looks like one that had been JPEG.

Without compression, 45 real photographs resized to 512x384 reach 1.09, to 256x192 1.30; 60
procedural pictures 1.17 and 1.34; the photographs as published, JPEG q95 at 1024x768, 1.31. As JPEG
q75, the median is 1.67 (512x384), 1.45 (256x192), 1.91 (1024x768); q50: 2.33, 1.99, 2.60. Quality
90 and better stays unseen."""
LEAST_WIDTH = 192
"""Narrower images have too few block borders: at 64x48 uncompressed ones reach 3."""


def file_faults(path: Path) -> Iterator[Fault]:
    """What the header of a readable file tells: mode, bits a channel, codec, JPEG quality."""
    with Image.open(path) as image:
        codec, mode = str(image.format), image.mode
    if path.suffix.lower() not in SUFFIXES.get(codec, ()):
        yield Fault("warning", f"{codec} data under another ending", path.name)
    if mode in MODES:
        yield Fault("warning", "not stored as RGB", f"{path.name}: {MODES[mode]}")
    if quality := jpeg_quality(path):
        fine = quality >= FINE - 0.5
        kind = f"saved as JPEG, quality {FINE} or more" if fine else "saved as JPEG"
        yield Fault("note" if fine else "warning", kind, f"{path.name}: quality {quality:.0f}")


def pixel_faults(path: Path, pixels: Pixels) -> Iterator[Fault]:
    """What the pixels, uint8 (H, W, 3), tell: no colours, JPEG's grid in a file that is no JPEG."""
    if (pixels == pixels[..., :1]).all():
        yield Fault("warning", "without colours", path.name)
    if pixels.shape[1] >= LEAST_WIDTH and not jpeg_quality(path):
        found = blockiness(pixels)
        if found >= BLOCKY:
            kind = f"blocky, as JPEG of low quality is (from {BLOCKY})"
            yield Fault("warning", kind, f"{path.name}: {found:.2f}")


def blockiness(pixels: Pixels) -> float:
    """How much the luminance jumps more at the borders of 8x8 blocks than elsewhere; about 1.

    The jump between two neighbours is their difference less the mean of the differences beside it,
    at least 0; the mean jump at the borders is divided by that between all other columns and rows.
    Akin to the blockiness of Wang, Sheikh and Bovik (2002), which has no division. Made for images
    of 192 and more pixels a side; uint8 (H, W, 3).

    >>> blockiness(np.kron(np.eye(24, dtype=np.uint8), np.ones((8, 8), np.uint8))[..., None]
    ...     .repeat(3, 2) * 99) > 100
    True
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    phases = _jumps(grey) + _jumps(grey.T)
    return float(phases[-1] / max(phases[:-1].mean(), 1e-6))


def _jumps(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean jump between columns x and x + 1, by x modulo 8, (8,)."""
    steps = np.abs(np.diff(grey, axis=1))
    jumps = np.maximum(steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2, 0).mean(axis=0)
    columns = np.arange(1, len(jumps) + 1) % GRID
    return np.array([jumps[columns == phase].mean() for phase in range(GRID)])

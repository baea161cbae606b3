"""Where cloth creases: strokes for a height map, in the order broad to fine."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.cutting import ARMPIT
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.garment import Cut
from tryonbench.synth.geometry import Array, along_path, bow, normals, tapers

SIDES = np.array([-1.0, 1.0])
BOTH = np.repeat(SIDES, 3)
"""The sides of folds that come in threes."""


def press_worn_folds(
    relief: Relief, frame: TorsoFrame, cut: Cut, low: float, rng: np.random.Generator
) -> None:
    """Folds of a worn front that hangs down to v = `low`."""
    loose = min(1.0, cut.ease[1] / 30)
    relief.press(_drapes(frame, low, 12 + 8 * loose, rng), 4 + 5 * loose, 9)
    relief.press(_drags(frame, rng), 3, 6)
    if low > 0.6:
        relief.press(_waist_creases(frame, rng), 2.2, 4)


def _drapes(frame: TorsoFrame, low: float, width: float, rng: np.random.Generator) -> Array:
    """Long folds down the sides."""
    u, high = BOTH * rng.uniform(0.3, 0.95, 6), rng.uniform(0.36, 0.5, 6) * min(1.0, low / 0.8)
    to = u * rng.uniform(0.75, 1.0, 6)
    start, end = frame.place([u, to], [high, low - rng.uniform(0.0, 0.12, 6)])
    return tapers(bow(start, end, rng.uniform(-0.05, 0.05, 6)), width)


def _drags(frame: TorsoFrame, rng: np.random.Generator) -> Array:
    """Folds from the armpits towards the chest."""
    u, v = BOTH * rng.uniform(0.86, 0.98, 6), ARMPIT + rng.uniform(-0.03, 0.05, 6)
    to = BOTH * rng.uniform(0.15, 0.6, 6)
    start, end = frame.place([u, to], [v, rng.uniform(0.27, 0.50, 6)])
    return tapers(bow(start, end, BOTH * rng.uniform(0.02, 0.12, 6)), 15)


def _waist_creases(frame: TorsoFrame, rng: np.random.Generator) -> Array:
    """Short folds where the waist bends."""
    v, to = rng.uniform(0.54, 0.68, 6), BOTH * rng.uniform(0.35, 0.7, 6)
    start, end = frame.place([0.99 * BOTH, to], [v, v + rng.uniform(-0.02, 0.07, 6)])
    return tapers(bow(start, end, 0.07 * BOTH), 8)


def press_flat_folds(relief: Relief, frame: TorsoFrame, cut: Cut, rng: np.random.Generator) -> None:
    """Faint creases of a garment on a table."""
    u, v = BOTH * rng.uniform(0.75, 0.95, 6), ARMPIT + rng.uniform(0, 0.08, 6)
    low = np.minimum(cut.hem - 0.03, rng.uniform(0.35, 0.85, 6))
    start, end = frame.place([u, BOTH * rng.uniform(0.2, 0.7, 6)], [v, low])
    relief.press(tapers(bow(start, end, BOTH * rng.uniform(0, 0.1, 6)), 12), 3, 7)


def press_sleeve_folds(
    relief: Relief, path: Array, radius: float, end: float, rng: np.random.Generator
) -> None:
    """Folds around and along a sleeve on an arm's centre line, up to its part `end`."""
    count = 8 if end > 0.5 else 2
    first = rng.uniform(0.12, max(0.16, end), count)
    last = np.minimum(1.0, first + rng.uniform(0, 0.12, count))
    side = rng.choice(SIDES, count)
    start = _beside(path, first, 0.95 * radius * side)
    finish = _beside(path, last, -radius * side * rng.uniform(-0.2, 0.5, count))
    relief.press(tapers(bow(start, finish, 0.08 * side), 9), 3.5, 4.5)


def _beside(path: Array, at: Array, off: Array) -> Array:
    """Points at parts `at` of a path's length, `off` picture units to its right."""
    places = np.stack([at, np.minimum(at + 0.01, 1.0), at - 0.01])
    here, ahead, behind = along_path(path, places)
    return np.asarray(here + normals(ahead - behind) * off[:, None], np.float32)

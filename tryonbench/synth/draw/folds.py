"""Where cloth creases: strokes for a height map, in the order broad to fine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tryonbench.synth.cutting import ARMPIT
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.garment import Cut
from tryonbench.synth.geometry import Array, bow, taper

Place = Callable[[float, float], Array]
"""From torso coordinates to a picture position."""


def press_worn_folds(relief: Relief, place: Place, cut: Cut, low: float, rng: np.random.Generator) -> None:
    """Folds of a worn front: drags from the armpits, drapes to the hem or the waistband at v = `low`."""
    loose = min(1.0, cut.ease[1] / 30)
    drags, drapes, fine = [], [], []
    for side in (-1, 1):
        for _ in range(3):
            start = place(side * rng.uniform(0.86, 0.98), ARMPIT + rng.uniform(-0.03, 0.05))
            end = place(side * rng.uniform(0.15, 0.6), rng.uniform(0.27, 0.52))
            drags.append(taper(bow(start, end, side * float(rng.uniform(0.02, 0.12))), 15))
        for _ in range(3):
            u = side * rng.uniform(0.3, 0.95)
            start, end = place(u * 1.0, rng.uniform(0.40, 0.55)), place(u * rng.uniform(0.75, 1.0), low - rng.uniform(0.0, 0.12))
            drapes.append(taper(bow(start, end, float(rng.uniform(-0.05, 0.05))), 12 + 8 * loose))
        for _ in range(3):
            v = rng.uniform(0.54, 0.68)
            fine.append(taper(bow(place(side * 0.99, v), place(side * rng.uniform(0.35, 0.7), v + rng.uniform(-0.02, 0.07)), side * 0.07), 8))
    relief.press(drapes, 4 + 5 * loose, 9)
    relief.press(drags, 4, 6)
    relief.press(fine, 2.2, 4)


def press_flat_folds(relief: Relief, place: Place, cut: Cut, rng: np.random.Generator) -> None:
    """Faint creases of a garment on a table."""
    strokes = []
    for side in (-1, 1):
        for _ in range(3):
            start = place(side * rng.uniform(0.75, 0.95), ARMPIT + rng.uniform(0, 0.08))
            end = place(side * rng.uniform(0.2, 0.7), min(cut.hem - 0.03, rng.uniform(0.35, 0.85)))
            strokes.append(taper(bow(start, end, side * float(rng.uniform(0.0, 0.1))), 12))
    relief.press(strokes, 3.5, 7)


def press_sleeve_folds(relief: Relief, path: Array, radius: float, end: float, rng: np.random.Generator) -> None:
    """Folds around the elbow and along a sleeve; `path` is the arm's centre line, `end` its covered part."""
    along = np.gradient(path, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(along[:, 0], along[:, 1])[:, None]
    strokes = []
    for at in rng.uniform(0.12, max(0.16, end), 7 if end > 0.5 else 2):
        i = int(at * (len(path) - 2))
        side = 1 if rng.random() < 0.5 else -1
        start = path[i] + side * 0.95 * radius * normal[i]
        j = min(len(path) - 1, i + int(rng.integers(0, 3)))
        finish = path[j] - side * rng.uniform(-0.2, 0.5) * radius * normal[j]
        strokes.append(taper(bow(start, finish, side * 0.08), 9))
    relief.press(strokes, 3.5, 4.5)

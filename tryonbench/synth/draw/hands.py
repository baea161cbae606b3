"""Hands: a palm, four fingers and a thumb, in a few gestures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.data.agnostic import labelled
from tryonbench.synth.body import Arm
from tryonbench.synth.draw.canvas import Canvas, Patch, soften
from tryonbench.synth.draw.colour import SKIN_TINT, colour_of, lit
from tryonbench.synth.geometry import Array, direction, normals, point, points, spline, turn
from tryonbench.synth.labels import (
    FACE,
    LEFT_LEG,
    NECK,
    RIGHT_LEG,
    SKIRT,
    TROUSERS,
    UPPER,
    arm_label,
)
from tryonbench.synth.person import Person

LENGTH = 0.27
"""Length of a hand as part of the torso's."""
PALM = spline(
    points((-0.155, -0.06), (-0.17, 0.1), (-0.205, 0.32), (-0.19, 0.47), (0.0, 0.54), (0.15, 0.48),
           (0.19, 0.3), (0.17, 0.1), (0.15, -0.06)),
    6, closed=True,
)  # fmt: skip
"""In hand coordinates: wrist at the origin, fingers along +y, thumb towards +x."""
FINGERS = (
    ((0.118, 0.43), 0.44),
    ((0.036, 0.47), 0.50),
    ((-0.05, 0.455), 0.46),
    ((-0.128, 0.4), 0.36),
)
"""Root and length of each finger, from the index to the little one."""


@dataclass(frozen=True)
class Hand:
    """A gesture: outlines in hand coordinates."""

    fingers: tuple[Array, ...]
    thumb: Array


def _hand(fan: float, curl: float, thumb: float) -> Hand:
    """`fan` spreads the fingers, `curl` bends them, `thumb` moves the thumb outwards."""
    fingers = tuple(
        _sausage(
            _finger(length, fan * (1.3 - i), curl * (1 + 0.15 * i)) + point(*root), 0.052, 0.037
        )
        for i, (root, length) in enumerate(FINGERS)
    )
    bones = points((0.10, 0.10), (0.17 + 0.20 * thumb, 0.26), (0.18 + 0.30 * thumb, 0.42))
    tip = points((0.17 + 0.30 * thumb, 0.52))
    return Hand(fingers, _sausage(spline(np.concatenate([bones, tip]), 6), 0.072, 0.050))


def _finger(length: float, angle: float, curl: float) -> Array:
    """A finger's centre line from its root at the origin."""
    low = points((0, -0.06), (0, 0.45 * length))
    high = length * points((0.25 * curl, 0.75), (0.62 * curl, 1))
    return turn(spline(np.concatenate([low, high]), 6), -angle)


def _sausage(path: Array, thick: float, thin: float) -> Array:
    """A closed outline about a path, from radius `thick` to `thin`, with a round end."""
    unit = np.gradient(path, axis=0)
    side = normals(unit)
    radius = np.linspace(thick, thin, len(path))[:, None]
    around = np.linspace(0, np.pi, 8)[1:-1, None]
    tip = path[-1] + thin * (np.cos(around) * side[-1] - np.sin(around) * normals(side[-1]))
    return np.concatenate([path + side * radius, tip, (path - side * radius)[::-1]]).astype(
        np.float32
    )


GESTURES = {
    "relaxed": _hand(0.02, 0.30, 0.15),
    "flat": _hand(0.07, 0.05, 0.55),
    "grip": _hand(0.05, 0.15, 0.5),
    "pocket": _hand(0.02, 0.10, 0.4),
}


def hand_outlines(arm: Arm, length: float) -> list[Array]:
    """Palm, four fingers and thumb in picture units."""
    hand = GESTURES[arm.placed.shape]
    flip = point(-arm.side * length, length)
    shapes = (PALM, *hand.fingers, hand.thumb)
    return [arm.placed.wrist + turn(shape * flip, -arm.placed.hand) for shape in shapes]


def draw_hand(canvas: Canvas, person: Person, arm: Arm) -> None:
    """Paint a hand at the end of the arm, with its shadow."""
    length = LENGTH * person.build.spine
    shapes = hand_outlines(arm, length)
    whole = canvas.area(*shapes, margin=0.25 * length)
    if not whole.alpha.size:
        return
    if arm.placed.shape == "pocket":
        whole = whole.times(1 - _in_pocket(canvas, arm, whole, length))
    behind = (UPPER, TROUSERS, NECK, SKIRT, FACE, LEFT_LEG, RIGHT_LEG)
    canvas.shade(canvas.only(canvas.softened(whole, 0.07 * length), *behind), 0.34)
    light, seen = _hand_light(canvas, whole, shapes, length, person.light), whole.covered
    skin = lit(colour_of(person.skin), light[seen], SKIN_TINT)
    canvas.paint(whole.part(seen), skin, arm_label(arm.side))


def _in_pocket(canvas: Canvas, arm: Arm, whole: Patch, length: float) -> Array:
    """Coverage in 0..1 of what has slipped into trousers or a skirt."""
    (x, y), down, wrist = canvas.axes(whole.window), direction(arm.placed.hand), arm.placed.wrist
    away = (x - wrist[0]) * down[0] + (y - wrist[1]) * down[1]
    deep = (away - 0.36 * length) * canvas.scale
    cloth = labelled(canvas.labels[whole.window], (TROUSERS, SKIRT))
    return np.asarray(np.clip(deep + 0.5, 0, 1) * cloth)


def _hand_light(
    canvas: Canvas, whole: Patch, shapes: list[Array], length: float, side: float
) -> Array:
    """A rounded whole with a furrow between the fingers."""
    blur = 0.06 * length * canvas.scale
    inner = soften(whole.alpha, blur)
    slope = cv2.Sobel(inner, cv2.CV_32F, 1, 0, ksize=3) * (0.3 * blur)
    light = 0.74 + 0.34 * inner - 0.16 * side * slope
    for shape in shapes[1:]:
        furrow = canvas.lines([np.concatenate([shape, shape[:1]])], 0.022 * length, whole.window)
        light = light - 0.17 * canvas.softened(furrow, 0.012 * length).alpha
    return np.asarray(light)

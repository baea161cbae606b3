"""Hands: a palm, four fingers and a thumb, in a few gestures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.body import Arm
from tryonbench.synth.draw.canvas import SKIN_TINT, Canvas, Patch, lit, soften
from tryonbench.synth.geometry import Array, direction, points, spline, turn


@dataclass(frozen=True)
class Hand:
    """A hand in its own coordinates: wrist at the origin, fingers along +y, thumb towards +x."""

    palm: Array
    fingers: tuple[Array, ...]
    thumb: Array


def _hand(fan: float, curl: float, thumb: float) -> Hand:
    """`fan` spreads the fingers, `curl` bends them towards the thumb, `thumb` moves it outwards."""
    palm = points(
        (-0.155, -0.06),
        (-0.17, 0.1),
        (-0.205, 0.32),
        (-0.19, 0.47),
        (0.0, 0.54),
        (0.15, 0.48),
        (0.19, 0.3),
        (0.17, 0.1),
        (0.15, -0.06),
    )
    roots = ((0.118, 0.43), (0.036, 0.47), (-0.050, 0.455), (-0.128, 0.40))
    fingers = tuple(
        _finger(root, length, fan * (1.3 - i), curl * (1 + 0.15 * i))
        for i, (root, length) in enumerate(zip(roots, (0.44, 0.50, 0.46, 0.36), strict=True))
    )
    digit = spline(
        points(
            (0.10, 0.10),
            (0.17 + 0.20 * thumb, 0.26),
            (0.18 + 0.30 * thumb, 0.42),
            (0.17 + 0.30 * thumb, 0.52),
        ),
        6,
    )
    return Hand(spline(palm, 6, closed=True), fingers, _sausage(digit, 0.072, 0.050))


def _finger(root: tuple[float, float], length: float, angle: float, curl: float) -> Array:
    bones = spline(
        points(
            (0, -0.06),
            (0.0, 0.45 * length),
            (0.25 * curl * length, 0.75 * length),
            (0.62 * curl * length, length),
        ),
        6,
    )
    return _sausage(turn(bones, -angle) + points(root), 0.052, 0.037)


def _sausage(path: Array, thick: float, thin: float) -> Array:
    """A closed outline around the path whose radius goes from `thick` to `thin`, with a round end."""
    along = np.gradient(path, axis=0)
    unit = along / np.hypot(along[:, 0], along[:, 1])[:, None]
    normal = np.stack([-unit[:, 1], unit[:, 0]], 1)
    radius = np.linspace(thick, thin, len(path))[:, None]
    around = np.linspace(0, np.pi, 8)[1:-1, None]
    tip = path[-1] + thin * (np.cos(around) * normal[-1] + np.sin(around) * unit[-1])
    return np.concatenate([path + normal * radius, tip, (path - normal * radius)[::-1]]).astype(
        np.float32
    )


HANDS = {
    "pocket": _hand(0.02, 0.10, 0.4),
    "relaxed": _hand(0.02, 0.30, 0.15),
    "flat": _hand(0.07, 0.05, 0.55),
    "grip": _hand(0.05, 0.15, 0.5),
}


HAND = 0.27
"""Length of a hand as part of the torso's."""


def hand_outlines(arm: Arm, length: float) -> list[Array]:
    """Palm, four fingers and thumb in picture units."""
    plan = HANDS[arm.shape]
    flip = points((-arm.side * length, length))
    return [
        arm.wrist + turn(shape * flip, -arm.hand)
        for shape in (plan.palm, *plan.fingers, plan.thumb)
    ]


def draw_hand(
    canvas: Canvas, arm: Arm, length: float, skin: Array, light: float, label: int
) -> None:
    """Paint a hand of the given length at the end of the arm, with its shadow."""
    shapes = hand_outlines(arm, length)
    whole = canvas.area(*shapes, margin=0.25 * length)
    if not whole.alpha.size:
        return
    if arm.shape == "pocket":
        whole = whole.times(1 - _in_pocket(canvas, arm, whole, length))
    canvas.shade(canvas.only(canvas.softened(whole, 0.07 * length), 5, 9, 10, 12, 13, 16, 17), 0.34)
    canvas.paint(
        whole, lit(skin, _hand_light(canvas, whole, shapes, length, light), SKIN_TINT), label
    )


def _in_pocket(canvas: Canvas, arm: Arm, whole: Patch, length: float) -> Array:
    """Coverage in 0..1 of what has slipped into trousers or a skirt."""
    away = canvas.positions(whole.window) - arm.wrist
    down = direction(arm.hand)
    deep = (away[..., 0] * down[0] + away[..., 1] * down[1] - 0.36 * length) * canvas.scale
    cloth = np.isin(canvas.labels[whole.window], (9, 12))
    return np.asarray(np.clip(deep + 0.5, 0, 1) * cloth, np.float32)


def _hand_light(
    canvas: Canvas, whole: Patch, shapes: list[Array], length: float, light: float
) -> Array:
    """A rounded whole with a furrow between the fingers."""
    blur = 0.06 * length * canvas.scale
    inner = soften(whole.alpha, blur)
    slope = cv2.Sobel(inner, cv2.CV_32F, 1, 0, ksize=3) * (blur * 0.3)
    shade = 0.74 + 0.34 * inner - light * 0.16 * slope
    for shape in shapes[1:]:
        edge = canvas.lines([shape], 0.022 * length, closed=True, window=whole.window).alpha
        shade = shade - 0.17 * soften(edge, 0.012 * length * canvas.scale)
    return np.asarray(shade, np.float32)

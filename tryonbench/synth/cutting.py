"""The cut of a garment: outlines in torso coordinates, and the room between cloth and body."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.garment import Cut
from tryonbench.synth.geometry import MIRROR, Array, Profile, points, profile, spline

ARMPIT = 0.235
"""The v of the underarm."""

Knots = list[tuple[float, float]]


@lru_cache(maxsize=16)
def neck_curve(cut: Cut) -> Array:
    """The neckline from the left to the right shoulder."""
    left = spline(_half_neckline(cut.neckline, cut.neck_width, cut.neck_depth), 5)
    return np.concatenate([left, (left * MIRROR)[-2::-1]])


def _half_neckline(name: str, w: float, d: float) -> Knots:
    """Knots from the shoulder at u = -w to the middle at v = d."""
    square = [(-w, -0.005), (-0.97 * w, 0.5 * d), (-0.95 * w, 0.95 * d), (-0.9 * w, d)]
    shapes: dict[str, Knots] = {
        "crew": [(-w, -0.012), (-0.88 * w, 0.42 * d), (-0.5 * w, 0.87 * d), (0, d)],
        "scoop": [(-w, -0.008), (-0.95 * w, 0.45 * d), (-0.62 * w, 0.88 * d), (0, d)],
        "boat": [(-w, -0.004), (-0.6 * w, 0.62 * d), (0, d)],
        "turtle": [(-0.8 * w, -0.118), (-0.4 * w, -0.104), (0, -0.099)],
        "v": [(-w, -0.01), (-0.68 * w, 0.36 * d), (-0.34 * w, 0.7 * d), (-0.02 * w, d)],
        "shirt": [(-0.86 * w, -0.062), (-0.62 * w, 0.3 * d), (-0.32 * w, 0.68 * d), (0, d)],
        "square": [*square, (-0.5 * w, 1.02 * d), (0, 1.03 * d)],
    }
    return shapes[name]


@lru_cache(maxsize=16)
def torso_outline(cut: Cut) -> Array:
    """The front panel's closed outline."""
    left = np.concatenate([_collar_side(cut), armhole(cut), _left_side(cut)])
    return np.concatenate([neck_curve(cut), left * MIRROR, hem_curve(cut)[::-1], left[::-1]])


def _left_side(cut: Cut) -> Array:
    """From the underarm to the hem."""
    v = np.linspace(ARMPIT + 0.03, cut.hem, 15, dtype=np.float32)
    return np.stack([np.full_like(v, -1), v], 1)


def _collar_side(cut: Cut) -> Array:
    """Where a high collar comes down to the left shoulder; nothing for other necklines."""
    w = cut.neck_width
    if cut.neckline == "turtle":
        high = [(-0.82 * w, -0.10), (-0.86 * w, -0.05)]
        return spline([*high, (-w - 0.03, -0.018), (-w - 0.16, -0.004)], 5)
    if cut.neckline == "shirt":
        return points((-0.95 * w, -0.055), (-1.08 * w, -0.03), (-1.22 * w, -0.004))
    return np.zeros((0, 2), np.float32)


def armhole(cut: Cut) -> Array:
    """The left armhole from the shoulder's end to the underarm: hollow if there is no sleeve."""
    tip = cut.shoulder
    if cut.sleeve:
        return spline([(-tip, 0.0), (-1.0, 0.06), (-1.03, 0.15), (-1.0, ARMPIT)], 5)
    hollow = [(-tip, 0.0), (0.035 - tip, 0.08), (-0.05 - tip, 0.17)]
    return spline([*hollow, (-0.5 * (tip + 1), 0.225), (-1.0, ARMPIT + 0.025)], 5)


def hem_curve(cut: Cut) -> Array:
    """The lower edge from left to right."""
    u = np.linspace(-1, 1, 17, dtype=np.float32)
    return np.stack([u, cut.hem + cut.hem_curve * (1 - u**4)], -1)


def eased(frame: TorsoFrame, cut: Cut, size: float = 1.0) -> TorsoFrame:
    """The torso of the garment on that of a body `size` times as large: wider by the room."""
    chest, waist, hem = (size * room for room in cut.ease)
    return _widened(
        frame, profile([0.0, ARMPIT, 0.6, max(1.0, cut.hem)], [2 * size, chest, waist, hem])
    )


def tucked(frame: TorsoFrame, cut: Cut, waistband: float) -> TorsoFrame:
    """The torso of the garment on that of a body, held in at v = `waistband`."""
    at = [0.0, ARMPIT, waistband - 0.13, waistband, 1.2]
    return _widened(frame, profile(at, [2.0, cut.ease[0], 0.85 * cut.ease[1], 1.0, 1.0]))


def _widened(frame: TorsoFrame, room: Profile) -> TorsoFrame:
    return replace(frame, width=lambda v: frame.width(v) + room(v))


@lru_cache(maxsize=16)
def sleeve_room(cut: Cut) -> Profile:
    """Room of a sleeve beyond the arm, at 0..1 along it, in picture units."""
    top, end = cut.sleeve_ease
    swell = cut.sleeve_swell
    return profile([0.0, 0.45, 0.85, 1.0], [top, 0.5 * (top + end) + swell, end + 0.8 * swell, end])


def sleeve_radius(cut: Cut, arm: Array, along: Array) -> Array:
    """Radius of a worn sleeve on an arm's radius, at 0..1 along it from shoulder to wrist."""
    return arm + sleeve_room(cut)(along / max(cut.sleeve, 0.05))

"""Where a garment's pieces lie: on the flat picture and on a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.body import ARM_RADII, ARM_SHARE
from tryonbench.synth.frame import TorsoFrame, straight, torso_widths
from tryonbench.synth.garment import Cut
from tryonbench.synth.geometry import FRAME, Array, points, profile, spline

ARMPIT = 0.235
"""The v of the underarm."""
FLAT_SHOULDER, FLAT_CHEST, FLAT_WAIST, FLAT_HIP = 150.0, 112.0, 100.0, 120.0
FLAT_SPINE, FLAT_ARM = 430.0, 38.0
"""The body, in picture units, that flat garments are cut for."""
MIRROR = points((-1, 1))


def neck_curve(cut: Cut) -> Array:
    """The neckline from the left to the right shoulder, in torso coordinates."""
    w, d = cut.neck_width, cut.neck_depth
    half = {
        "crew": [(-w, -0.012), (-0.88 * w, 0.42 * d), (-0.5 * w, 0.87 * d), (0.0, d)],
        "scoop": [(-w, -0.008), (-0.95 * w, 0.45 * d), (-0.62 * w, 0.88 * d), (0.0, d)],
        "boat": [(-w, -0.004), (-0.6 * w, 0.62 * d), (0.0, d)],
        "turtle": [(-0.80 * w, -0.118), (-0.4 * w, -0.104), (0.0, -0.099)],
        "v": [(-w, -0.010), (-0.68 * w, 0.36 * d), (-0.34 * w, 0.70 * d), (-0.02 * w, d)],
        "shirt": [(-0.86 * w, -0.062), (-0.62 * w, 0.3 * d), (-0.32 * w, 0.68 * d), (-0.02 * w, d)],
        "square": [
            (-w, -0.005),
            (-0.97 * w, 0.5 * d),
            (-0.95 * w, 0.95 * d),
            (-0.90 * w, d),
            (-0.5 * w, 1.02 * d),
            (0.0, 1.03 * d),
        ],
    }[cut.neckline]
    left = spline(half, 5)
    return np.concatenate([left, (left * MIRROR)[-2::-1]])


def torso_outline(cut: Cut) -> Array:
    """The front panel's closed outline in torso coordinates."""
    left = _left_edge(cut)
    return np.concatenate([neck_curve(cut), (left * MIRROR), hem_curve(cut)[::-1], left[::-1]])


def _left_edge(cut: Cut) -> Array:
    """From the neck along the left shoulder and armhole down to the hem."""
    side = points(*((-1.0, v) for v in np.linspace(ARMPIT + 0.03, cut.hem, 15)))
    return np.concatenate([_collar_side(cut), armhole(cut), side])


def _collar_side(cut: Cut) -> Array:
    """Where a high collar comes down to the shoulder on the left; nothing for other necklines."""
    w = cut.neck_width
    if cut.neckline == "turtle":
        return spline(
            [(-0.82 * w, -0.10), (-0.86 * w, -0.05), (-w - 0.03, -0.018), (-w - 0.16, -0.004)], 5
        )
    if cut.neckline == "shirt":
        return points((-0.95 * w, -0.055), (-1.08 * w, -0.03), (-1.22 * w, -0.004))
    return np.zeros((0, 2), np.float32)


def armhole(cut: Cut) -> Array:
    """The left armhole from the shoulder's end to the underarm: hollow if there is no sleeve."""
    tip = cut.shoulder
    if cut.sleeve:
        return spline([(-tip, 0.0), (-1.0, 0.06), (-1.03, 0.15), (-1.0, ARMPIT)], 5)
    return spline(
        [
            (-tip, 0.0),
            (-tip + 0.035, 0.08),
            (-tip - 0.05, 0.17),
            (-0.5 * (tip + 1), 0.225),
            (-1.0, ARMPIT + 0.025),
        ],
        5,
    )


def hem_curve(cut: Cut) -> Array:
    """The lower edge from left to right."""
    u = np.linspace(-1, 1, 17, dtype=np.float32)
    return np.asarray(np.stack([u, cut.hem + cut.hem_curve * (1 - u**4)], -1), np.float32)


def eased(
    frame: TorsoFrame, cut: Cut, size: float = 1.0, waistband: float | None = None
) -> TorsoFrame:
    """The torso of the garment on that of a body: wider by the cut's room.

    `waistband` is the v where a tucked garment is held in.
    """
    chest, waist, hem = (size * room for room in cut.ease)
    at, room_at = [0.0, ARMPIT, 0.6, max(1.0, cut.hem)], [2.0 * size, chest, waist, hem]
    if waistband is not None:
        at, room_at = (
            [0.0, ARMPIT, waistband - 0.13, waistband, 1.2],
            [2.0, chest, 0.85 * waist, 1.0, 1.0],
        )
    room = profile(at, room_at)
    body = frame.width
    return replace(frame, width=lambda v: np.asarray(body(v) + room(v), np.float32))


@lru_cache(maxsize=16)
def sleeve_room(cut: Cut) -> Callable[[ArrayLike], Array]:
    """Room of a sleeve beyond the arm, at 0..1 along it, in picture units."""
    top, end = cut.sleeve_ease
    return profile(
        [0.0, 0.45, 0.85, 1.0],
        [top, 0.5 * (top + end) + cut.sleeve_swell, end + 0.8 * cut.sleeve_swell, end],
    )


def sleeve_radius(cut: Cut, arm: float) -> Callable[[ArrayLike], Array]:
    """Radius of a worn sleeve at 0..1 along the arm from shoulder to wrist."""
    room = sleeve_room(cut)
    return lambda t: np.asarray(
        ARM_RADII(t) * arm + room(np.asarray(t, np.float32) / max(cut.sleeve, 0.05)), np.float32
    )


@dataclass(frozen=True)
class FlatSleeve:
    """A sleeve laid flat: outer and inner edge from the armhole to the end (N x 2 each)."""

    outer: Array
    inner: Array

    @property
    def outline(self) -> Array:
        """The closed outline."""
        return np.concatenate([self.outer, self.inner[::-1]])

    def place(self, along: ArrayLike, across: ArrayLike) -> Array:
        """Picture positions of sleeve coordinates: 0..1 along, -1 (outer) to 1 (inner) across."""
        t = np.clip(np.asarray(along, np.float32), 0, 1) * (len(self.outer) - 1)
        s = 0.5 * (np.asarray(across, np.float32) + 1)
        knots = np.arange(len(self.outer))
        sides = [
            [np.interp(t, knots, edge[:, axis]) for axis in (0, 1)]
            for edge in (self.outer, self.inner)
        ]
        return np.stack([a + (b - a) * s for a, b in zip(*sides, strict=True)], -1).astype(
            np.float32
        )


@dataclass(frozen=True)
class FlatCut:
    """A garment laid out in the frame."""

    cut: Cut
    frame: TorsoFrame
    size: float
    """Picture units for one unit of the body that flat garments are cut for."""
    sleeves: tuple[FlatSleeve, ...]
    """Left and right in the picture; none for a sleeveless garment."""

    def place(self, uv: Array) -> Array:
        """Picture positions of torso coordinates (N x 2)."""
        return self.frame.place(uv[:, 0], uv[:, 1])

    @property
    def outline(self) -> Array:
        """The torso's closed outline in picture units."""
        return self.place(torso_outline(self.cut))


@lru_cache(maxsize=16)
def lay_flat(cut: Cut) -> FlatCut:
    """The garment spread out and fitted into the frame."""
    angle = _sleeve_angle(cut)
    trial = _laid(cut, 1.0, (0.0, 0.0), angle)
    every = np.concatenate([trial.outline, *(s.outline for s in trial.sleeves)])
    low, high = every.min(0), every.max(0)
    size = float(
        min(0.86 * FRAME[1] / (high[0] - low[0]), 0.82 * FRAME[0] / (high[1] - low[1]), 1.6)
    )
    middle = size * 0.5 * (low + high)
    return _laid(
        cut, size, (0.5 * FRAME[1] - float(middle[0]), 0.5 * FRAME[0] - float(middle[1])), angle
    )


def _laid(cut: Cut, size: float, origin: tuple[float, float], angle: float) -> FlatCut:
    frame = _flat_frame(cut, size, origin)
    sleeves = (
        tuple(_flat_sleeve(cut, frame, size, side, angle) for side in (-1, 1)) if cut.sleeve else ()
    )
    return FlatCut(cut, frame, size, sleeves)


def _flat_frame(cut: Cut, size: float, origin: tuple[float, float]) -> TorsoFrame:
    widths = torso_widths(FLAT_SHOULDER, FLAT_CHEST, FLAT_WAIST, FLAT_HIP)
    body = TorsoFrame(
        origin=origin,
        length=FLAT_SPINE * size,
        sway=straight(),
        tilt=straight(),
        width=lambda v: np.asarray(widths(v) * size, np.float32),
        drop=0.105 * FLAT_SPINE * size,
    )
    return eased(body, cut, size)


def _sleeve_angle(cut: Cut) -> float:
    """Short sleeves stick out, long ones hang down as far as they don't touch the body."""
    usual = float(np.interp(cut.sleeve, [0.25, 0.5, 1.0], [0.74, 0.36, 0.10]))
    frame = _flat_frame(cut, 1.0, (0.0, 0.0))
    for angle in np.arange(usual, 0.9 if cut.sleeve else usual, 0.1):
        low = _flat_sleeve(cut, frame, 1.0, 1, float(angle)).inner[10:]
        v = low[:, 1] / frame.length
        if (low[:, 0] - frame.width(v))[v < cut.hem + 0.03].min(initial=np.inf) > 4:
            return float(angle)
    return usual


def _flat_sleeve(
    cut: Cut, frame: TorsoFrame, size: float, side: int, angle: float, steps: int = 25
) -> FlatSleeve:
    """A sleeve that comes out of the shoulder and then hangs at an angle from straight down."""
    tip, under = frame.place(side * cut.shoulder, 0.0), frame.place(float(side), ARMPIT)
    t = np.linspace(0, 1, steps, dtype=np.float32)
    length = cut.sleeve * ARM_SHARE * FLAT_SPINE * size
    slope = angle + max(0.0, 1.1 - angle) * np.exp(-t * length / (80 * size))
    unit = np.stack([side * np.sin(slope), np.cos(slope)], 1)
    outwards = np.stack([side * np.cos(slope), -np.sin(slope)], 1)
    run = np.concatenate([np.zeros((1, 2)), np.cumsum(0.5 * (unit[1:] + unit[:-1]), 0)]) * (
        length / (steps - 1)
    )
    width = 2 * size * (FLAT_ARM * ARM_RADII(cut.sleeve * t) + sleeve_room(cut)(t))
    outer = tip + run + outwards * (size * cut.sleeve_swell * np.sin(np.pi * t))[:, None]
    near = np.clip(1 - t * cut.sleeve / 0.2, 0, 1)[:, None] ** 1.5
    inner = (outer - outwards * width[:, None]) * (1 - near) + (under + run) * near
    return FlatSleeve(outer.astype(np.float32), inner.astype(np.float32))

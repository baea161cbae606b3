"""Curves and smooth functions in picture units (the frame is 768 wide and 1024 high)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
"""An array of floats; as points, N x 2 with x before y. Per-pixel ones are float32, for speed."""

FRAME = (1024, 768)
"""Height and width of the frame in picture units: those of VITON-HD."""


def points(*rows: Sequence[float]) -> Array:
    """The points given as (x, y) rows."""
    return np.array(rows, np.float32)


def spline(knots: ArrayLike, steps: int = 8, closed: bool = False) -> Array:
    """A Catmull-Rom curve through the knots, `steps` points for each span."""
    p = np.asarray(knots, np.float32)
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    p = np.concatenate([ends[0], p, ends[1]])
    weights, spans = _catmull_rom(steps), len(p) - 3
    curve = weights[0] * p[:spans, None]
    for k in range(1, 4):
        curve += weights[k] * p[k : k + spans, None]
    curve = curve.reshape(-1, 2)
    return curve if closed else np.concatenate([curve, p[-2:-1]])


@cache
def _catmull_rom(steps: int) -> tuple[Array, ...]:
    """The weights of four neighbouring knots at `steps` points of the span between the middle two."""
    t = (np.arange(steps, dtype=np.float32) / steps)[:, None]
    t2, t3 = t * t, t * t * t
    return (
        0.5 * (2 * t2 - t - t3),
        0.5 * (2 - 5 * t2 + 3 * t3),
        0.5 * (t + 4 * t2 - 3 * t3),
        0.5 * (t3 - t2),
    )


DISC = spline(
    [
        (1, 0),
        (0.7071, 0.7071),
        (0, 1),
        (-0.7071, 0.7071),
        (-1, 0),
        (-0.7071, -0.7071),
        (0, -1),
        (0.7071, -0.7071),
    ],
    3,
    True,
)
"""The closed outline of a circle of radius 1."""


def bow(start: ArrayLike, end: ArrayLike, sag: ArrayLike, steps: int = 12) -> Array:
    """Arcs (... x steps x 2) from starts to ends that sag to their right by `sag` of their length."""
    a, b = (np.asarray(p, np.float32)[..., None, :] for p in (start, end))
    t = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    normal = np.stack([a[..., 1] - b[..., 1], b[..., 0] - a[..., 0]], -1)
    bend = np.asarray(sag, np.float32)[..., None, None] * 4 * t * (1 - t)
    return np.asarray(a + (b - a) * t + normal * bend, np.float32)


PROFILE_STEPS = 192
"""Samples that a smooth profile is tabulated with."""
FAR = 3.0
"""How far a profile goes on straight beyond its ends, in multiples of its own extent."""


def profile(at: ArrayLike, values: ArrayLike) -> Callable[[ArrayLike], Array]:
    """A smooth function through (at, values) that never overshoots, straight beyond its ends."""
    x, y = np.asarray(at, np.float64), np.asarray(values, np.float64)
    h, slope = np.diff(x), np.diff(y) / np.diff(x)
    inner = np.where(slope[1:] * slope[:-1] > 0, _harmonic(slope[:-1], slope[1:]), 0.0)
    m = np.concatenate([slope[:1], inner, slope[-1:]])
    where = np.linspace(x[0], x[-1], PROFILE_STEPS)
    i = np.clip(np.searchsorted(x, where) - 1, 0, len(h) - 1)
    table = _hermite((where - x[i]) / h[i], y[i], y[i + 1], m[i] * h[i], m[i + 1] * h[i])
    reach = FAR * (x[-1] - x[0])
    where = np.concatenate([[x[0] - reach], where, [x[-1] + reach]])
    table = np.concatenate([[y[0] - reach * m[0]], table, [y[-1] + reach * m[-1]]])
    return lambda q: np.interp(q, where, table)


def _harmonic(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    total = a + b
    return np.asarray(2 * a * b / np.where(total == 0, 1, total), np.float64)


def _hermite(
    t: NDArray[np.float64],
    y0: NDArray[np.float64],
    y1: NDArray[np.float64],
    m0: NDArray[np.float64],
    m1: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Cubic Hermite interpolation between values y0, y1 with slopes m0, m1 over a unit span."""
    t2, t3 = t * t, t * t * t
    value = (2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * m0
    return np.asarray(value + (3 * t2 - 2 * t3) * y1 + (t3 - t2) * m1, np.float64)


def taper(path: ArrayLike, width: float, power: float = 0.7) -> Array:
    """The closed outline of a stroke along the path, `width` in its middle and pointed at its ends."""
    return tapers(np.asarray(path, np.float32)[None], width, power)[0]


def tapers(paths: Array, width: ArrayLike, power: float = 0.7) -> Array:
    """Outlines (M x 2N x 2) of strokes along M paths (M x N x 2), `width` in their middles."""
    along = np.concatenate([paths[:, 1:], paths[:, -1:]], 1)
    along -= np.concatenate([paths[:, :1], paths[:, :-1]], 1)
    unit = along / np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)[..., None]
    half = 0.5 * np.sin(np.linspace(0, np.pi, paths.shape[1])) ** power
    reach = np.reshape(np.asarray(width, np.float32), (-1, 1, 1)) * half[:, None]
    side = np.stack([-unit[..., 1], unit[..., 0]], -1) * reach
    return np.concatenate([paths + side, (paths - side)[:, ::-1]], 1).astype(np.float32)


def direction(angle: float) -> Array:
    """The unit vector `angle` radians from straight down towards +x."""
    return np.array([np.sin(angle), np.cos(angle)], np.float32)


def turn(shape: ArrayLike, angle: float) -> Array:
    """The points turned by `angle` radians (clockwise on screen) about the origin."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(
        np.asarray(shape, np.float32) @ np.array([[c, s], [-s, c]], np.float32), np.float32
    )


def smoothstep(x: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def mirrored(half: ArrayLike) -> Array:
    """The closed outline made of `half` and its mirror image in the line x = 0."""
    h = np.asarray(half, np.float32)
    return np.concatenate([h, h[::-1] * np.array([-1, 1], np.float32)])

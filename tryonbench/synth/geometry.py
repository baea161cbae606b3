"""Curves and smooth functions in picture units (the frame is 768 wide and 1024 high)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
"""An array of floats; as points, N x 2 with x before y. Per-pixel ones are float32, for speed."""
Profile = Callable[[ArrayLike], Array]
"""A smooth function of one variable, applied to each element."""

FRAME = (1024, 768)
"""Height and width of the frame in picture units: those of VITON-HD."""


def points(*rows: Sequence[float]) -> Array:
    """The points given as (x, y) rows."""
    return np.array(rows, np.float32)


def point(x: float, y: float) -> Array:
    """One point, shape (2,)."""
    return np.array((x, y), np.float32)


MIRROR = point(-1, 1)
"""Multiplies points into their mirror image in the line x = 0."""


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
def _catmull_rom(steps: int) -> tuple[Array, Array, Array, Array]:
    """The weights of four neighbouring knots at points of the span between the middle two."""
    t = (np.arange(steps, dtype=np.float32) / steps)[:, None]
    squared, cubed = t * t, t * t * t
    first, last = 0.5 * (2 * squared - t - cubed), 0.5 * (cubed - squared)
    return first, 1 - 2.5 * squared + 1.5 * cubed, 0.5 * (t + 4 * squared - 3 * cubed), last


def circle(steps: int = 24) -> Array:
    """The closed outline of a circle of radius 1 about the origin."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)


DISC = circle()


def bow(start: ArrayLike, end: ArrayLike, sag: ArrayLike, steps: int = 12) -> Array:
    """Arcs (... x steps x 2) that sag to the right of their chords by `sag` of their length."""
    a, b = (np.asarray(p, np.float32)[..., None, :] for p in (start, end))
    t = _shares(steps)[:, None]
    normal = np.stack([a[..., 1] - b[..., 1], b[..., 0] - a[..., 0]], -1)
    bend = np.asarray(sag, np.float32)[..., None, None] * 4 * t * (1 - t)
    return np.asarray(a + (b - a) * t + normal * bend)


@cache
def _shares(steps: int) -> Array:
    return np.linspace(0, 1, steps, dtype=np.float32)


def taper(path: Array, width: float, power: float = 0.7) -> Array:
    """The outline of a stroke along the path, `width` in its middle, pointed at its ends."""
    return np.asarray(tapers(path[None], width, power)[0])


def tapers(paths: Array, width: float, power: float = 0.7) -> Array:
    """Outlines (M x 2N x 2) of strokes along M paths (M x N x 2), `width` in their middles."""
    along = np.concatenate([paths[:, 1:], paths[:, -1:]], 1)
    along -= np.concatenate([paths[:, :1], paths[:, :-1]], 1)
    half = 0.5 * width * _bulge(paths.shape[1], power)
    side = normals(along) * half[:, None]
    return np.concatenate([paths + side, (paths - side)[:, ::-1]], 1).astype(np.float32)


@cache
def _bulge(count: int, power: float) -> Array:
    """0 at both ends, 1 in the middle."""
    return np.asarray(np.sin(np.linspace(0, np.pi, count)) ** power)


def normals(along: Array) -> Array:
    """Unit vectors to the right-hand side of directions (... x 2)."""
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)
    unit = np.empty_like(along)
    unit[..., 0], unit[..., 1] = -along[..., 1] / length, along[..., 0] / length
    return unit


def lengths(path: Array) -> Array:
    """The length of a path up to each of its points."""
    step = np.diff(path, axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])


def resampled(path: Array, count: int) -> Array:
    """The path as `count` points at equal distances."""
    return along_path(path, np.linspace(0, 1, count))


def along_path(path: Array, at: Array) -> Array:
    """The points (... x 2) at parts `at` (0..1) of a path's length."""
    length = lengths(path)
    where, found = at * length[-1], np.empty((*at.shape, 2), np.float32)
    for axis in (0, 1):
        found[..., axis] = np.interp(where, length, path[:, axis])
    return found


class Table:
    """K functions by their values (K x N) at 0, 1, 2, ..., linear between them."""

    def __init__(self, values: ArrayLike) -> None:
        self._values = np.asarray(values, np.float32)
        self._steps = np.diff(self._values)

    def at(self, where: Array) -> Array:
        """The values (K x ...) at places (...); the first and last ones beyond the ends."""
        last = self._steps.shape[1]
        where = np.minimum(np.maximum(where, 0), last)
        i = np.minimum(where.astype(np.intp), last - 1)
        values = (where - i) * self._steps.take(i, 1)
        values += self._values.take(i, 1)
        return np.asarray(values)


PROFILE_STEPS = 192
"""Samples that a smooth profile is tabulated with."""
FAR = 3.0
"""How far a profile goes on straight beyond its ends, in multiples of its own extent."""


def profile(at: Sequence[float], values: Sequence[float]) -> Profile:
    """A smooth function through (at, values) that never overshoots, straight beyond its ends."""
    x, y = np.asarray(at, np.float64), np.asarray(values, np.float64)
    slope = _slopes(x, y)
    where = np.linspace(x[0], x[-1], PROFILE_STEPS)
    table = _hermite(where, x, y, slope)
    reach = FAR * (x[-1] - x[0])
    where = np.concatenate([[x[0] - reach], where, [x[-1] + reach]])
    table = np.concatenate([[y[0] - reach * slope[0]], table, [y[-1] + reach * slope[-1]]])
    return lambda q: np.interp(np.asarray(q, np.float64), where, table)


def _slopes(x: Array, y: Array) -> Array:
    """Slopes at the knots: harmonic means of the neighbouring ones, 0 at an extreme (PCHIP)."""
    step = np.diff(y) / np.diff(x)
    before, after = step[:-1], step[1:]
    total = np.where(before + after == 0, 1, before + after)
    inner = np.where(before * after > 0, 2 * before * after / total, 0.0)
    return np.concatenate([step[:1], inner, step[-1:]])


def _hermite(where: Array, x: Array, y: Array, slope: Array) -> Array:
    """Cubic Hermite interpolation of values y with slopes at knots x."""
    i = np.clip(np.searchsorted(x, where) - 1, 0, len(x) - 2)
    gap = x[i + 1] - x[i]
    t = (where - x[i]) / gap
    rise = t * t * (3 - 2 * t)
    bend = t * (1 - t) * ((1 - t) * slope[i] - t * slope[i + 1]) * gap
    return np.asarray(y[i] * (1 - rise) + y[i + 1] * rise + bend)


def constant(value: float) -> Profile:
    """The same value everywhere."""
    return lambda q: np.full_like(np.asarray(q, np.float32), value)


def direction(angle: float) -> Array:
    """The unit vector `angle` radians from straight down towards +x."""
    return point(np.sin(angle), np.cos(angle))


def turn(shape: Array, angle: float) -> Array:
    """The points turned by `angle` radians (clockwise on screen) about the origin."""
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x, y = shape[..., 0], shape[..., 1]
    turned = np.empty_like(shape)
    turned[..., 0], turned[..., 1] = x * cosine - y * sine, x * sine + y * cosine
    return turned


def smoothstep(x: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def bell(x: Array, middle: float, width: float) -> Array:
    """A Gaussian bump of height 1."""
    return np.asarray(np.exp(-(((x - middle) / width) ** 2)))


def mirrored(half: Array) -> Array:
    """The closed outline made of `half` and its mirror image in the line x = 0."""
    return np.concatenate([half, half[::-1] * MIRROR])

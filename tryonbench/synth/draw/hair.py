"""Hair: locks between two guide curves, filled and stroked with strands. A style is one function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from tryonbench.synth.body import Head
from tryonbench.synth.draw.canvas import Canvas, Patch, colour_of, mix
from tryonbench.synth.geometry import Array, points, spline
from tryonbench.synth.person import Person

HAIR_LABEL = 2


@dataclass(frozen=True)
class Lock:
    """Hair between two guide curves that both run from root to tip (head coordinates)."""

    inner: Array
    outer: Array
    strands: int = 26
    shine: float = 0.3
    """Where along the lock the light glances off."""


@dataclass(frozen=True)
class Hairdo:
    """A style: what lies behind the neck, behind the face, and in front."""

    back: Sequence[Lock] = field(default_factory=tuple)
    front: Sequence[Lock] = field(default_factory=tuple)


Style = Callable[[float, np.random.Generator], Hairdo]
_STYLES: dict[str, Style] = {}


def hair_style(name: str) -> Callable[[Style], Style]:
    """Register a style: a function of the parting (-1 to 1) and random numbers."""

    def register(function: Style) -> Style:
        _STYLES[name] = function
        return function

    return register


def draw_back_hair(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint the hair behind neck and shoulders."""
    rng = np.random.default_rng([person.detail, 1])
    tone = colour_of(person.hair) * 0.66
    for lock in hairdo(person).back:
        _draw_lock(canvas, lock, head, tone, rng)


def draw_front_hair(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint the hair over forehead and shoulders, with its shadow on the face."""
    rng = np.random.default_rng([person.detail, 2])
    locks = hairdo(person).front
    shapes = [
        head.place(np.concatenate([lock.inner, lock.outer[::-1]])) + points((-4 * person.light, 9))
        for lock in locks
    ]
    if shapes:
        shadow = canvas.softened(canvas.area(*shapes, margin=24), 7)
        canvas.shade(canvas.only(shadow, 13, 10, 5), 0.34)
    for lock in locks:
        _draw_lock(canvas, lock, head, colour_of(person.hair), rng)


@lru_cache(maxsize=4)
def hairdo(person: Person) -> Hairdo:
    """The person's hair in head coordinates."""
    return _STYLES[person.hair_style](person.parting, np.random.default_rng([person.detail, 3]))


def _draw_lock(
    canvas: Canvas, lock: Lock, head: Head, tone: Array, rng: np.random.Generator
) -> None:
    inner, outer = head.place(lock.inner), head.place(lock.outer)
    tips = inner[-1] + (outer[-1] - inner[-1]) * np.linspace(0, 1, 9, dtype=np.float32)[1:-1, None]
    end, gap = inner[-1] - inner[-3], np.hypot(*(outer[-1] - inner[-1]))
    fringe = rng.uniform(-0.1, 0.3, (7, 1)) * gap * end / np.hypot(*end)
    body = canvas.area(
        np.concatenate([inner, tips + fringe.astype(np.float32), outer[::-1]]), margin=6
    )
    canvas.paint(body, tone, HAIR_LABEL)
    rim = canvas.softened(body, 6).alpha
    canvas.paint(body.times(np.clip(1.1 - rim, 0, 1) * 0.55), tone * 0.45)
    _draw_strands(canvas, body, inner, outer, lock, tone, rng)


def _draw_strands(
    canvas: Canvas,
    body: Patch,
    inner: Array,
    outer: Array,
    lock: Lock,
    tone: Array,
    rng: np.random.Generator,
) -> None:
    """Strands of a lock: lighter ones where it shines, darker ones elsewhere."""
    count = max(4, round(lock.strands * min(1.0, 0.35 + canvas.scale)))
    light, dark = [], []
    for share in np.clip(np.linspace(0.03, 0.97, count) + rng.normal(0, 0.02, count), 0, 1):
        glance = rng.random() < 0.5
        centre = lock.shine + rng.normal(0, 0.05) if glance else rng.uniform(0.1, 0.9)
        reach = rng.uniform(0.12, 0.22) if glance else rng.uniform(0.2, 0.45)
        part = slice(
            int(max(0, (centre - reach) * len(inner))), int((centre + reach) * len(inner)) + 2
        )
        strand = inner[part] + (outer[part] - inner[part]) * np.float32(share)
        if len(strand) > 2:
            (light if glance else dark).append((strand, float(rng.uniform(0.3, 0.75))))
    canvas.paint(canvas.hatching(light, 2.0, body.window), mix(tone, (1.0, 0.95, 0.88), 0.24))
    canvas.paint(canvas.hatching(dark, 2.0, body.window), tone * 0.62)


def _curve(*rows: tuple[float, float]) -> Array:
    """A guide curve of 33 points, so that any two can be paired."""
    path = spline(rows, 16)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    at = np.linspace(0, length[-1], 33)
    return np.stack(
        [np.interp(at, length, path[:, 0]), np.interp(at, length, path[:, 1])], 1
    ).astype(np.float32)


def _flip(lock: Lock) -> Lock:
    mirror = points((-1, 1))
    return Lock(lock.inner * mirror, lock.outer * mirror, lock.strands, lock.shine)


def _curtains(part: float, low: float, width: float, tip: float) -> list[Lock]:
    """Two curtains from the parting down beside the face; `tip` is where the ends lie sideways."""
    locks = []
    for side in (-1, 1):
        p = part * side
        inner = _curve(
            (p, -0.39),
            (0.10 + 0.4 * p, -0.335),
            (0.205, -0.20),
            (0.262, 0.0),
            (0.275, 0.22),
            (0.5 * (0.28 + tip) - 0.05, 0.5 * (0.25 + low)),
            (tip - 0.07, low),
        )
        outer = _curve(
            (p, -0.535),
            (0.15 + 0.3 * p, -0.495),
            (0.29, -0.375),
            (0.357, -0.12),
            (width, 0.22),
            (width + 0.01, 0.5 * (0.25 + low)),
            (tip + 0.05, low - 0.03),
        )
        lock = Lock(inner, outer, 34, 0.24)
        locks.append(lock if side > 0 else _flip(lock))
    return locks


def _back(low: float, width: float) -> Lock:
    """Hair behind the neck down to `low`."""
    left = _curve(
        (-0.02, -0.50), (-0.28, -0.40), (-0.36, -0.1), (-width, 0.3), (-width + 0.03, low)
    )
    right = left * points((-1, 1))
    return Lock(left, np.asarray(right, np.float32), 30, 0.5)


def _cap(part: float, rise: float, side_low: float) -> list[Lock]:
    """Hair combed back from the hairline to the crown."""
    locks = []
    for side in (-1, 1):
        p = part * side
        line = _curve(
            (p, -0.335),
            (0.12, -0.32),
            (0.205, -0.245),
            (0.252, -0.13),
            (0.283, -0.02),
            (0.292, side_low),
        )
        crown = _curve(
            (p, -0.515 - rise),
            (0.14, -0.485 - rise),
            (0.255, -0.385 - 0.7 * rise),
            (0.32, -0.22),
            (0.335, -0.08),
            (0.318, side_low - 0.02),
        )
        lock = Lock(line, crown, 24, 0.35)
        locks.append(lock if side > 0 else _flip(lock))
    return locks


@hair_style("long")
def long(part: float, rng: np.random.Generator) -> Hairdo:
    """Straight hair, in front of the shoulders on one or both sides or behind them."""
    low = float(rng.uniform(0.85, 1.25))
    locks = _curtains(0.3 * part, low, 0.40, 0.36)
    behind = int(rng.integers(0, 3))
    if behind < 2:
        locks[behind] = _curtains(0.3 * part, 0.60, 0.37, 0.345)[behind]
    return Hairdo([_back(max(0.8, low - 0.1), 0.40)], locks)


@hair_style("waves")
def waves(part: float, rng: np.random.Generator) -> Hairdo:
    """Wavy hair over the shoulders."""
    locks = _curtains(0.35 * part, float(rng.uniform(0.8, 1.1)), 0.43, 0.38)
    phase = rng.uniform(0, 6.3)
    t = np.linspace(0, 1, 33, dtype=np.float32)
    sway = (0.035 * np.clip((t - 0.35) * 2, 0, 1) * np.sin(17 * t + phase))[:, None] * points(
        (1, 0)
    )
    return Hairdo(
        [_back(0.82, 0.43)],
        [Lock(lock.inner + sway, lock.outer + 1.2 * sway, 36, 0.3) for lock in locks],
    )


@hair_style("bob")
def bob(part: float, rng: np.random.Generator) -> Hairdo:
    """Chin-long hair that turns inwards."""
    low = float(rng.uniform(0.42, 0.56))
    return Hairdo([_back(low, 0.37)], _curtains(0.35 * part, low, 0.405, 0.315))


@hair_style("short")
def short(part: float, rng: np.random.Generator) -> Hairdo:
    """A pixie cut with a fringe swept to one side."""
    side = 1 if part > 0 else -1
    sweep = Lock(
        _curve((-0.18 * side, -0.33), (0.0 * side, -0.26), (0.16 * side, -0.17), (0.29 * side, -0.10)),
        _curve((-0.20 * side, -0.47), (0.03 * side, -0.555), (0.25 * side, -0.43), (0.342 * side, -0.12)), 30, 0.35,
    )  # fmt: skip
    return Hairdo([_back(0.2, 0.335)], [*_cap(0.0, 0.02, 0.03), sweep])


@hair_style("crop")
def crop(part: float, rng: np.random.Generator) -> Hairdo:
    """Very short hair close to the skull."""
    return Hairdo([_back(-0.02, 0.31)], _cap(0.0, -0.01, 0.03))


@hair_style("bun")
def bun(part: float, rng: np.random.Generator) -> Hairdo:
    """Combed back into a knot on top."""
    size = float(rng.uniform(0.10, 0.14))
    turn_ = np.linspace(0.5 * np.pi, -0.5 * np.pi, 33)
    right = np.stack([size * 1.15 * np.cos(turn_), -0.53 + size * np.sin(turn_) * 0.9], 1).astype(
        np.float32
    )
    return Hairdo([Lock(right * points((-1, 1)), right, 18, 0.6)], _cap(0.2 * part, 0.01, 0.06))


@hair_style("ponytail")
def ponytail(part: float, rng: np.random.Generator) -> Hairdo:
    """Combed back, the tail over one shoulder."""
    side = 1 if part > 0 else -1
    low = float(rng.uniform(0.8, 1.1))
    tail = Lock(
        _curve((0.20 * side, 0.30), (0.24 * side, 0.48), (0.25 * side, 0.72), (0.27 * side, low)),
        _curve((0.30 * side, 0.10), (0.385 * side, 0.40), (0.41 * side, 0.70), (0.31 * side, low + 0.02)), 24, 0.4,
    )  # fmt: skip
    return Hairdo(
        [_back(0.15, 0.31), tail],
        [*_cap(0.25 * part, 0.0, 0.08), tail]
        if rng.random() < 0.6
        else _cap(0.25 * part, 0.0, 0.08),
    )


@hair_style("curls")
def curls(part: float, rng: np.random.Generator) -> Hairdo:
    """A cloud of curls."""
    angle = np.linspace(np.pi * 0.86, -np.pi * 0.86, 66)
    bumps = 1 + 0.05 * np.sin(angle * 11) + 0.03 * np.sin(angle * 17 + 1)
    radius = float(rng.uniform(0.46, 0.54))
    cloud = np.stack(
        [np.sin(angle) * radius * 0.92 * bumps, -0.13 - np.cos(angle) * radius * bumps], 1
    ).astype(np.float32)
    back = Lock(cloud[:33][::-1], cloud[33:], 40, 0.4)
    locks = []
    for side in (-1, 1):
        line = _curve((0.0, -0.32), (0.13, -0.31), (0.22, -0.22), (0.275, -0.07), (0.285, 0.14))
        t = np.linspace(0, 1, 33, dtype=np.float32)
        puff = (0.02 * np.sin(30 * t))[:, None] * points((1, 1))
        top = _curve((0.0, -0.60), (0.24, -0.56), (0.40, -0.38), (0.44, -0.12), (0.40, 0.14)) + puff
        lock = Lock(line + 0.6 * puff, np.asarray(top, np.float32), 30, 0.4)
        locks.append(lock if side > 0 else _flip(lock))
    return Hairdo([back], locks)

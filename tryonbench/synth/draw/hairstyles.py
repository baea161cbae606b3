"""Hair styles: each is one registered function that lays locks about a head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tryonbench.synth.geometry import MIRROR, Array, point, resampled, spline
from tryonbench.synth.person import Person

GUIDE = 33
"""Points of every guide curve, so that any two can be paired."""


@dataclass(frozen=True)
class Lock:
    """Hair between two guide curves that both run from root to tip (head coordinates)."""

    inner: Array
    outer: Array
    strands: int
    shine: float
    """Where along the lock the light glances off."""

    @property
    def outline(self) -> Array:
        """The closed outline."""
        return np.concatenate([self.inner, self.outer[::-1]])

    @property
    def flipped(self) -> Lock:
        """The mirror image."""
        return Lock(self.inner * MIRROR, self.outer * MIRROR, self.strands, self.shine)


@dataclass(frozen=True)
class Hairdo:
    """What lies behind the neck, and in front of the face and the shoulders."""

    back: Sequence[Lock]
    front: Sequence[Lock]


Style = Callable[[float, np.random.Generator], Hairdo]
"""From the parting (-1 to 1) and random numbers."""
_STYLES: dict[str, Style] = {}


def hair_style(name: str) -> Callable[[Style], Style]:
    """Register a style under a name."""

    def register(function: Style) -> Style:
        _STYLES[name] = function
        return function

    return register


@lru_cache(maxsize=4)
def hairdo(person: Person) -> Hairdo:
    """The person's hair."""
    return _STYLES[person.hair_style](person.parting, np.random.default_rng([person.detail, 3]))


def _guide(*knots: tuple[float, float]) -> Array:
    return resampled(spline(knots, 16), GUIDE)


def _both(lock: Callable[[float], Lock], part: float) -> list[Lock]:
    """A lock on either side; it is given the parting as seen from its side."""
    return [lock(-part).flipped, lock(part)]


def _curtains(part: float, low: float, width: float, tip: float) -> list[Lock]:
    """Two curtains from the parting down beside the face; their ends lie at (tip, low)."""

    def lock(p: float) -> Lock:
        half = 0.5 * (0.25 + low)
        hairline = [(p, -0.39), (0.10 + 0.4 * p, -0.335), (0.205, -0.20), (0.262, 0.0)]
        crown = [(p, -0.535), (0.15 + 0.3 * p, -0.495), (0.29, -0.375), (0.357, -0.12)]
        inner = _guide(*hairline, (0.275, 0.22), (0.09 + 0.5 * tip, half), (tip - 0.07, low))
        outer = _guide(*crown, (width, 0.22), (width + 0.01, half), (tip + 0.05, low - 0.03))
        return Lock(inner, outer, 34, 0.24)

    return _both(lock, part)


def _cap(part: float, rise: float, low: float) -> list[Lock]:
    """Hair combed back from the hairline to the crown, down to `low` before the ears."""

    def lock(p: float) -> Lock:
        hairline = [(p, -0.335), (0.12, -0.32), (0.205, -0.245), (0.252, -0.13), (0.283, -0.02)]
        crown = [(p, -0.515 - rise), (0.14, -0.485 - rise), (0.255, -0.385 - 0.7 * rise)]
        inner = _guide(*hairline, (0.292, low))
        outer = _guide(*crown, (0.32, -0.22), (0.335, -0.08), (0.318, low - 0.02))
        return Lock(inner, outer, 24, 0.35)

    return _both(lock, part)


def _back(low: float, width: float) -> Lock:
    """Hair behind the neck down to `low`."""
    top = [(-0.02, -0.50), (-0.28, -0.40), (-0.36, -0.1)]
    left = _guide(*top, (-width, min(0.3, 0.5 * low - 0.05)), (-width + 0.03, low))
    return Lock(left, left * MIRROR, 30, 0.5)


@hair_style("long")
def long(part: float, rng: np.random.Generator) -> Hairdo:
    """Straight hair, in front of both shoulders or of one."""
    low = float(rng.uniform(0.85, 1.25))
    locks = _curtains(0.3 * part, low, 0.40, 0.36)
    behind = int(rng.integers(3))
    if behind < 2:
        locks[behind] = _curtains(0.3 * part, 0.60, 0.37, 0.345)[behind]
    return Hairdo([_back(max(0.8, low - 0.1), 0.40)], locks)


@hair_style("waves")
def waves(part: float, rng: np.random.Generator) -> Hairdo:
    """Wavy hair over the shoulders."""
    locks = _curtains(0.35 * part, float(rng.uniform(0.8, 1.1)), 0.43, 0.38)
    t, phase = np.linspace(0, 1, GUIDE, dtype=np.float32), rng.uniform(0, 6.3)
    wave = 0.035 * np.clip((t - 0.35) * 2, 0, 1) * np.sin(17 * t + phase)
    sway = wave[:, None] * point(1, 0)
    waved = [Lock(lock.inner + sway, lock.outer + 1.2 * sway, 36, 0.3) for lock in locks]
    return Hairdo([_back(0.82, 0.43)], waved)


@hair_style("bob")
def bob(part: float, rng: np.random.Generator) -> Hairdo:
    """Chin-long hair that turns inwards."""
    low = float(rng.uniform(0.42, 0.56))
    return Hairdo([_back(low, 0.37)], _curtains(0.35 * part, low, 0.405, 0.315))


@hair_style("short")
def short(part: float, rng: np.random.Generator) -> Hairdo:
    """A pixie cut with a fringe swept to one side."""
    fringe = _guide((-0.18, -0.33), (0.0, -0.26), (0.16, -0.17), (0.29, -0.10))
    crown = _guide((-0.20, -0.47), (0.03, -0.555), (0.25, -0.43), (0.342, -0.12))
    sweep = Lock(fringe, crown, 30, 0.35)
    return Hairdo(
        [_back(0.2, 0.335)], [*_cap(0.0, 0.02, 0.03), sweep if part > 0 else sweep.flipped]
    )


@hair_style("crop")
def crop(part: float, rng: np.random.Generator) -> Hairdo:
    """Very short hair close to the skull."""
    return Hairdo([_back(-0.02, 0.31)], _cap(0.0, -0.01, 0.03))


@hair_style("bun")
def bun(part: float, rng: np.random.Generator) -> Hairdo:
    """Combed back into a knot on top."""
    size, angle = float(rng.uniform(0.10, 0.14)), np.linspace(0.5 * np.pi, -0.5 * np.pi, GUIDE)
    knot = np.stack([1.15 * size * np.cos(angle), 0.9 * size * np.sin(angle) - 0.53], 1)
    return Hairdo([Lock(knot * MIRROR, knot, 18, 0.6)], _cap(0.2 * part, 0.01, 0.06))


@hair_style("ponytail")
def ponytail(part: float, rng: np.random.Generator) -> Hairdo:
    """Combed back, the tail behind or over one shoulder."""
    low = float(rng.uniform(0.8, 1.1))
    inner = _guide((0.20, 0.30), (0.24, 0.48), (0.25, 0.72), (0.27, low))
    outer = _guide((0.30, 0.10), (0.385, 0.40), (0.41, 0.70), (0.31, low + 0.02))
    tail = Lock(inner, outer, 24, 0.4)
    tail = tail if part > 0 else tail.flipped
    cap = _cap(0.25 * part, 0.0, 0.08)
    return Hairdo([_back(0.15, 0.31), tail], [*cap, tail] if rng.random() < 0.6 else cap)


@hair_style("curls")
def curls(part: float, rng: np.random.Generator) -> Hairdo:
    """A cloud of curls."""
    angle = np.linspace(0, 0.86 * np.pi, GUIDE, dtype=np.float32)
    radius = float(rng.uniform(0.46, 0.54)) * (
        1 + 0.05 * np.sin(11 * angle) + 0.03 * np.sin(17 * angle)
    )
    cloud = np.stack([0.92 * radius * np.sin(angle), -0.13 - radius * np.cos(angle)], 1)
    puff = 0.02 * np.sin(30 * np.linspace(0, 1, GUIDE, dtype=np.float32))[:, None]
    line = _guide((0.0, -0.32), (0.13, -0.31), (0.22, -0.22), (0.275, -0.07), (0.285, 0.14))
    top = _guide((0.0, -0.60), (0.24, -0.56), (0.40, -0.38), (0.44, -0.12), (0.40, 0.14))
    side = Lock(line + 0.6 * puff, top + puff, 30, 0.4)
    return Hairdo([Lock(cloud * MIRROR, cloud, 40, 0.4)], [side.flipped, side])

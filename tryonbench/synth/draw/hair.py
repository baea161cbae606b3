"""Painting hair: locks between two guide curves, filled and stroked with strands."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.body import Head
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import colour_of, mix
from tryonbench.synth.draw.hairstyles import Lock, hairdo
from tryonbench.synth.geometry import Array, point
from tryonbench.synth.labels import FACE, HAIR, NECK, UPPER
from tryonbench.synth.person import Person

SHINE = (1.0, 0.95, 0.88)
STRAND = 2.0
"""Width of a strand in picture units."""
TIPS = 7
"""Points of a lock's ragged end."""


def draw_back_hair(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint the hair behind neck and shoulders."""
    rng = np.random.default_rng([person.detail, 1])
    for lock in hairdo(person).back:
        _draw_lock(canvas, lock, head, colour_of(person.hair) * 0.66, rng)


def draw_front_hair(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint the hair over forehead and shoulders, with its shadow."""
    rng = np.random.default_rng([person.detail, 2])
    locks = hairdo(person).front
    away = point(-4 * person.light, 9)
    shapes = [head.place(lock.outline) + away for lock in locks]
    shadow = canvas.softened(canvas.area(*shapes, margin=24), 7)
    canvas.shade(canvas.only(shadow, FACE, NECK, UPPER), 0.34)
    for lock in locks:
        _draw_lock(canvas, lock, head, colour_of(person.hair), rng)


def _draw_lock(
    canvas: Canvas, lock: Lock, head: Head, tone: Array, rng: np.random.Generator
) -> None:
    placed = Lock(head.place(lock.inner), head.place(lock.outer), lock.strands, lock.shine)
    body = canvas.area(_ragged(placed, rng), margin=6)
    canvas.paint(body, tone, HAIR)
    rim = canvas.softened(body, 6).alpha
    canvas.paint(body.times(0.55 * np.clip(1.1 - rim, 0, 1)), tone * 0.45)
    _draw_strands(canvas, body, placed, tone, rng)


def _ragged(lock: Lock, rng: np.random.Generator) -> Array:
    """A lock's outline with an uneven end."""
    start, gap = lock.inner[-1], lock.outer[-1] - lock.inner[-1]
    share = np.linspace(0, 1, TIPS + 2, dtype=np.float32)[1:-1, None]
    end = lock.inner[-1] - lock.inner[-3]
    reach = rng.uniform(-0.1, 0.3, (TIPS, 1)) * np.hypot(*gap) / np.hypot(*end)
    tips = start + gap * share + reach.astype(np.float32) * end
    return np.concatenate([lock.inner, tips, lock.outer[::-1]])


def _draw_strands(
    canvas: Canvas, body: Patch, lock: Lock, tone: Array, rng: np.random.Generator
) -> None:
    """Lighter strands where a lock shines, darker ones elsewhere."""
    count = max(4, round(lock.strands * min(1.0, 0.35 + canvas.scale)))
    light: list[tuple[Array, float]] = []
    dark: list[tuple[Array, float]] = []
    for share in np.clip(np.linspace(0.03, 0.97, count) + rng.normal(0, 0.02, count), 0, 1):
        shines = bool(rng.random() < 0.5)
        part = _shining_part(lock, rng) if shines else _any_part(lock, rng)
        strand = lock.inner[part] + (lock.outer[part] - lock.inner[part]) * np.float32(share)
        (light if shines else dark).append((strand, float(rng.uniform(0.3, 0.75))))
    canvas.paint(canvas.hatching(light, STRAND, body.window), mix(tone, SHINE, 0.24))
    canvas.paint(canvas.hatching(dark, STRAND, body.window), tone * 0.62)


def _shining_part(lock: Lock, rng: np.random.Generator) -> slice:
    return _part(lock, lock.shine + rng.normal(0, 0.05), rng.uniform(0.12, 0.22))


def _any_part(lock: Lock, rng: np.random.Generator) -> slice:
    return _part(lock, rng.uniform(0.1, 0.9), rng.uniform(0.2, 0.45))


def _part(lock: Lock, middle: float, reach: float) -> slice:
    """The points of a lock's guides within `reach` of `middle`, both as parts of its length."""
    count = len(lock.inner)
    return slice(int(max(0, (middle - reach) * count)), int((middle + reach) * count) + 2)

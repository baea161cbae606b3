"""Patterns of cloth: each is one registered function from cloth coordinates to colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from tryonbench.synth.geometry import Array, smoothstep

TILE = 256
"""Side in pixels of a tile of scattered motifs."""
TILE_WIDTH = 230.0
"""Its side in picture units, at size 1."""


@dataclass(frozen=True)
class Weave:
    """Where a piece of cloth lies."""

    x: Array
    """Across it in picture units (float32); with `y` it broadcasts to H x W."""
    y: Array
    """Down it."""
    pixel: float
    """Size of a pixel in picture units."""
    panel: str
    """torso or sleeve."""
    detail: int
    """Seed of scattered motifs."""


Pattern = Callable[[Weave, Array, float], Array]
"""From (weave, colours as 3 x 3, size) to colours in 0..1 that broadcast to 3 x H x W."""

PATTERNS: dict[str, Pattern] = {}


def pattern(name: str) -> Callable[[Pattern], Pattern]:
    """Register a pattern under a name."""

    def register(function: Pattern) -> Pattern:
        PATTERNS[name] = function
        return function

    return register


def blend(share: Array, below: Array, above: Array) -> Array:
    """`below` where the share is 0, `above` where it is 1."""
    start, end = (c.reshape(3, 1, 1) if c.ndim == 1 else c for c in (below, above))
    return np.asarray(start + share * (end - start))


def plain(colour: Array) -> Array:
    """One colour everywhere."""
    return colour.reshape(3, 1, 1)


def bands(at: Array, period: float, duty: float, pixel: float) -> Array:
    """1 inside the bands of a periodic stripe, 0 outside, soft over one pixel."""
    distance = np.abs(np.mod(at / period, 1.0) - 0.5) * period
    edge = 0.5 * duty * period
    return 1 - smoothstep(distance, edge - 0.6 * pixel, edge + 0.6 * pixel)


@pattern("solid")
def solid(weave: Weave, colours: Array, size: float) -> Array:
    """One colour."""
    return plain(colours[0])


@pattern("stripes")
def stripes(weave: Weave, colours: Array, size: float) -> Array:
    """Horizontal stripes."""
    return blend(bands(weave.y, 44 * size, 0.45, weave.pixel), colours[0], colours[1])


@pattern("pinstripes")
def pinstripes(weave: Weave, colours: Array, size: float) -> Array:
    """Vertical stripes."""
    return blend(bands(weave.x, 40 * size, 0.3, weave.pixel), colours[0], colours[1])


@pattern("diagonals")
def diagonals(weave: Weave, colours: Array, size: float) -> Array:
    """Diagonal stripes."""
    along = 0.7 * (weave.x + weave.y)
    return blend(bands(along, 52 * size, 0.4, weave.pixel), colours[0], colours[1])


@pattern("zigzag")
def zigzag(weave: Weave, colours: Array, size: float) -> Array:
    """Horizontal zigzag lines."""
    period = 62 * size
    teeth = np.abs(np.mod(weave.x / period, 1.0) - 0.5) * period
    return blend(bands(weave.y + teeth, 40 * size, 0.42, weave.pixel), colours[0], colours[1])


@pattern("checks")
def checks(weave: Weave, colours: Array, size: float) -> Array:
    """A gingham."""
    across, down = (bands(axis, 56 * size, 0.5, weave.pixel) for axis in (weave.x, weave.y))
    return blend(0.5 * (across + down), colours[0], colours[1])


@pattern("plaid")
def plaid(weave: Weave, colours: Array, size: float) -> Array:
    """Broad and thin crossing stripes."""
    period, axes = 120 * size, (weave.x, weave.y)
    across, down = (bands(axis, period, 0.42, weave.pixel) for axis in axes)
    thin = [bands(axis + 30 * size, period, 0.06, weave.pixel) for axis in axes]
    cloth = blend(0.42 * (across + down), colours[0], colours[1])
    return blend(0.8 * np.maximum(*thin), cloth, colours[2])


@pattern("windowpane")
def windowpane(weave: Weave, colours: Array, size: float) -> Array:
    """A grid of thin lines."""
    lines = [bands(axis, 76 * size, 0.07, weave.pixel) for axis in (weave.x, weave.y)]
    return blend(np.maximum(*lines), colours[0], colours[1])


@pattern("dots")
def dots(weave: Weave, colours: Array, size: float) -> Array:
    """Round dots in offset rows."""
    period = 54 * size
    offset = 0.5 * period * np.mod(np.floor(weave.y / period), 2)
    x = np.mod(weave.x + offset, period) - 0.5 * period
    y = np.mod(weave.y, period) - 0.5 * period
    radius, edge = np.hypot(x, y), 0.24 * period
    inside = 1 - smoothstep(radius, edge - weave.pixel, edge + weave.pixel)
    return blend(inside, colours[0], colours[1])


@pattern("gradient")
def gradient(weave: Weave, colours: Array, size: float) -> Array:
    """One colour fading into another downwards."""
    return blend(smoothstep(weave.y, 80, 80 + 420 * size), colours[0], colours[1])


@pattern("blocks")
def blocks(weave: Weave, colours: Array, size: float) -> Array:
    """Blocks of colour: chest and body, and sleeves of a third."""
    if weave.panel == "sleeve":
        return plain(colours[2])
    edge = 150 * size
    below = smoothstep(weave.y, edge - weave.pixel, edge + weave.pixel)
    return blend(below, colours[1], colours[0])


@pattern("floral")
def floral(weave: Weave, colours: Array, size: float) -> Array:
    """Scattered blossoms."""
    return tiled(weave, blossoms(weave.detail, colours), size)


def tiled(weave: Weave, tile: Array, size: float) -> Array:
    """A tile (TILE x TILE x 3) repeated over the cloth."""
    zoom = np.float32(TILE / (TILE_WIDTH * size))
    axes = (np.mod(axis * zoom, np.float32(TILE)) for axis in (weave.x, weave.y))
    x, y = (np.ascontiguousarray(axis) for axis in np.broadcast_arrays(*axes))
    packed = cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(packed.transpose(2, 0, 1))


def blossoms(detail: int, colours: Array, count: int = 22) -> Array:
    """A tile of blossoms that repeats without a seam."""
    rng = np.random.default_rng(detail)
    tile = np.full((TILE, TILE, 3), colours[0], np.float32)
    places, spins = rng.uniform(0, TILE, (count, 2)), rng.uniform(0, 2 * np.pi, count)
    radii, inks = rng.uniform(9, 19, count), rng.permutation([1, 2] * (count // 2))
    for place, spin, radius, ink in zip(places, spins, radii, inks, strict=True):
        copies = place + np.array(list(product((-TILE, 0, TILE), repeat=2)))
        seen = ((copies >= -2 * radius) & (copies <= TILE + 2 * radius)).all(1)
        for at in copies[seen]:
            _draw_blossom(tile, at, spin, radius, (colours[ink], colours[3 - ink]))
    return tile


def _draw_blossom(
    tile: Array, at: Array, spin: float, radius: float, inks: tuple[Array, Array]
) -> None:
    """Five petals of the first ink about a heart of the second."""
    size = max(1, round(0.55 * radius)), max(1, round(0.36 * radius))
    angles = spin + np.arange(5) * (0.4 * np.pi)
    middles = at + 0.62 * radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    for middle, angle in zip(middles, np.degrees(angles).tolist(), strict=True):
        _draw_disc(tile, middle, size, angle, inks[0])
    heart = max(1, round(0.25 * radius))
    _draw_disc(tile, at, (heart, heart), 0.0, inks[1])


def _draw_disc(tile: Array, at: Array, size: tuple[int, int], angle: float, ink: Array) -> None:
    middle = np.round(at).astype(int).tolist()
    cv2.ellipse(tile, middle, size, angle, 0, 360, ink.tolist(), cv2.FILLED, cv2.LINE_AA)

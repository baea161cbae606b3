"""Patterns of cloth: each is one registered function from cloth coordinates to colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.geometry import Array, smoothstep


@dataclass(frozen=True)
class Weave:
    """Where a piece of cloth lies: x across and y down it in picture units, and the size of a pixel."""

    x: Array
    y: Array
    pixel: float
    panel: str
    """torso or sleeve."""
    detail: int
    """Seed of scattered motifs."""


Pattern = Callable[[Weave, Array, float], Array]
"""From (weave, colours as 3 x 3, size) to colours, 3 x H x W in 0..1."""

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
    return np.asarray(start + share * (end - start), np.float32)


def plain(colour: Array, weave: Weave) -> Array:
    """One colour everywhere."""
    return np.broadcast_to(colour.reshape(3, 1, 1), (3, *weave.x.shape))


def bands(at: Array, period: float, duty: float, pixel: float) -> Array:
    """1 inside the bands of a periodic stripe, 0 outside, soft over one pixel."""
    distance = np.abs(np.mod(at / period, 1.0) - 0.5) * period
    edge = 0.5 * duty * period
    return 1 - smoothstep(np.asarray(distance, np.float32), edge - 0.6 * pixel, edge + 0.6 * pixel)


@pattern("solid")
def solid(weave: Weave, colours: Array, size: float) -> Array:
    """One colour."""
    return plain(colours[0], weave)


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
    return blend(
        bands(np.asarray(0.7 * (weave.x + weave.y), np.float32), 52 * size, 0.4, weave.pixel),
        colours[0],
        colours[1],
    )


@pattern("checks")
def checks(weave: Weave, colours: Array, size: float) -> Array:
    """A gingham."""
    across, down = (
        bands(weave.x, 56 * size, 0.5, weave.pixel),
        bands(weave.y, 56 * size, 0.5, weave.pixel),
    )
    return blend(0.5 * (across + down), colours[0], colours[1])


@pattern("plaid")
def plaid(weave: Weave, colours: Array, size: float) -> Array:
    """Broad and thin crossing stripes."""
    broad = 0.42 * (
        bands(weave.x, 120 * size, 0.42, weave.pixel)
        + bands(weave.y, 120 * size, 0.42, weave.pixel)
    )
    thin = np.maximum(
        bands(weave.x + 30 * size, 120 * size, 0.06, weave.pixel),
        bands(weave.y + 30 * size, 120 * size, 0.06, weave.pixel),
    )
    return blend(0.8 * thin, blend(broad, colours[0], colours[1]), colours[2])


@pattern("dots")
def dots(weave: Weave, colours: Array, size: float) -> Array:
    """Round dots in offset rows."""
    period = 54 * size
    row = np.floor(weave.y / period)
    x = np.mod(weave.x + 0.5 * period * np.mod(row, 2), period) - 0.5 * period
    y = np.mod(weave.y, period) - 0.5 * period
    radius = np.asarray(np.hypot(x, y), np.float32)
    return blend(
        1 - smoothstep(radius, 0.24 * period - weave.pixel, 0.24 * period + weave.pixel),
        colours[0],
        colours[1],
    )


@pattern("gradient")
def gradient(weave: Weave, colours: Array, size: float) -> Array:
    """One colour fading into another downwards."""
    return blend(smoothstep(weave.y, 80, 80 + 420 * size), colours[0], colours[1])


@pattern("blocks")
def blocks(weave: Weave, colours: Array, size: float) -> Array:
    """Blocks of colour: chest and body, and sleeves of a third."""
    if weave.panel == "sleeve":
        return plain(colours[2], weave)
    edge = 150 * size
    return blend(
        smoothstep(weave.y, edge - weave.pixel, edge + weave.pixel), colours[1], colours[0]
    )


@pattern("floral")
def floral(weave: Weave, colours: Array, size: float) -> Array:
    """Scattered blossoms and leaves."""
    tile = _blossoms(weave.detail, colours)
    zoom = tile.shape[0] / (230 * size)
    x, y = np.mod(weave.x * zoom, tile.shape[1]), np.mod(weave.y * zoom, tile.shape[0])
    packed = cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(packed.transpose(2, 0, 1), np.float32)


def _blossoms(detail: int, colours: Array) -> Array:
    """A tile of 256 pixels that repeats without a seam."""
    rng = np.random.default_rng(detail)
    tile = np.broadcast_to(colours[0], (256, 256, 3)).astype(np.float32).copy()
    for x, y, spin, radius, kind in zip(
        *rng.uniform(0, 256, (2, 22)),
        rng.uniform(0, 6.3, 22),
        rng.uniform(9, 19, 22),
        rng.random(22),
        strict=True,
    ):
        ink = colours[1] if kind < 0.6 else colours[2]
        for dx in (-256, 0, 256):
            for dy in (-256, 0, 256):
                _blossom(tile, (x + dx, y + dy), spin, radius, ink, colours)
    return tile


def _blossom(
    tile: Array, at: tuple[float, float], spin: float, radius: float, ink: Array, colours: Array
) -> None:
    if not (-40 < at[0] < 296 and -40 < at[1] < 296):
        return
    for k in range(5):
        angle = spin + k * 1.2566
        middle = (
            round(at[0] + radius * 0.62 * np.cos(angle)),
            round(at[1] + radius * 0.62 * np.sin(angle)),
        )
        axes = (max(1, round(radius * 0.55)), max(1, round(radius * 0.36)))
        cv2.ellipse(
            tile,
            middle,
            axes,
            float(np.degrees(angle)),
            0,
            360,
            [float(c) for c in ink],
            -1,
            cv2.LINE_AA,
        )
    heart = colours[2] if ink is not colours[2] else colours[1]
    cv2.circle(
        tile,
        (round(at[0]), round(at[1])),
        max(1, round(radius * 0.25)),
        [float(c) for c in heart],
        -1,
        cv2.LINE_AA,
    )

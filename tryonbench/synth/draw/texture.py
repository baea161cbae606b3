"""The texture of a garment as laid out in its flat picture: pattern, print and trims, unlit."""

from __future__ import annotations

from functools import cache

import numpy as np

from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import colour_of
from tryonbench.synth.draw.prints import PRINTS, Chest
from tryonbench.synth.draw.trims import draw_trims
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.laying import FlatCut, FlatSleeve
from tryonbench.synth.patterns import PATTERNS, Weave

GRAIN = 0.018
"""How much the threads of a cloth vary in brightness."""
RIB = 7.5
"""Width of a knit's rib in picture units."""
VISIBLE = 0.3
"""Pixels for one picture unit from which threads can be seen."""


def paint_texture(height: int, width: int, garment: Garment, flat: FlatCut) -> Canvas:
    """A canvas whose colours are the cloth; garments are sampled from it.

    The torso's pattern runs on beyond the outline, so that samples at the edge never miss.
    """
    canvas = Canvas(height, width)
    window = canvas.window([flat.outline], 24)
    corner = flat.frame.origin
    x, y = canvas.axes(window)
    at = (x - corner[0]) / flat.size, (y - corner[1]) / flat.size
    canvas.crop(window)[:] = _woven(canvas, garment, flat, at, "torso")
    for side, sleeve in zip((-1, 1), flat.sleeves, strict=False):
        _paint_sleeve(canvas, garment, flat, sleeve, side)
    if garment.look.print != "none":
        _paint_print(canvas, garment, flat)
    draw_trims(canvas, garment, flat)
    if canvas.scale > VISIBLE:
        _roughen(canvas, garment.cut.knit)
    return canvas


def _woven(
    canvas: Canvas, garment: Garment, flat: FlatCut, at: tuple[Array, Array], panel: str
) -> Array:
    """The pattern at cloth coordinates; both broadcast over pixels."""
    look = garment.look
    x, y = (axis.astype(np.float32) for axis in at)
    weave = Weave(x, y, 1 / (canvas.scale * flat.size), panel, look.detail)
    return PATTERNS[look.pattern](weave, np.stack([colour_of(c) for c in look.colours]), look.size)


def _paint_sleeve(
    canvas: Canvas, garment: Garment, flat: FlatCut, sleeve: FlatSleeve, side: int
) -> None:
    """The pattern as it runs on a sleeve: down along its axis, a little beyond its outline."""
    inside = canvas.area(sleeve.outline, margin=6)
    seam = canvas.lines([sleeve.outline], 8, inside.window).alpha
    torso = canvas.area(flat.outline, window=inside.window).alpha
    start, end = (0.5 * (sleeve.outer[i] + sleeve.inner[i]) for i in (0, -1))
    axis = (end - start) / np.hypot(*(end - start)) / flat.size
    x, y = canvas.axes(inside.window)
    dx, dy = x - start[0], y - start[1]
    at = side * (axis[1] * dx - axis[0] * dy), axis[0] * dx + axis[1] * dy + 60
    patch = Patch(inside.window, np.maximum(inside.alpha, seam) * (1 - torso))
    canvas.paint(patch, _woven(canvas, garment, flat, at, "sleeve"))


def _paint_print(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    look = garment.look
    half = 0.62 * float(flat.frame.width(0.36))
    centre = flat.frame.place(0.0, max(garment.cut.neck_depth, 0.06) + 0.215)
    colours = np.stack([colour_of(c) for c in look.colours])
    PRINTS[look.print](Chest(canvas, centre, half, colour_of(look.ink), colours, look.text))


def _roughen(canvas: Canvas, knit: bool) -> None:
    """Vary the brightness from thread to thread; a knit also has ribs."""
    grain = _noise()
    tiles = (-(-canvas.height // grain.shape[0]), -(-canvas.width // grain.shape[1]))
    threads = np.tile(grain, tiles)[: canvas.height, : canvas.width]
    if knit:
        x = np.arange(canvas.width, dtype=np.float32)
        threads = threads + 1.5 * np.cos(x * (2 * np.pi / (RIB * canvas.scale)))
    canvas.rgb *= 1 + GRAIN * threads


@cache
def _noise() -> Array:
    """A tile of unit normal noise, the same in every process."""
    rng = np.random.Generator(np.random.PCG64(7))
    return rng.standard_normal((256, 256), dtype=np.float32)

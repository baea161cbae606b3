"""The texture of a garment, laid out as in its flat picture: pattern, print and trimmings, unlit."""

from __future__ import annotations

from functools import cache

import numpy as np

from tryonbench.synth.cutting import FlatCut, FlatSleeve
from tryonbench.synth.draw.canvas import Canvas, Patch, colour_of
from tryonbench.synth.draw.prints import PRINTS, Chest
from tryonbench.synth.draw.trims import draw_trims
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.patterns import PATTERNS, Weave

GRAIN = 0.018
"""How much the threads of a cloth vary in brightness."""


def paint_texture(height: int, width: int, garment: Garment, flat: FlatCut) -> Canvas:
    """A canvas whose colours are the cloth; garments are sampled from it.

    The torso's pattern runs on beyond the outline, so that samples at the edge never miss.
    """
    canvas = Canvas(height, width)
    window = canvas.window([flat.outline], 24)
    canvas.crop(window)[:] = _pattern(garment, _torso_weave(canvas, window, garment, flat))
    for side, sleeve in zip((-1, 1), flat.sleeves, strict=False):
        _paint_sleeve(canvas, garment, flat, sleeve, side)
    if garment.look.print != "none":
        _paint_print(canvas, garment, flat)
    draw_trims(canvas, garment, flat)
    _roughen(canvas, garment)
    return canvas


def _torso_weave(
    canvas: Canvas, window: tuple[slice, slice], garment: Garment, flat: FlatCut
) -> Weave:
    at = canvas.positions(window)
    x, y = ((at[..., axis] - flat.frame.origin[axis]) / flat.size for axis in (0, 1))
    return Weave(x, y, 1 / (canvas.scale * flat.size), "torso", garment.look.detail)


def _pattern(garment: Garment, weave: Weave) -> Array:
    colours = np.stack([colour_of(c) for c in garment.look.colours])
    return PATTERNS[garment.look.pattern](weave, colours, garment.look.size)


def _paint_sleeve(
    canvas: Canvas, garment: Garment, flat: FlatCut, sleeve: FlatSleeve, side: int
) -> None:
    """The pattern as it runs on a sleeve: down along its axis, a little beyond its outline."""
    patch = canvas.area(sleeve.outline, margin=6)
    wider = np.maximum(
        patch.alpha, canvas.lines([sleeve.outline], 8, closed=True, window=patch.window).alpha
    )
    patch = Patch(patch.window, wider * (1 - canvas.area(flat.outline, window=patch.window).alpha))
    at = canvas.positions(patch.window)
    start, end = (
        0.5 * (sleeve.outer[0] + sleeve.inner[0]),
        0.5 * (sleeve.outer[-1] + sleeve.inner[-1]),
    )
    axis = (end - start) / np.hypot(*(end - start)) / flat.size
    dx, dy = at[..., 0] - start[0], at[..., 1] - start[1]
    x, y = side * (axis[1] * dx - axis[0] * dy), axis[0] * dx + axis[1] * dy + 60
    canvas.paint(
        patch,
        _pattern(
            garment, Weave(x, y, 1 / (canvas.scale * flat.size), "sleeve", garment.look.detail)
        ),
    )


def _paint_print(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    half = 0.62 * float(flat.frame.width(0.36))
    centre = flat.frame.place(0.0, max(garment.cut.neck_depth, 0.06) + 0.215)
    colours = np.stack([colour_of(c) for c in garment.look.colours])
    chest = Chest(canvas, centre, half, colour_of(garment.look.ink), colours, garment.look.text)
    PRINTS[garment.look.print](chest)


def _roughen(canvas: Canvas, garment: Garment) -> None:
    """Vary the brightness from thread to thread; a knit also has ribs."""
    if canvas.scale < 0.3:
        return
    grain = _noise()
    tiles = (-(-canvas.height // grain.shape[0]), -(-canvas.width // grain.shape[1]))
    field = np.tile(grain, tiles)[: canvas.height, : canvas.width]
    if garment.cut.knit:
        ribs = np.cos(
            np.arange(canvas.width, dtype=np.float32) * (2 * np.pi / (7.5 * canvas.scale))
        )
        field = field + 1.5 * ribs[None, :]
    canvas.rgb *= 1 + GRAIN * field


@cache
def _noise() -> Array:
    """A tile of unit normal noise, the same in every process."""
    rng = np.random.Generator(np.random.PCG64(7))
    return rng.standard_normal((256, 256), dtype=np.float32)

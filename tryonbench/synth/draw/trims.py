"""Trimmings of a garment, drawn into its texture: bands, cuffs, collar, buttons."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.body import ARM_SHARE
from tryonbench.synth.cutting import hem_curve, neck_curve
from tryonbench.synth.draw.canvas import Canvas
from tryonbench.synth.draw.colour import BLACK, WHITE, colour_of, mix
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import (
    DISC,
    MIRROR,
    Array,
    along_path,
    lengths,
    normals,
    point,
    points,
    spline,
)
from tryonbench.synth.laying import SPINE, FlatCut, FlatSleeve

RIB = 6.0
"""Distance between a band's ribs in the units of a flat garment's body."""
FINE = 0.3
"""Pixels for one picture unit from which ribs can be seen."""
CUFF_HEIGHTS = {"hem": 9, "rib": 26, "shirt": 30}


def draw_trims(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    """Draw everything that is sewn on."""
    trim = colour_of(garment.look.trim)
    _draw_hem(canvas, flat, trim)
    for sleeve in flat.sleeves:
        _draw_cuff(canvas, flat, sleeve, trim)
    if garment.cut.placket:
        _draw_placket(canvas, garment, flat)
    if garment.cut.neckline == "shirt":
        _draw_collar(canvas, flat, trim)
    elif garment.cut.neckline == "turtle":
        _draw_high_collar(canvas, flat)
    else:
        neckline = flat.frame.put(neck_curve(garment.cut))[::-1]
        height = garment.cut.collar_rib * flat.frame.length
        _draw_band(canvas, (neckline, _inset(neckline, -height)), trim, garment.cut.knit, flat.size)


def _inset(edge: Array, depth: float) -> Array:
    """The edge moved by `depth` picture units to its right-hand side."""
    return np.asarray(edge + depth * normals(np.gradient(edge, axis=0)), np.float32)


def _draw_band(
    canvas: Canvas, edges: tuple[Array, Array], colour: Array, ribbed: bool, size: float
) -> None:
    """A band between two edges, with a seam along the second and perhaps ribs."""
    canvas.paint(canvas.area(np.concatenate([edges[0], edges[1][::-1]])), colour)
    if ribbed and canvas.scale > FINE:
        every = np.linspace(0, 1, max(3, int(lengths(edges[0])[-1] / (RIB * size))))
        ends = [along_path(edge, every) for edge in edges]
        canvas.shade(canvas.lines(list(np.stack(ends, 1)), 1.8 * size), 0.2)
    canvas.shade(canvas.line(edges[1], 1.9 * size), 0.29)


def _draw_hem(canvas: Canvas, flat: FlatCut, trim: Array) -> None:
    edge = flat.frame.put(hem_curve(flat.cut))
    if flat.cut.cuff == "rib":
        _draw_band(canvas, (edge, _inset(edge, -0.055 * flat.frame.length)), trim, True, flat.size)
    else:
        canvas.shade(canvas.line(edge - point(0, 9 * flat.size), 1.4 * flat.size), 0.22)


def _draw_cuff(canvas: Canvas, flat: FlatCut, sleeve: FlatSleeve, trim: Array) -> None:
    cut, across = flat.cut, np.linspace(-1, 1, 9)
    start = 1 - CUFF_HEIGHTS[cut.cuff] / (cut.sleeve * ARM_SHARE * SPINE)
    edges = sleeve.place(1.0, across), sleeve.place(start, across)
    if cut.cuff == "hem":
        canvas.shade(canvas.line(edges[1], 1.4 * flat.size), 0.22)
    else:
        _draw_band(canvas, edges, trim, cut.cuff == "rib", flat.size)


def _draw_placket(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    """Two stitched edges and a row of buttons."""
    cut, size = garment.cut, flat.size
    v = np.linspace(cut.neck_depth - 0.005, cut.hem + cut.hem_curve, 9)
    for u, strength in ((-0.075, 0.15), (0.075, 0.30)):
        canvas.shade(canvas.line(flat.frame.place(u, v), 1.8 * size), strength)
    cloth = colour_of(garment.look.colours[0])
    button = mix(cloth, WHITE, 0.6) if cloth.mean() < 0.7 else mix(cloth, BLACK, 0.3)
    for at in flat.frame.place(0.0, np.arange(cut.neck_depth + 0.035, cut.hem - 0.03, 0.135)):
        _draw_button(canvas, at, size, button)


def _draw_button(canvas: Canvas, at: Array, size: float, colour: Array) -> None:
    """A disc with two threads, in its own small shadow."""
    canvas.shade(canvas.area(at + size * (6.2 * DISC + point(0.8, 1.5))), 0.3)
    canvas.paint(canvas.area(at + 5 * size * DISC), colour)
    threads = [at + size * points((-1.6, y), (1.6, y)) for y in (-1, 1)]
    canvas.shade(canvas.lines(threads, size), 0.5)


def _draw_collar(canvas: Canvas, flat: FlatCut, trim: Array) -> None:
    """Two pointed leaves beside the opening."""
    for flip in (point(1, 1), MIRROR):
        leaf = flat.frame.put(_leaf(flat.cut.neck_width, flat.cut.neck_depth) * flip)
        under = canvas.area(leaf + flat.size * point(1, 7), margin=10 * flat.size)
        canvas.shade(canvas.softened(under, 4 * flat.size), 0.30)
        canvas.paint(canvas.area(leaf), mix(trim, WHITE, 0.05))
        canvas.shade(canvas.lines([np.concatenate([leaf, leaf[:1]])], 1.6 * flat.size), 0.25)


def _leaf(w: float, d: float) -> Array:
    """The left leaf of a collar in torso coordinates; w and d are the neck's width and depth."""
    outer = spline([(-0.86 * w, -0.064), (-1.02 * w, -0.045), (-1.17 * w, 0.012)], 4)
    low = points((-0.84 * w, 0.60 * d + 0.075), (-0.50 * w, 0.50 * d))
    inner = spline([(-0.50 * w, 0.50 * d), (-0.64 * w, 0.26 * d), (-0.76 * w, -0.01)], 5)
    return np.concatenate([outer, low, inner[1:]])


def _draw_high_collar(canvas: Canvas, flat: FlatCut) -> None:
    """Ribs and a fold around the neck."""
    w = flat.cut.neck_width
    u = np.linspace(-w, w, 13)
    fold = flat.frame.place(u, 0.022 * (1 - (u / w) ** 2) - 0.03)
    canvas.crease(fold, 5 * flat.size, 2 * flat.size, 0.30)
    if canvas.scale > FINE:
        across = np.linspace(-w, w, 21)[:, None]
        ribs = flat.frame.place(across * [0.85, 1], [-0.125, -0.02])
        canvas.shade(canvas.lines(list(ribs), 1.6 * flat.size), 0.13)

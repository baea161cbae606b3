"""Trimmings of a garment, drawn into its texture: bands, cuffs, collar, buttons."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.cutting import MIRROR, FlatCut, FlatSleeve, hem_curve, neck_curve
from tryonbench.synth.draw.canvas import Canvas, colour_of, mix
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import DISC, Array, points, spline

BLACK, WHITE = np.zeros(3, np.float32), np.ones(3, np.float32)


def draw_trims(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    """Draw everything that is sewn on."""
    trim = colour_of(garment.look.trim)
    _draw_hem(canvas, garment, flat, trim)
    for sleeve in flat.sleeves:
        _draw_cuff(canvas, garment, flat, sleeve, trim)
    if garment.cut.placket:
        _draw_placket(canvas, garment, flat)
    if garment.cut.neckline == "shirt":
        _draw_collar(canvas, garment, flat, trim)
    elif garment.cut.neckline == "turtle":
        _draw_high_collar(canvas, flat)
    else:
        _draw_neck_band(canvas, garment, flat, trim)


def inset(edge: Array, depth: float) -> Array:
    """The edge moved by `depth` picture units to its right-hand side."""
    along = np.gradient(edge, axis=0)
    unit = along / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    return np.asarray(edge + depth * np.stack([-unit[:, 1], unit[:, 0]], 1), np.float32)


def _band(
    canvas: Canvas, edge: Array, depth: float, colour: Array, ribbed: bool, size: float
) -> None:
    """A band along an edge, on its right-hand side, with a seam and perhaps ribs."""
    inner = inset(edge, depth)
    canvas.paint(canvas.area(np.concatenate([edge, inner[::-1]])), colour)
    if ribbed and canvas.scale > 0.3:
        every = np.linspace(
            0, 1, max(3, int(np.hypot(*np.diff(edge, axis=0).T).sum() / (6 * size)))
        )
        knots = np.linspace(0, 1, len(edge))
        ends = [
            np.stack([np.interp(every, knots, side[:, axis]) for axis in (0, 1)], 1)
            for side in (edge, inner)
        ]
        canvas.shade(
            canvas.lines([np.stack(pair) for pair in zip(*ends, strict=True)], 1.8 * size), 0.2
        )
    canvas.shade(canvas.line(inner, 1.8 * size), 0.28)


def _draw_neck_band(canvas: Canvas, garment: Garment, flat: FlatCut, trim: Array) -> None:
    depth = garment.cut.collar_rib * flat.frame.length
    _band(
        canvas, flat.place(neck_curve(garment.cut))[::-1], -depth, trim, garment.cut.knit, flat.size
    )


def _draw_hem(canvas: Canvas, garment: Garment, flat: FlatCut, trim: Array) -> None:
    edge = flat.place(hem_curve(garment.cut))
    if garment.cut.cuff == "rib":
        _band(canvas, edge, -0.055 * flat.frame.length, trim, True, flat.size)
    else:
        canvas.shade(canvas.line(edge - points((0, 9 * flat.size)), 1.4 * flat.size), 0.22)


def _draw_cuff(
    canvas: Canvas, garment: Garment, flat: FlatCut, sleeve: FlatSleeve, trim: Array
) -> None:
    depth = (
        {"hem": 9, "rib": 26, "shirt": 30}[garment.cut.cuff]
        * flat.size
        / (garment.cut.sleeve * 500 * flat.size)
    )
    across = np.linspace(-1, 1, 9, dtype=np.float32)
    end, start = sleeve.place(1.0, across), sleeve.place(1 - depth, across)
    if garment.cut.cuff == "hem":
        canvas.shade(canvas.line(start, 1.4 * flat.size), 0.22)
        return
    canvas.paint(canvas.area(np.concatenate([start, end[::-1]])), trim)
    if garment.cut.cuff == "rib" and canvas.scale > 0.3:
        ribs = np.linspace(-0.95, 0.95, 15)
        canvas.shade(
            canvas.lines([sleeve.place([1 - depth, 1.0], rib) for rib in ribs], 1.8 * flat.size),
            0.2,
        )
    canvas.shade(canvas.line(start, 2.0 * flat.size), 0.3)


def _draw_placket(canvas: Canvas, garment: Garment, flat: FlatCut) -> None:
    """Two stitched edges and a row of buttons."""
    cut = garment.cut
    v = np.linspace(cut.neck_depth - 0.005, cut.hem + cut.hem_curve, 9)
    for u, strength in ((-0.075, 0.15), (0.075, 0.30)):
        canvas.shade(canvas.line(flat.frame.place(u, v), 1.8 * flat.size), strength)
    light = float(colour_of(garment.look.colours[0]).mean())
    button = mix(
        colour_of(garment.look.colours[0]),
        WHITE if light < 0.7 else BLACK,
        0.6 if light < 0.7 else 0.3,
    )
    round_ = 5.0 * flat.size * DISC
    for at in flat.frame.place(0.0, np.arange(cut.neck_depth + 0.035, cut.hem - 0.03, 0.135)):
        canvas.shade(canvas.area(at + 1.25 * round_ + flat.size * points((0.8, 1.5))), 0.3)
        canvas.paint(canvas.area(at + round_), button)
        canvas.shade(
            canvas.lines(
                [at + flat.size * points((-1.6, y), (1.6, y)) for y in (-1, 1)], 1.0 * flat.size
            ),
            0.5,
        )


def _draw_collar(canvas: Canvas, garment: Garment, flat: FlatCut, trim: Array) -> None:
    """Two pointed leaves beside the opening."""
    w, d = garment.cut.neck_width, garment.cut.neck_depth
    leaf = points(
        (-0.86 * w, -0.064),
        (-1.02 * w, -0.045),
        (-1.17 * w, 0.012),
        (-0.84 * w, 0.60 * d + 0.075),
        (-0.50 * w, 0.50 * d),
    )
    inner = spline(
        [(-0.50 * w, 0.50 * d), (-0.64 * w, 0.26 * d), (-0.76 * w, -0.01), (-0.86 * w, -0.064)], 5
    )
    for flip in (points((1, 1)), MIRROR):
        shape = flat.place(np.concatenate([spline(leaf[:3], 4), leaf[3:], inner[1:]]) * flip)
        shadow = canvas.area(shape + flat.size * points((1, 7)), margin=16 * flat.size)
        canvas.shade(canvas.softened(shadow, 4 * flat.size), 0.30)
        canvas.paint(canvas.area(shape), mix(trim, WHITE, 0.05))
        canvas.shade(canvas.lines([shape], 1.6 * flat.size, closed=True), 0.25)


def _draw_high_collar(canvas: Canvas, flat: FlatCut) -> None:
    """Ribs and a fold around the neck."""
    w = flat.cut.neck_width
    u = np.linspace(-w, w, 13, dtype=np.float32)
    fold = flat.frame.place(u, -0.03 + 0.022 * (1 - (u / w) ** 2))
    canvas.shade(
        canvas.softened(canvas.line(fold, 5 * flat.size, 10 * flat.size), 2 * flat.size), 0.30
    )
    if canvas.scale > 0.3:
        ribs = [
            flat.frame.place([rib * 0.85, rib], [-0.125, -0.02]) for rib in np.linspace(-w, w, 21)
        ]
        canvas.shade(canvas.lines(ribs, 1.6 * flat.size), 0.13)

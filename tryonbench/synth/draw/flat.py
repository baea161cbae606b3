"""The flat picture of a garment: its texture lit as if laid on a white table."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.cutting import armhole, neck_curve
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import colour_of, lit, planes
from tryonbench.synth.draw.folds import press_flat_folds
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import MIRROR, Array, point, points, spline
from tryonbench.synth.laying import FlatCut

TABLE, LABEL = (0.958, 0.960, 0.964), (0.93, 0.93, 0.92)
LIGHT = -0.6
"""Side that the light comes from, in every flat picture."""


def draw_flat(texture: Canvas, garment: Garment, flat: FlatCut) -> tuple[Canvas, Array]:
    """The catalogue picture and the garment's coverage (H x W in 0..1)."""
    canvas = Canvas(texture.height, texture.width)
    canvas.rgb[:] = planes(TABLE)
    inside, pieces = _inside_outline(flat), flat.outlines
    shadow = canvas.area(*(shape + point(4, 9) for shape in (inside, *pieces)), margin=24)
    canvas.shade(canvas.softened(shadow, 9), 0.13)
    _paint_inside(canvas, garment, inside, flat.size)
    for sleeve in pieces[:-1]:
        patch = canvas.area(sleeve, margin=14)
        _paint_piece(canvas, texture, patch, np.zeros(()))
    torso = canvas.area(pieces[-1], margin=14)
    _paint_piece(canvas, texture, torso, _creases(canvas, torso, garment, flat))
    _draw_seams(canvas, flat)
    return canvas, canvas.area(inside, *pieces, window=canvas.everything).alpha


def _inside_outline(flat: FlatCut) -> Array:
    """The inside of the back that shows in the neck opening."""
    front = neck_curve(flat.cut)
    w, top = abs(float(front[0, 0])), float(front[0, 1])
    rise = {"turtle": -0.022, "shirt": -0.028}.get(flat.cut.neckline, 0.010)
    middle = [(0.6 * w, top + rise), (0.0, top + 1.4 * rise), (-0.6 * w, top + rise)]
    back = spline([(w, top), *middle, (-w, top)], 5)
    return flat.frame.put(np.concatenate([front, back]))


def _paint_inside(canvas: Canvas, garment: Garment, outline: Array, size: float) -> None:
    """The lining in shade, and a small white label where there is room for it."""
    canvas.paint(canvas.area(outline), colour_of(garment.look.colours[0]) * 0.62 + 0.02)
    if float(np.ptp(outline[:, 1])) < 40 * size:
        return
    top = outline[len(outline) * 4 // 5 : -1, 1].mean()
    middle = point(outline[:, 0].mean(), top + 9 * size)
    tag = middle + size * points((-13, 0), (13, 0), (13, 13), (-13, 13))
    canvas.paint(canvas.area(tag), LABEL)
    canvas.shade(canvas.line(middle + size * points((-8, 6), (8, 6)), 2 * size), 0.5)


def _creases(canvas: Canvas, patch: Patch, garment: Garment, flat: FlatCut) -> Array:
    """The light on the torso's creases."""
    relief = Relief(canvas, patch.window)
    rng = np.random.default_rng([garment.look.detail, 1])
    press_flat_folds(relief, flat.frame, garment.cut, rng)
    return relief.light(LIGHT)


def _paint_piece(canvas: Canvas, texture: Canvas, patch: Patch, creases: Array) -> None:
    """One piece of cloth with rounded edges."""
    rim = canvas.softened(patch, 7).alpha
    light = 0.70 + 0.33 * np.minimum(rim * 1.12, 1) + creases
    canvas.paint(patch, lit(texture.crop(patch.window), light))


def _draw_seams(canvas: Canvas, flat: FlatCut) -> None:
    """The seams at the armholes."""
    for flip in (point(1, 1), MIRROR) if flat.sleeves else ():
        canvas.crease(flat.frame.put(armhole(flat.cut) * flip), 3.5 * flat.size, 1.5, 0.24)

"""The flat picture of a garment: its texture lit as if laid on a white table."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.cutting import FlatCut, armhole, neck_curve
from tryonbench.synth.draw.canvas import Canvas, Patch, colour_of, lit
from tryonbench.synth.draw.folds import press_flat_folds
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array, points, spline

TABLE = (0.958, 0.960, 0.964)
LIGHT = -0.6
"""Side that the light comes from, in every flat picture."""


def draw_flat(texture: Canvas, garment: Garment, flat: FlatCut) -> tuple[Canvas, Array]:
    """The catalogue picture and the garment's coverage (H x W in 0..1)."""
    canvas = Canvas(texture.height, texture.width)
    canvas.rgb[:] = np.reshape(TABLE, (3, 1, 1))
    inside = _inside_outline(flat)
    shapes = [inside, *(sleeve.outline for sleeve in flat.sleeves), flat.outline]
    whole = canvas.area(*(shape + points((4, 9)) for shape in shapes), margin=40)
    canvas.shade(canvas.softened(whole, 9), 0.13)
    cover = canvas.area(*shapes)
    _paint_inside(canvas, garment, inside, flat.size)
    for sleeve in flat.sleeves:
        _paint_piece(canvas, texture, canvas.area(sleeve.outline, margin=14), None)
    torso = canvas.area(flat.outline, margin=14)
    _paint_piece(canvas, texture, torso, _creases(canvas, torso, garment, flat))
    _draw_seams(canvas, flat)
    full = np.zeros((canvas.height, canvas.width), np.float32)
    full[cover.window] = cover.alpha
    return canvas, full


def _inside_outline(flat: FlatCut) -> Array:
    """The inside of the back that shows in the neck opening."""
    front = neck_curve(flat.cut)
    w, top = abs(float(front[0, 0])), float(front[0, 1])
    rise = {"turtle": -0.022, "shirt": -0.028}.get(flat.cut.neckline, 0.010)
    back = spline(
        [
            (w, top),
            (0.6 * w, top + rise),
            (0.0, top + 1.4 * rise),
            (-0.6 * w, top + rise),
            (-w, top),
        ],
        5,
    )
    return flat.place(np.concatenate([front, back]))


def _paint_inside(canvas: Canvas, garment: Garment, outline: Array, size: float) -> None:
    """The lining, in shade, with a small white label."""
    patch = canvas.area(outline, margin=10)
    canvas.paint(patch, colour_of(garment.look.colours[0]) * 0.62 + 0.02)
    top = outline[len(outline) * 4 // 5 : -1].mean(0)
    middle = points((outline[:, 0].mean(), top[1] + 9 * size))[0]
    if float(np.ptp(outline[:, 1])) > 40 * size:
        tag = middle + size * points((-13, 0), (13, 0), (13, 13), (-13, 13))
        canvas.paint(canvas.area(tag), (0.93, 0.93, 0.92))
        canvas.shade(canvas.line(middle + size * points((-8, 6), (8, 6)), 2 * size), 0.5)


def _creases(canvas: Canvas, patch: Patch, garment: Garment, flat: FlatCut) -> Array:
    relief = Relief(canvas, patch.window)
    rng = np.random.default_rng([garment.look.detail, 1])
    press_flat_folds(relief, flat.frame, garment.cut, rng)
    return relief.light(LIGHT)


def _paint_piece(canvas: Canvas, texture: Canvas, patch: Patch, creases: Array | None) -> None:
    """One piece of cloth with rounded edges."""
    rim = canvas.softened(patch, 7).alpha
    light = 0.70 + 0.33 * np.minimum(rim * 1.12, 1)
    if creases is not None:
        light = light + creases
    canvas.paint(patch, lit(texture.crop(patch.window), np.asarray(light, np.float32)))


def _draw_seams(canvas: Canvas, flat: FlatCut) -> None:
    """The seams at the armholes."""
    if not flat.sleeves:
        return
    for side in (-1, 1):
        seam = flat.place(armhole(flat.cut) * points((-side, 1)))
        canvas.shade(canvas.softened(canvas.line(seam, 3.5 * flat.size, 8), 1.5), 0.24)

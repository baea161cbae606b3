"""The worn garment: each piece samples the flat texture through its own warp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.cutting import sleeve_radius, torso_outline
from tryonbench.synth.draw.canvas import Canvas, Patch, interpolated, planar
from tryonbench.synth.draw.colour import lit
from tryonbench.synth.draw.folds import press_sleeve_folds, press_worn_folds
from tryonbench.synth.draw.limbs import Field, Limb, round_light
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.geometry import Array, bell, point
from tryonbench.synth.labels import NECK, SKIRT, TROUSERS, UPPER
from tryonbench.synth.wearing import WAIST, Wearing

CUFF_CURVE = 0.11
"""How far a sleeve's end bulges around the arm, in radii."""


@dataclass(frozen=True)
class Piece:
    """A piece of a worn garment: where it is seen and where its cloth lies in the flat picture."""

    patch: Patch
    warp: Array
    """For each pixel of the window, x and y in the texture's pixels (2 x h x w)."""
    light: Array
    """For each pixel of the window; 1 is neutral."""

    def cloth(self, texture: Array) -> Array:
        """The unlit cloth (3 x h x w), sampled from the flat texture (H x W x 3)."""
        x, y = self.warp
        packed = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return planar(np.asarray(packed))


def paint_piece(canvas: Canvas, texture: Array, piece: Piece) -> None:
    """Lay a lit piece over the canvas."""
    if piece.patch.alpha.size:
        canvas.paint(piece.patch, lit(piece.cloth(texture), piece.light), UPPER, piece.warp)


def front_piece(canvas: Canvas, wearing: Wearing) -> Piece:
    """The front of the garment on the body."""
    patch = canvas.area(front_outline(wearing), margin=24)
    uv = canvas.coarse_torso(wearing.front)
    there = canvas.to_pixels(wearing.flat.frame.place(uv[..., 0], uv[..., 1]))
    smooth = np.concatenate([there, front_light(uv, wearing.person.light), uv[..., 1:]], -1)
    fine = interpolated(smooth, patch.window)
    light = fine[2] + _front_creases(canvas, patch, wearing)
    light -= 0.30 * (1 - canvas.softened(patch, 5).alpha)
    if wearing.tucked:
        above = (WAIST - fine[3]) * wearing.front.length
        patch = patch.times(np.clip((above + 13) * canvas.scale, 0, 1))
        light -= 0.25 * np.clip(1 - (above - 4) / 26, 0, 1)
    return Piece(patch, fine[:2], light)


def front_outline(wearing: Wearing) -> Array:
    """The front's closed outline in picture units."""
    return wearing.front.put(torso_outline(wearing.garment.cut))


def front_light(uv: Array, side: float) -> Array:
    """A rounded chest on a rounded trunk: light (h x w x 1) at torso coordinates (h x w x 2)."""
    u, v = uv[..., :1], uv[..., 1:]
    chest = 0.035 * bell(v, 0.29, 0.06) - 0.08 * bell(v, 0.42, 0.05)
    return np.asarray(1.05 - 0.22 * (u - 0.22 * side) ** 2 + bell(np.abs(u), 0.42, 0.30) * chest)


def _front_creases(canvas: Canvas, patch: Patch, wearing: Wearing) -> Array:
    """The light on the folds of the front."""
    cut = wearing.garment.cut
    relief = Relief(canvas, patch.window)
    low = WAIST if wearing.tucked else cut.hem
    press_worn_folds(relief, wearing.front, cut, low, wearing.generator(0))
    return relief.light(wearing.person.light)


def cast_shadow(canvas: Canvas, wearing: Wearing) -> None:
    """The shadow of the front on the skin and clothes right below it."""
    shadow = canvas.area(front_outline(wearing) + point(0, 9), margin=22)
    canvas.shade(canvas.only(canvas.softened(shadow, 6), TROUSERS, NECK, SKIRT), 0.30)


def sleeve_pieces(canvas: Canvas, wearing: Wearing, limb: Limb, outside: Array) -> list[Piece]:
    """The seen halves of a sleeve; `outside` is the upper arm's coverage beyond the armhole."""
    cut, size = wearing.garment.cut, wearing.person.build.arm
    radii = [sleeve_radius(cut, size * field.bare, field.along) for field in limb.halves]
    upper, fore = limb.patches(radii, cut.sleeve + 0.03, canvas.scale)
    pieces = []
    for half, patch in enumerate((upper.times(outside), fore)):
        seen = patch.covered
        field, patch, radius = limb.halves[half].part(seen), patch.part(seen), radii[half][seen]
        if patch.alpha.size:
            creases = _sleeve_creases(canvas, wearing, limb, half)[seen]
            pieces.append(_half_sleeve(canvas, wearing, limb, field, patch, radius, creases))
    return pieces


def _sleeve_creases(canvas: Canvas, wearing: Wearing, limb: Limb, half: int) -> Array:
    """The light on the folds of half a sleeve."""
    cut, size = wearing.garment.cut, wearing.person.build.arm
    relief = Relief(canvas, limb.halves[half].window)
    rng = wearing.generator(1 + half, 1 + limb.arm.side)
    press_sleeve_folds(relief, limb.arm.path, size + cut.sleeve_ease[0], cut.sleeve, rng)
    return relief.light(wearing.person.light)


def _half_sleeve(
    canvas: Canvas,
    wearing: Wearing,
    limb: Limb,
    field: Field,
    patch: Patch,
    radius: Array,
    creases: Array,
) -> Piece:
    """One half of a sleeve; its end curves around the arm."""
    across = np.clip(field.across / radius, -1, 1)
    end = wearing.garment.cut.sleeve + CUFF_CURVE * (1 - across * across) * radius / field.length
    inside = np.clip((end - field.along) * (field.length * canvas.scale) + 0.5, 0, 1)
    start = sleeve_start(across)
    sleeve = wearing.flat.sleeves[0 if limb.arm.side < 0 else 1]
    place = canvas.to_pixels(sleeve.place((field.along - start) / (end - start), across))
    light = round_light(across, -limb.arm.side * wearing.person.light) + creases
    return Piece(patch.times(inside), np.moveaxis(place, -1, 0), light)


def sleeve_start(across: Array) -> Array:
    """Where a sleeve's cloth begins along the arm: higher at its outer side than in the armpit."""
    return np.asarray(0.06 * across - 0.02)

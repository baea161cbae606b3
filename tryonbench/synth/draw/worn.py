"""The worn garment: each piece samples the flat texture through its own warp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.body import Arm
from tryonbench.synth.cutting import FlatCut, FlatSleeve, sleeve_radius, torso_outline
from tryonbench.synth.draw.bottoms import WAIST
from tryonbench.synth.draw.canvas import Canvas, Patch, interpolated, lit
from tryonbench.synth.draw.folds import press_sleeve_folds, press_worn_folds
from tryonbench.synth.draw.limbs import Field, Halves, half_patches, round_light
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.garment import Cut, Garment
from tryonbench.synth.geometry import Array, points
from tryonbench.synth.person import Person

UPPER = 5
"""The label of upper clothes."""


@dataclass(frozen=True)
class Piece:
    """A piece of a worn garment: where it is seen and where its cloth lies in the flat picture."""

    patch: Patch
    warp: Array
    """For each pixel of the window, (x, y) in the texture's pixels."""
    light: Array
    """For each pixel of the window; 1 is neutral."""

    def cloth(self, texture: Array) -> Array:
        """The unlit cloth (3 x h x w), sampled from the flat texture (H x W x 3)."""
        x, y = np.ascontiguousarray(self.warp[..., 0]), np.ascontiguousarray(self.warp[..., 1])
        packed = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(packed.transpose(2, 0, 1), np.float32)


def paint_piece(canvas: Canvas, texture: Array, piece: Piece) -> None:
    """Lay a lit piece over the canvas."""
    if piece.patch.alpha.size:
        canvas.paint(piece.patch, lit(piece.cloth(texture), piece.light), UPPER, piece.warp)


def is_tucked(person: Person, cut: Cut) -> bool:
    """Whether the garment goes into the waistband: it must be long enough."""
    return person.tucked and cut.hem > WAIST + 0.15


def torso_piece(
    canvas: Canvas, garment: Garment, flat: FlatCut, person: Person, frame: TorsoFrame
) -> Piece:
    """The front of the garment on its `frame`."""
    outline = torso_outline(garment.cut)
    patch = canvas.area(frame.place(outline[:, 0], outline[:, 1]), margin=24)
    coarse = canvas.coarse_torso(frame)
    there = canvas.to_pixels(flat.frame.place(coarse[..., 0], coarse[..., 1]))
    smooth = np.concatenate([there, torso_light(coarse, person.light), coarse[..., 1:]], -1)
    fine = interpolated(smooth, patch.window)
    light = fine[..., 2] + _front_creases(canvas, patch, garment, person, frame)
    light -= 0.30 * (1 - canvas.softened(patch, 5).alpha)
    if is_tucked(person, garment.cut):
        patch, light = _tucked(canvas, patch, light, (WAIST - fine[..., 3]) * frame.length)
    return Piece(patch, fine[..., :2], light)


def _front_creases(
    canvas: Canvas, patch: Patch, garment: Garment, person: Person, frame: TorsoFrame
) -> Array:
    """The light on the folds of the front."""
    low = WAIST if is_tucked(person, garment.cut) else garment.cut.hem
    relief = Relief(canvas, patch.window)
    rng = np.random.default_rng([garment.look.detail, person.detail])
    press_worn_folds(relief, frame, garment.cut, low, rng)
    return relief.light(person.light)


def _tucked(canvas: Canvas, patch: Patch, light: Array, above: Array) -> tuple[Patch, Array]:
    """Cut a piece off under the waistband and shade it there; `above` in picture units."""
    inside = np.clip((above + 13) * canvas.scale, 0, 1)
    return patch.times(inside), light - 0.25 * np.clip(1 - (above - 4) / 26, 0, 1)


def torso_light(uv: Array, side: float) -> Array:
    """A rounded chest over a rounded trunk: light (h x w x 1) at torso coordinates (h x w x 2)."""
    u, v = uv[..., :1], uv[..., 1:]
    chest = np.exp(-(((np.abs(u) - 0.42) / 0.30) ** 2))
    raised, below = np.exp(-(((v - 0.29) / 0.06) ** 2)), np.exp(-(((v - 0.42) / 0.05) ** 2))
    return 1.05 - 0.22 * (u - 0.22 * side) ** 2 + chest * (0.035 * raised - 0.08 * below)


def cast_shadow(canvas: Canvas, frame: TorsoFrame, cut: Cut) -> None:
    """The shadow of the front on the skin and clothes right below it."""
    outline = torso_outline(cut)
    shadow = canvas.area(frame.place(outline[:, 0], outline[:, 1]) + points((0, 9)), margin=22)
    canvas.shade(canvas.only(canvas.softened(shadow, 6), 9, 10, 12), 0.30)


def sleeve_pieces(
    canvas: Canvas,
    garment: Garment,
    flat: FlatCut,
    arm: Arm,
    fields: Halves,
    person: Person,
    outside: Array,
) -> list[Piece]:
    """Both halves of a sleeve; `outside` is the upper arm's coverage beyond the armhole."""
    cut = garment.cut
    sleeve = flat.sleeves[0 if arm.side < 0 else 1]
    radius = sleeve_radius(cut, person.build.arm)
    patches = list(half_patches(canvas, fields, radius, cut.sleeve + 0.03))
    patches[0] = patches[0].times(outside)
    pieces = []
    for half, (field, patch) in enumerate(zip(fields, patches, strict=True)):
        relief = Relief(canvas, field.window)
        rng = np.random.default_rng([garment.look.detail, person.detail, 2 + half + arm.side])
        press_sleeve_folds(relief, arm.path, person.build.arm + cut.sleeve_ease[0], cut.sleeve, rng)
        creases = relief.light(person.light)
        pieces.append(
            _half_sleeve(
                canvas,
                cut,
                sleeve,
                field,
                patch,
                radius(field.along),
                creases,
                -arm.side * person.light,
            )
        )
    return pieces


def _half_sleeve(
    canvas: Canvas,
    cut: Cut,
    sleeve: FlatSleeve,
    field: Field,
    patch: Patch,
    radius: Array,
    creases: Array,
    towards: float,
) -> Piece:
    """One half of a sleeve; the cuff curves around the arm."""
    across = np.clip(field.across / radius, -1, 1)
    seam = seam_at(across)
    end = cut.sleeve + 0.11 * (1 - across * across) * radius / field.length
    patch = patch.times(np.clip((end - field.along) * field.length * canvas.scale + 0.5, 0, 1))
    along = (field.along - seam) / (end - seam)
    warp = canvas.to_pixels(sleeve.place(along, across))
    light = round_light(across, towards) + creases
    return Piece(patch, warp, np.asarray(light, np.float32))


def seam_at(across: Array) -> Array:
    """Where a sleeve's cloth begins along the arm: higher at its outer side than in the armpit."""
    return np.asarray(-0.02 + 0.06 * across, np.float32)

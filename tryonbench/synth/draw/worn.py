"""The worn garment: each piece samples the flat texture through its own warp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.body import Arm, Body
from tryonbench.synth.cutting import FlatCut, FlatSleeve, eased, sleeve_radius, torso_outline
from tryonbench.synth.draw.bottoms import WAIST
from tryonbench.synth.draw.canvas import STRIDE, Canvas, Patch, interpolated, lit
from tryonbench.synth.draw.folds import press_sleeve_folds, press_worn_folds
from tryonbench.synth.draw.limbs import Field, Halves, half_patches, round_light
from tryonbench.synth.draw.relief import Relief
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
        """The unlit cloth, sampled from the flat texture."""
        x, y = np.ascontiguousarray(self.warp[..., 0]), np.ascontiguousarray(self.warp[..., 1])
        return np.asarray(cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def paint_piece(canvas: Canvas, texture: Canvas, piece: Piece) -> None:
    """Lay a lit piece over the canvas."""
    if piece.patch.alpha.size:
        canvas.paint(piece.patch, lit(piece.cloth(texture.rgb), piece.light), UPPER, piece.warp)


def is_tucked(person: Person, cut: Cut) -> bool:
    """Whether the garment goes into the waistband: it must be long enough."""
    return person.tucked and cut.hem > WAIST + 0.15


def torso_piece(canvas: Canvas, garment: Garment, flat: FlatCut, person: Person, body: Body) -> Piece:
    """The front of the garment on the body."""
    frame = eased(body.frame, garment.cut)
    outline = torso_outline(garment.cut)
    shape = frame.place(outline[:, 0], outline[:, 1])
    patch = canvas.area(shape, margin=24)
    coarse = frame.locate(canvas.positions(patch.window, STRIDE))
    warp = interpolated(canvas.to_pixels(flat.frame.place(coarse[..., 0], coarse[..., 1])), patch.window)
    uv = interpolated(coarse, patch.window)
    low = WAIST if is_tucked(person, garment.cut) else garment.cut.hem
    relief = Relief(canvas, patch.window)
    rng = np.random.default_rng([garment.look.detail, person.detail])
    press_worn_folds(relief, frame.place, garment.cut, low, rng)
    light = torso_light(uv, person.light) + relief.light(person.light)
    light = light - 0.30 * (1 - canvas.softened(patch, 5).alpha)
    if is_tucked(person, garment.cut):
        patch = patch.times(np.clip((WAIST + 0.03 - uv[..., 1]) * frame.length * canvas.scale, 0, 1))
        light = light - 0.25 * np.clip((uv[..., 1] - WAIST + 0.05) / 0.06, 0, 1)
    return Piece(patch, warp, np.asarray(light, np.float32))


def torso_light(uv: Array, side: float) -> Array:
    """A rounded chest over a rounded trunk."""
    u, v = uv[..., 0], uv[..., 1]
    light = 1.05 - 0.22 * (u - 0.22 * side) ** 2
    for middle in (-0.42, 0.42):
        across = ((u - middle) / 0.30) ** 2
        light = light + 0.05 * np.exp(-across - ((v - 0.29) / 0.06) ** 2) - 0.08 * np.exp(-across - ((v - 0.42) / 0.05) ** 2)
    return np.asarray(light, np.float32)


def cast_shadow(canvas: Canvas, body: Body, cut: Cut) -> None:
    """The shadow of the front on the skin and clothes right below it."""
    outline = torso_outline(cut)
    shadow = canvas.area(eased(body.frame, cut).place(outline[:, 0], outline[:, 1]) + points((0, 9)), margin=22)
    canvas.shade(canvas.only(canvas.softened(shadow, 6), 9, 10, 12), 0.38)


def sleeve_pieces(canvas: Canvas, garment: Garment, sleeve: FlatSleeve, arm: Arm, fields: Halves, person: Person) -> list[Piece]:
    """Both halves of a sleeve."""
    radius = sleeve_radius(garment.cut, person.build.arm)
    patches = half_patches(canvas, fields, radius, garment.cut.sleeve + 0.03)
    pieces = []
    for half, (field, patch) in enumerate(zip(fields, patches, strict=True)):
        relief = Relief(canvas, field.window)
        rng = np.random.default_rng([garment.look.detail, person.detail, 2 + half + arm.side])
        press_sleeve_folds(relief, arm.path, person.build.arm + garment.cut.sleeve_ease[0], garment.cut.sleeve, rng)
        pieces.append(_half_sleeve(canvas, garment, sleeve, field, patch, radius(field.along), relief.light(person.light), -arm.side * person.light))
    return pieces


def _half_sleeve(canvas: Canvas, garment: Garment, sleeve: FlatSleeve, field: Field, patch: Patch, radius: Array, creases: Array, towards: float) -> Piece:
    """One half: the armhole's seam cuts its start, the cuff curves around its end."""
    across = np.clip(field.across / radius, -1, 1)
    seam = seam_at(across)
    end = garment.cut.sleeve + 0.22 * (1 - across * across) * radius / field.length * 0.5
    pixels = field.length * canvas.scale
    inside = np.clip((field.along - seam) * pixels + 0.5, 0, 1) * np.clip((end - field.along) * pixels + 0.5, 0, 1)
    patch = patch.times(inside)
    along = (field.along - seam) / (end - seam)
    warp = canvas.to_pixels(sleeve.place(along, across))
    light = round_light(across, towards) + creases - 0.18 * np.clip(1 - (field.along - seam) * field.length / 5, 0, 1)
    return Piece(patch, warp, np.asarray(light, np.float32))


def seam_at(across: Array) -> Array:
    """Where the armhole's seam lies along the arm: higher at its outer side than in the armpit."""
    return np.asarray(0.022 + 0.068 * across, np.float32)

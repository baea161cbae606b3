"""A person wearing a garment, rendered with every modality of the data set."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import Arm, Body, drawn_last, keypoints, pose_body
from tryonbench.synth.cutting import FlatCut, eased, lay_flat
from tryonbench.synth.draw import (
    bottoms,
    face,
    figure,
    flat,
    hair,
    hands,
    limbs,
    pose_maps,
    scene,
    texture,
    worn,
)
from tryonbench.synth.draw.canvas import Canvas, colour_of
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.person import Person

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Flat:
    """A garment laid flat."""

    cloth: Image
    """H x W x 3."""
    mask: NDArray[np.bool_]
    """H x W."""
    texture: Array
    """The unlit cloth at the drawing scale, in 0..1."""


@dataclass(frozen=True)
class Rendered:
    """A person wearing a garment; H x W is the asked size."""

    image: Image
    """H x W x 3."""
    parse: Image
    """H x W labels 0..19."""
    keypoints: Array
    """25 x 3: Body25 joints in pixels, (0, 0, 0) outside the picture."""
    openpose: Image
    """H x W x 3."""
    densepose: Image
    """H x W x 3."""
    warp: Array
    """H x W x 2: the place (x, y) in the flat picture of each pixel of the worn garment, else NaN."""


def supersampling(height: int) -> int:
    """Drawing pixels for one picture pixel, each way."""
    return 4 if height <= 96 else 3 if height <= 160 else 2 if height <= 640 else 1


def render_flat(garment: Garment, size: tuple[int, int]) -> Flat:
    """The catalogue picture of a garment at (height, width)."""
    factor = supersampling(size[0])
    laid = lay_flat(garment.cut)
    cloth = texture.paint_texture(size[0] * factor, size[1] * factor, garment, laid)
    picture, cover = flat.draw_flat(cloth, garment, laid)
    return Flat(
        _picture(picture.rgb, factor),
        _shrink(cover, factor) >= 0.5,
        np.ascontiguousarray(cloth.rgb.transpose(1, 2, 0)),
    )


def render(
    person: Person, garment: Garment, size: tuple[int, int], flat_picture: Flat | None = None
) -> Rendered:
    """The person wearing the garment at (height, width)."""
    factor = supersampling(size[0])
    cloth = (flat_picture or render_flat(garment, size)).texture
    body = pose_body(person)
    canvas = Canvas(size[0] * factor, size[1] * factor)
    _draw_person(canvas, person, body, garment, cloth)
    joints = _joints(canvas, body, person, factor, size)
    return Rendered(
        image=_picture(canvas.rgb, factor),
        parse=canvas.labels[factor // 2 :: factor, factor // 2 :: factor].copy(),
        keypoints=joints,
        openpose=pose_maps.draw_openpose(joints, *size),
        densepose=_picture(pose_maps.draw_densepose(*size, person, body).rgb, 1),
        warp=_shrunk_warp(canvas.warp, factor),
    )


def _draw_person(
    canvas: Canvas, person: Person, body: Body, garment: Garment, cloth: Array
) -> None:
    """Paint from back to front."""
    scene.draw_studio(canvas, person, body)
    reach = (
        1.1 * person.build.arm + max(garment.cut.sleeve_ease) + 1.5 * garment.cut.sleeve_swell + 12
    )
    fields = {arm.side: limbs.halves(canvas, arm, reach) for arm in body.arms}
    waistband = bottoms.WAIST + 0.01 if worn.is_tucked(person, garment.cut) else None
    front = eased(body.frame, garment.cut, waistband=waistband)
    dress = Dress(canvas, person, body, garment, front, lay_flat(garment.cut), cloth, fields)
    hair.draw_back_hair(canvas, person, body.head)
    dress.arms("behind")
    figure.draw_torso_skin(canvas, person, body)
    figure.draw_legs(canvas, person, body)
    dress.trunk()
    dress.arms("side")
    dress.arms("front")
    face.draw_face(canvas, person, body.head)
    hair.draw_front_hair(canvas, person, body.head)
    dress.arms("top")


@dataclass(frozen=True)
class Dress:
    """A person being dressed."""

    canvas: Canvas
    person: Person
    body: Body
    garment: Garment
    front: TorsoFrame
    """The torso of the garment on the body."""
    flat: FlatCut
    cloth: Array
    fields: dict[int, limbs.Halves]

    def trunk(self) -> None:
        """Upper and lower garment, one inside the other."""
        piece = worn.torso_piece(self.canvas, self.garment, self.flat, self.person, self.front)
        tucked = worn.is_tucked(self.person, self.garment.cut)
        if not tucked:
            bottoms.draw_bottom(self.canvas, self.person, self.body)
        worn.cast_shadow(self.canvas, self.front, self.garment.cut)
        worn.paint_piece(self.canvas, self.cloth, piece)
        if tucked:
            bottoms.draw_bottom(self.canvas, self.person, self.body)

    def arms(self, layer: str) -> None:
        """The arms of a layer, the one in front last."""
        for arm in sorted(self.body.arms, key=lambda arm: arm.side == drawn_last(self.person.pose)):
            if arm.layer == layer:
                self._arm(arm)

    def _arm(self, arm: Arm) -> None:
        skin, label = colour_of(self.person.skin), 15 if arm.side < 0 else 14
        fields, build = self.fields[arm.side], self.person.build
        limbs.cast_shadow(self.canvas, fields, build.arm, label)
        hands.draw_hand(self.canvas, arm, hands.HAND * build.spine, skin, self.person.light, label)
        cut = self.garment.cut
        outside = limbs.beyond_armhole(self.canvas, fields[0], self.front, arm.side, cut.shoulder)
        flesh = limbs.Flesh(skin, self.person.light, label)
        limbs.draw_arm_skin(
            self.canvas,
            arm,
            fields,
            build.arm,
            flesh,
            cut.sleeve - 0.05 if cut.sleeve else -1.0,
            outside,
        )
        if cut.sleeve:
            for piece in worn.sleeve_pieces(
                self.canvas, self.garment, self.flat, arm, fields, self.person, outside
            ):
                worn.paint_piece(self.canvas, self.cloth, piece)


def _joints(
    canvas: Canvas, body: Body, person: Person, factor: int, size: tuple[int, int]
) -> Array:
    joints = keypoints(body, person)
    joints[:, :2] = (canvas.to_pixels(joints[:, :2]) + 0.5) / factor - 0.5
    inside = (
        (joints[:, 0] >= 0)
        & (joints[:, 0] <= size[1] - 1)
        & (joints[:, 1] >= 0)
        & (joints[:, 1] <= size[0] - 1)
    )
    joints[~inside | (joints[:, 2] == 0)] = 0
    return joints


def _shrink(field: Array, factor: int) -> Array:
    """Mean over blocks of factor x factor pixels."""
    if factor == 1:
        return field
    height, width = field.shape[0] // factor, field.shape[1] // factor
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _picture(rgb: Array, factor: int) -> Image:
    small = np.stack([_shrink(plane, factor) for plane in rgb], -1)
    return np.asarray(np.clip(small * 255 + 0.5, 0, 255), np.uint8)


def _shrunk_warp(warp: Array, factor: int) -> Array:
    """The warp at the middle of each block, in pixels of the small picture.

    An even block has no middle pixel: the two beside it are averaged, unless a seam parts them.
    """
    first, second = (factor - 1) // 2, factor // 2
    before, at = warp[first::factor, first::factor], warp[second::factor, second::factor]
    smooth = np.abs(at - before).max(-1, keepdims=True) < 3
    middle = np.where(smooth, 0.5 * (at + before), at)
    return np.asarray((middle + 0.5) / factor - 0.5, np.float32)

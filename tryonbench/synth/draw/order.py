"""Painting a dressed person from back to front."""

from __future__ import annotations

from tryonbench.synth.body import Arm, Body
from tryonbench.synth.draw import bottoms, features, figure, hair, hands, limbs, scene, worn
from tryonbench.synth.draw.canvas import Canvas
from tryonbench.synth.geometry import Array
from tryonbench.synth.person import Person
from tryonbench.synth.poses import Layer
from tryonbench.synth.wearing import Wearing

LAYERS: tuple[Layer, ...] = ("behind", "side", "front", "top")


def arms_in_order(person: Person, body: Body) -> list[Arm]:
    """Both arms from back to front."""
    last = -1 if person.pose.right_in_front else 1
    return sorted(body.arms, key=lambda arm: (LAYERS.index(arm.placed.layer), arm.side == last))


def paint_person(canvas: Canvas, wearing: Wearing, texture: Array) -> None:
    """Paint studio, person and clothes; `texture` is the flat cloth (H x W x 3)."""
    person, body = wearing.person, wearing.body
    scene.draw_studio(canvas, person, body)
    hair.draw_back_hair(canvas, person, body.head)
    _paint_arms(canvas, wearing, texture, "behind")
    figure.draw_torso_skin(canvas, person, body)
    _paint_trunk(canvas, wearing, texture)
    _paint_arms(canvas, wearing, texture, "side", "front")
    features.draw_face(canvas, person, body.head)
    hair.draw_front_hair(canvas, person, body.head)
    _paint_arms(canvas, wearing, texture, "top")


def _paint_trunk(canvas: Canvas, wearing: Wearing, texture: Array) -> None:
    """Upper and lower garment, one inside the other."""
    if not wearing.tucked:
        bottoms.draw_bottom(canvas, wearing.person, wearing.body)
    worn.cast_shadow(canvas, wearing)
    worn.paint_piece(canvas, texture, worn.front_piece(canvas, wearing))
    if wearing.tucked:
        bottoms.draw_bottom(canvas, wearing.person, wearing.body)


def _paint_arms(canvas: Canvas, wearing: Wearing, texture: Array, *layers: Layer) -> None:
    for arm in arms_in_order(wearing.person, wearing.body):
        if arm.placed.layer in layers:
            _paint_arm(canvas, wearing, texture, arm)


def _paint_arm(canvas: Canvas, wearing: Wearing, texture: Array, arm: Arm) -> None:
    """Shadow, hand, skin and sleeve."""
    cut, size = wearing.garment.cut, wearing.person.build.arm
    limb = limbs.limb(canvas, arm, 1.1 * size + max(cut.sleeve_ease) + 1.5 * cut.sleeve_swell + 12)
    limbs.cast_shadow(canvas, limb, size)
    hands.draw_hand(canvas, wearing.person, arm)
    outside = limbs.beyond_armhole(canvas, limb.upper, arm.side, wearing)
    limbs.draw_arm_skin(canvas, wearing, limb, outside)
    if cut.sleeve:
        for piece in worn.sleeve_pieces(canvas, wearing, limb, outside):
            worn.paint_piece(canvas, texture, piece)

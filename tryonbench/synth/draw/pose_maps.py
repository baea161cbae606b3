"""Pictures of the pose as other tools make them: OpenPose's skeleton, DensePose's body parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import Arm, Body
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import planes
from tryonbench.synth.draw.figure import CROTCH, torso_outline
from tryonbench.synth.draw.hands import LENGTH, hand_outlines
from tryonbench.synth.draw.limbs import limb
from tryonbench.synth.draw.order import arms_in_order
from tryonbench.synth.geometry import FRAME, Array, mirrored, points, spline
from tryonbench.synth.person import Person

BONES = (
    (1, 8, (153, 0, 0)), (1, 2, (153, 51, 0)), (1, 5, (102, 153, 0)), (2, 3, (153, 102, 0)),
    (3, 4, (153, 153, 0)), (5, 6, (51, 153, 0)), (6, 7, (0, 153, 0)), (8, 9, (0, 153, 51)),
    (9, 10, (0, 153, 102)), (8, 12, (0, 102, 153)), (12, 13, (0, 51, 153)), (1, 0, (153, 0, 51)),
    (0, 15, (153, 0, 102)), (0, 16, (102, 0, 153)), (15, 17, (153, 0, 153)), (16, 18, (51, 0, 153)),
)  # fmt: skip
"""Pairs of Body25 joints and their colour (RGB)."""
PARTS = {
    "torso": (22, 81, 202), "right thigh": (4, 165, 202), "left thigh": (20, 172, 188),
    "head": (250, 235, 28), "left upper": (145, 191, 116), "right upper": (212, 187, 88),
    "left lower": (250, 206, 44), "right lower": (238, 198, 62), "hand": (6, 98, 224),
}  # fmt: skip
"""Colours (RGB) of the body's parts."""


def draw_openpose(joints: Array, height: int, width: int) -> NDArray[np.uint8]:
    """The skeleton of 25 x 3 joints (in pixels) on black, as OpenPose renders it."""
    image = np.zeros((height, width, 3), np.uint8)
    thick = max(1, round(8 * min(height / FRAME[0], width / FRAME[1])))
    for first, second, colour in BONES:
        if joints[first, 2] > 0 and joints[second, 2] > 0:
            start, end = np.round(joints[[first, second], :2] * 16).astype(int).tolist()
            cv2.line(image, start, end, colour, thick, cv2.LINE_AA, 4)
    return image


def draw_densepose(height: int, width: int, person: Person, body: Body) -> Canvas:
    """The body's parts in DensePose's colours, each with a slight gradient along and across."""
    canvas = Canvas(height, width)
    for arm in arms_in_order(person, body):
        if arm.placed.layer == "behind":
            _draw_arm(canvas, person, arm)
    _draw_trunk(canvas, body)
    for arm in arms_in_order(person, body):
        if arm.placed.layer != "behind":
            _draw_arm(canvas, person, arm)
    return canvas


def _draw_trunk(canvas: Canvas, body: Body) -> None:
    for side, name in ((-1, "right thigh"), (1, "left thigh")):
        v = np.linspace(0.95, 2.4, 10)
        outer, inner = body.frame.place([[0.95 * side], [0.02 * side]], v)
        _draw_part(canvas, canvas.area(np.concatenate([outer, inner[::-1]])), name)
    _draw_part(canvas, canvas.area(_leotard(body)), "torso")
    half = points((0, -0.5), (0.25, -0.42), (0.33, -0.1), (0.3, 0.2), (0.15, 0.55), (0.15, 0.66))
    head = body.head.place(spline(mirrored(half), 5, closed=True))
    _draw_part(canvas, canvas.area(head), "head")


def _leotard(body: Body) -> Array:
    """The torso, cut off along the groin."""
    whole, u = torso_outline(body.frame), np.linspace(-0.96, 0.96, 9)
    groin = body.frame.place(u, CROTCH - 0.31 * np.abs(u))
    limit = float(body.frame.place(0.0, 0.9)[1])
    left, right = (side[side[:, 1] < limit] for side in (whole[9:31], whole[31:]))
    return np.concatenate([whole[:9], left, groin, right])


def _draw_arm(canvas: Canvas, person: Person, arm: Arm) -> None:
    side, size = "right" if arm.side < 0 else "left", person.build.arm
    _draw_part(canvas, canvas.area(*hand_outlines(arm, LENGTH * person.build.spine)), "hand")
    bare = limb(canvas, arm, 1.2 * size + 4)
    patches = bare.patches([half.bare * size for half in bare.halves], 1.0, canvas.scale)
    for patch, part in zip(patches, ("upper", "lower"), strict=True):
        _draw_part(canvas, patch.part(patch.covered), f"{side} {part}")


def _draw_part(canvas: Canvas, patch: Patch, name: str) -> None:
    x, y = canvas.axes(patch.window)
    ramp = 1 + 0.06 * np.sin(x / 40) + 0.06 * np.cos(y / 60)
    canvas.paint(patch, np.clip(planes(PARTS[name]) / 255 * ramp, 0, 1))

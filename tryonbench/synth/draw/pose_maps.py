"""Pictures of the pose as other tools make them: the OpenPose skeleton and DensePose's body parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import ARM_RADII, Arm, Body, drawn_last
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.figure import torso_outline
from tryonbench.synth.draw.hands import HAND, hand_outlines
from tryonbench.synth.draw.limbs import half_patches, halves
from tryonbench.synth.geometry import Array, mirrored, points, spline
from tryonbench.synth.person import Build, Person

BONES = (
    (1, 8, (153, 0, 0)), (1, 2, (153, 51, 0)), (1, 5, (102, 153, 0)), (2, 3, (153, 102, 0)), (3, 4, (153, 153, 0)),
    (5, 6, (51, 153, 0)), (6, 7, (0, 153, 0)), (8, 9, (0, 153, 51)), (9, 10, (0, 153, 102)), (8, 12, (0, 102, 153)),
    (12, 13, (0, 51, 153)), (1, 0, (153, 0, 51)), (0, 15, (153, 0, 102)), (0, 16, (102, 0, 153)),
    (15, 17, (153, 0, 153)), (16, 18, (51, 0, 153)),
)  # fmt: skip
"""Pairs of Body25 joints and their colour (RGB)."""


def draw_openpose(joints: Array, height: int, width: int) -> NDArray[np.uint8]:
    """The skeleton of 25 x 3 joints (in pixels) on black, as OpenPose renders it."""
    image = np.zeros((height, width, 3), np.uint8)
    thick = max(1, round(min(height / 1024, width / 768) * 8))
    for first, second, colour in BONES:
        if joints[first, 2] > 0 and joints[second, 2] > 0:
            ends = np.round(joints[[first, second], :2] * 16).astype(int)
            cv2.line(image, ends[0].tolist(), ends[1].tolist(), colour, thick, cv2.LINE_AA, 4)
    return image


PARTS = {
    "torso": (22, 81, 202), "right thigh": (4, 165, 202), "left thigh": (20, 172, 188), "head": (250, 235, 28),
    "upper left": (145, 191, 116), "upper right": (212, 187, 88), "lower left": (250, 206, 44), "lower right": (238, 198, 62),
    "hand": (6, 98, 224),
}  # fmt: skip
"""Colours (RGB) of the body's parts."""


def draw_densepose(height: int, width: int, person: Person, body: Body) -> Canvas:
    """The body's parts in DensePose's colours, each with a slight gradient along and across."""
    canvas = Canvas(height, width)
    order = {"behind": 0, "side": 1, "front": 2, "top": 3}
    arms = sorted(
        body.arms, key=lambda arm: (order[arm.layer], arm.side == drawn_last(person.pose))
    )
    for arm in arms:
        if arm.layer == "behind":
            _draw_arm(canvas, arm, person.build)
    _draw_trunk(canvas, body)
    for arm in arms:
        if arm.layer != "behind":
            _draw_arm(canvas, arm, person.build)
    return canvas


def _draw_trunk(canvas: Canvas, body: Body) -> None:
    for side, name in ((-1, "right thigh"), (1, "left thigh")):
        v = np.linspace(0.95, 2.4, 10)
        outer, inner = body.frame.place(side * 0.95, v), body.frame.place(side * 0.02, v)
        _draw_part(canvas, canvas.area(np.concatenate([outer, inner[::-1]])), name)
    groin = body.frame.place([-0.96, -0.5, 0.0, 0.5, 0.96], [0.9, 1.02, 1.2, 1.02, 0.9])
    above = torso_outline(body)
    limit = body.frame.place(0.0, 0.92)[1]
    trunk = np.concatenate(
        [above[:9], above[9:31][above[9:31, 1] < limit], groin, above[31:][above[31:, 1] < limit]]
    )
    _draw_part(canvas, canvas.area(trunk), "torso")
    half = points((0, -0.5), (0.25, -0.42), (0.33, -0.1), (0.3, 0.2), (0.15, 0.55), (0.15, 0.66))
    _draw_part(canvas, canvas.area(body.head.place(spline(mirrored(half), 5, True))), "head")


def _draw_arm(canvas: Canvas, arm: Arm, build: Build) -> None:
    side = "right" if arm.side < 0 else "left"
    fields = halves(canvas, arm, 1.2 * build.arm + 4)
    patches = half_patches(canvas, fields, lambda t: ARM_RADII(t) * build.arm, 1.0)
    _draw_part(canvas, canvas.area(*hand_outlines(arm, HAND * build.spine)), "hand")
    for patch, part in zip(patches, ("upper", "lower"), strict=True):
        _draw_part(canvas, patch, f"{part} {side}")


def _draw_part(canvas: Canvas, patch: Patch, name: str) -> None:
    at = canvas.positions(patch.window)
    ramp = 0.06 * np.sin(at[..., 0] / 40) + 0.06 * np.cos(at[..., 1] / 60)
    colour = np.array(PARTS[name], np.float32).reshape(3, 1, 1) / 255
    canvas.paint(patch, np.clip(colour * (1 + ramp), 0, 1))

"""Pictures of the pose as other tools make them: the OpenPose skeleton and DensePose's body parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import ARM_RADII, Body
from tryonbench.synth.draw.canvas import Canvas
from tryonbench.synth.draw.figure import torso_outline
from tryonbench.synth.draw.limbs import Halves, half_patches
from tryonbench.synth.geometry import Array, mirrored, points, spline
from tryonbench.synth.person import Person

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


def draw_densepose(height: int, width: int, person: Person, body: Body, fields: dict[int, Halves]) -> Canvas:
    """The body's parts in DensePose's colours, each with a slight gradient along and across."""
    canvas = Canvas(height, width)
    _part(canvas, torso_outline(body), "torso")
    for side, name in ((-1, "right thigh"), (1, "left thigh")):
        v = np.linspace(0.95, 2.4, 10)
        outer, inner = body.frame.place(side * 0.95, v), body.frame.place(side * 0.02, v)
        _part(canvas, np.concatenate([outer, inner[::-1]]), name)
    half = points((0, -0.5), (0.25, -0.42), (0.33, -0.1), (0.3, 0.2), (0.15, 0.55), (0.15, 0.66))
    _part(canvas, body.head.place(spline(mirrored(half), 5, True)), "head")
    for arm in body.arms:
        upper, lower = half_patches(canvas, fields[arm.side], lambda t: ARM_RADII(t) * person.build.arm, 1.0)
        side_name = "right" if arm.side < 0 else "left"
        for patch, part in ((upper, "upper"), (lower, "lower")):
            canvas.paint(patch, np.array(PARTS[f"{part} {side_name}"], np.float32) / 255)
    return canvas


def _part(canvas: Canvas, shape: Array, name: str) -> None:
    patch = canvas.area(shape)
    at = canvas.positions(patch.window)
    ramp = 0.06 * np.sin(at[..., :1] / 40) + 0.06 * np.cos(at[..., 1:] / 60)
    canvas.paint(patch, np.clip(np.array(PARTS[name], np.float32) / 255 * (1 + ramp), 0, 1))

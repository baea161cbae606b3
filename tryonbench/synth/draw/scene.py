"""The studio: a plain wall, softly lit, with the person's shadow."""

from __future__ import annotations

import cv2
import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, colour_of
from tryonbench.synth.draw.figure import torso_outline
from tryonbench.synth.geometry import Array, mirrored, points, spline
from tryonbench.synth.person import Person


def draw_studio(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the wall and on it the body's shadow.

    The shadow is that of the bare body, so that it tells nothing about the garment.
    """
    y, x = (
        np.linspace(0, 1, 64, dtype=np.float32)[:, None],
        np.linspace(-1, 1, 48, dtype=np.float32)[None],
    )
    light = 1.02 - 0.035 * y - 0.05 * (x - 0.5 * person.light) ** 2 - _shadow(person, body)
    wall = colour_of(person.wall) * light[..., None]
    canvas.rgb[:] = cv2.resize(
        wall, (canvas.width, canvas.height), interpolation=cv2.INTER_CUBIC
    ).transpose(2, 0, 1)


def _shadow(person: Person, body: Body) -> Array:
    """The soft shadow of the bare body, 64 x 48."""
    small = Canvas(64, 48)
    away = points((-34 * person.light, 16))
    head = body.head.place(
        spline(mirrored(points((0, -0.5), (0.33, -0.2), (0.3, 0.25), (0.17, 0.7))), 5, True)
    )
    v = np.linspace(1.0, 2.4, 8)
    legs = np.concatenate([body.frame.place(-1.0, v), body.frame.place(1.0, v)[::-1]])
    patch = small.area(*(shape + away for shape in (head, torso_outline(body), legs)), margin=110)
    shade = np.zeros((64, 48), np.float32)
    shade[patch.window] = 0.16 * small.softened(patch, 34).alpha
    return shade

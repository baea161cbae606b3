"""The studio: a plain wall, softly lit, with the person's shadow."""

from __future__ import annotations

import cv2
import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, planar
from tryonbench.synth.draw.colour import colour_of
from tryonbench.synth.draw.figure import torso_outline
from tryonbench.synth.geometry import Array, mirrored, point, points, spline
from tryonbench.synth.person import Person

ROWS, COLUMNS = 64, 48
"""The wall is computed this small: it has no detail."""


def draw_studio(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the wall and on it the body's shadow.

    The shadow is that of the bare body, so that it tells nothing about the garment.
    """
    y = np.linspace(0, 1, ROWS, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, COLUMNS, dtype=np.float32)[None]
    light = 1.02 - 0.035 * y - 0.05 * (x - 0.5 * person.light) ** 2 - _shadow(person, body)
    wall = colour_of(person.wall) * light[..., None]
    size = (canvas.width, canvas.height)
    canvas.rgb = planar(np.asarray(cv2.resize(wall, size, interpolation=cv2.INTER_CUBIC)))


def _shadow(person: Person, body: Body) -> Array:
    """How much the body's soft shadow darkens the wall."""
    small = Canvas(ROWS, COLUMNS)
    half = points((0, -0.5), (0.33, -0.2), (0.3, 0.25), (0.17, 0.7))
    v = np.linspace(1.0, 2.4, 8)
    left, right = body.frame.place([[-1.0], [1.0]], v)
    legs = np.concatenate([left, right[::-1]])
    head = body.head.place(spline(mirrored(half), 5, closed=True))
    away = point(-34 * person.light, 16)
    shapes = [shape + away for shape in (head, torso_outline(body.frame), legs)]
    return 0.16 * small.softened(small.area(*shapes, window=small.everything), 34).alpha

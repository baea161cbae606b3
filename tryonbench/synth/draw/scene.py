"""The studio: a plain wall, softly lit, with the person's shadow."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, colour_of
from tryonbench.synth.draw.figure import torso_outline
from tryonbench.synth.geometry import mirrored, points, spline
from tryonbench.synth.person import Person


def draw_studio(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the wall and on it the body's shadow.

    The shadow is that of the bare body, so that it tells nothing about the garment.
    """
    y = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None, None]
    x = np.linspace(-1, 1, canvas.width, dtype=np.float32)[None, :, None]
    canvas.rgb[:] = colour_of(person.wall) * (1.02 - 0.035 * y - 0.05 * (x - 0.5 * person.light) ** 2)
    _draw_shadow(canvas, person, body)


def _draw_shadow(canvas: Canvas, person: Person, body: Body) -> None:
    away = points((-34 * person.light, 16))
    head = body.head.place(spline(mirrored(points((0, -0.5), (0.33, -0.2), (0.3, 0.25), (0.17, 0.7))), 5, True))
    v = np.linspace(1.0, 2.4, 8)
    legs = np.concatenate([body.frame.place(-1.0, v), body.frame.place(1.0, v)[::-1]])
    shapes = [shape + away for shape in (head, torso_outline(body), legs)]
    canvas.shade(canvas.softened(canvas.area(*shapes, margin=110), 34), 0.16)

"""Neck, torso and legs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, Window, interpolated
from tryonbench.synth.draw.colour import SKIN_TINT, colour_of, lit
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import (
    MIRROR,
    Array,
    bell,
    point,
    points,
    profile,
    smoothstep,
    spline,
    taper,
)
from tryonbench.synth.labels import LEFT_LEG, NECK, RIGHT_LEG
from tryonbench.synth.person import Person

CROTCH = 1.21
"""The v where the legs part."""
LEGS_END = 3.0
"""The v at which legs are cut off, far below the frame."""
LEG_INNER = profile([1.0, CROTCH, 1.6, LEGS_END], [0.0, 0.012, 0.11, 0.3])
LEG_OUTER = profile([1.0, 1.3, 1.9, LEGS_END], [0.97, 0.95, 0.86, 0.8])
"""The |u| of a leg's edges at v."""


@lru_cache(maxsize=4)
def torso_outline(frame: TorsoFrame) -> Array:
    """The bare torso from the shoulders to the hips, a closed outline."""
    v = np.linspace(0.06, 1.12, 22, dtype=np.float32)
    top = frame.place(np.linspace(0.8, -0.8, 9), 0.0)
    left, right = frame.place([[-0.96], [0.96]], v)
    return np.concatenate([top, left, right[::-1]])


def neck_outline(frame: TorsoFrame, neck: float) -> Array:
    """The neck from under the jaw into the slope of the shoulders; `neck` is its half-width."""
    u = neck / float(frame.width(0.0))
    high = [(-0.96 * u, -0.27), (-0.98 * u, -0.12), (-1.12 * u, -0.045)]
    edge = spline([*high, (-1.65 * u, -0.004), (-0.82, 0.0)], 6)
    low = points((-0.5, 0.2), (0.5, 0.2))
    return frame.put(np.concatenate([edge, low, (edge * MIRROR)[::-1]]))


def draw_torso_skin(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint neck, shoulders, chest and belly."""
    skin = colour_of(person.skin)
    torso = canvas.area(torso_outline(body.frame))
    light = _torso_light(canvas, torso.window, body.frame, person.light)
    canvas.paint(torso, lit(skin, light, SKIN_TINT), NECK)
    neck = canvas.area(neck_outline(body.frame, person.build.neck))
    light = _neck_light(canvas, neck.window, body.frame, person)
    canvas.paint(neck, lit(skin, light, SKIN_TINT), NECK)
    _draw_collarbones(canvas, body.frame)
    _draw_navel(canvas, body.frame)


def _torso_light(canvas: Canvas, window: Window, frame: TorsoFrame, side: float) -> Array:
    """A rounded trunk with a soft line down its middle."""
    u, v = np.split(canvas.coarse_torso(frame), 2, -1)
    middle = 0.05 * bell(u, 0.0, 0.06) * np.clip((v - 0.25) * 4, 0, 1)
    light = 1.05 - 0.24 * (u - 0.25 * side) ** 2 - middle
    return np.asarray(interpolated(light, window)[0])


def _neck_light(canvas: Canvas, window: Window, frame: TorsoFrame, person: Person) -> Array:
    """A cylinder under the shadow of the chin, with the two muscles that meet at the throat."""
    u, v = canvas.torso_coordinates(window, frame)
    across = u * (float(frame.width(0.0)) / person.build.neck)
    side, near = person.light, np.clip(across, -1.6, 1.6)
    bulge = 0.13 * (near - 0.35 * side) ** 2 * np.clip(1.2 - v * 6, 0, 1)
    chin = smoothstep(0.012 * near**2 - 0.012 * side * near - v, 0.015, 0.095)
    apart = 0.16 + 4.2 * np.clip(0.03 - v, 0, 0.16)
    muscles = bell(np.abs(across) - apart, 0.0, 0.14) * np.clip((0.06 - v) * 12, 0, 1)
    return np.asarray(1.04 - bulge - 0.34 * chin - 0.07 * muscles)


def _draw_collarbones(canvas: Canvas, frame: TorsoFrame) -> None:
    u, v = np.array([0.06, 0.25, 0.46, 0.68]), np.array([0.066, 0.040, 0.030, -0.004])
    for edge in frame.place([-u, u], v):
        bone = spline(edge, 6)
        below = canvas.area(taper(bone + point(0, 5), 10), margin=8)
        above = canvas.area(taper(bone - point(0, 3), 7), margin=8)
        canvas.shade(canvas.softened(below, 3.2), 0.22, SKIN_TINT)
        canvas.shade(canvas.softened(above, 3), -0.05)


def _draw_navel(canvas: Canvas, frame: TorsoFrame) -> None:
    navel = canvas.area(taper(frame.place(0.0, [0.655, 0.67, 0.685]), 7), margin=4)
    canvas.shade(canvas.softened(navel, 1.5), 0.45, SKIN_TINT)


def leg_outline(frame: TorsoFrame, side: int, end: float, room: float) -> Array:
    """A leg from the hips to v = `end`, `room` wider than bare (as part of the half-width)."""
    v = np.linspace(0.98, end, 14)
    outer, inner = frame.place(
        [side * (LEG_OUTER(v) + room), side * (LEG_INNER(v) - 0.5 * room)], v
    )
    return np.concatenate([outer, inner[::-1]])


def leg_across(uv: Array, side: Array | int) -> Array:
    """How far across a leg, -1 (inner) to 1 (outer), torso coordinates lie."""
    inner, outer = LEG_INNER(uv[1]), LEG_OUTER(uv[1])
    return np.asarray((side * uv[0] - inner) / (outer - inner) * 2 - 1)


def draw_legs(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint bare legs."""
    for side, label in ((-1, RIGHT_LEG), (1, LEFT_LEG)):
        leg = canvas.area(leg_outline(body.frame, side, LEGS_END, 0.0))
        across = leg_across(canvas.torso_coordinates(leg.window, body.frame), side)
        light = 1.05 - 0.22 * np.clip(across - 0.3 * side * person.light, -1.3, 1.3) ** 2
        canvas.paint(leg, lit(colour_of(person.skin), light, SKIN_TINT), label)

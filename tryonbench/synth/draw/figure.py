"""Neck, torso and legs."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import SKIN_TINT, Canvas, Patch, colour_of, interpolated, lit
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import Array, points, smoothstep, spline, taper
from tryonbench.synth.person import Person

NECK_LABEL = 10
"""Skin of neck and torso."""
LEG_LABELS = {-1: 16, 1: 17}
LEGS_END = 3.0
"""The v at which legs are cut off, far below the frame."""
CROTCH = 1.21
"""The v where the legs part."""


def torso_outline(body: Body) -> Array:
    """The bare torso from the shoulders to the hips, a closed outline."""
    v = np.linspace(0.06, 1.12, 22, dtype=np.float32)
    top = body.frame.place(np.linspace(0.8, -0.8, 9, dtype=np.float32), 0.0)
    return np.concatenate([top, body.frame.place(-0.96, v), body.frame.place(0.96, v)[::-1]])


def neck_outline(body: Body, neck: float) -> Array:
    """The neck from under the jaw into the slope of the shoulders."""
    u = neck / float(body.frame.width(0.0))
    left = points(
        (-u * 0.96, -0.27),
        (-u * 0.98, -0.12),
        (-u * 1.12, -0.045),
        (-u * 1.65, -0.004),
        (-0.82, 0.0),
    )
    edge = spline(left, 6)
    low = points((-0.5, 0.2), (0.5, 0.2))
    both = np.concatenate([edge, low, (edge * points((-1, 1)))[::-1]])
    return body.frame.place(both[:, 0], both[:, 1])


def draw_torso_skin(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint neck, shoulders, chest and belly."""
    skin = colour_of(person.skin)
    torso = canvas.area(torso_outline(body))
    canvas.paint(
        torso,
        lit(skin, _torso_light(canvas, torso, body.frame, person.light), SKIN_TINT),
        NECK_LABEL,
    )
    neck = canvas.area(neck_outline(body, person.build.neck), margin=10)
    canvas.paint(
        neck, lit(skin, _neck_light(canvas, neck, body.frame, person), SKIN_TINT), NECK_LABEL
    )
    _draw_collarbones(canvas, body.frame)
    _draw_navel(canvas, body.frame)


def _torso_light(canvas: Canvas, patch: Patch, frame: TorsoFrame, side: float) -> Array:
    """A rounded trunk with a soft line down its middle."""
    u, v = np.split(canvas.coarse_torso(frame), 2, -1)
    middle = 0.05 * np.exp(-((u / 0.06) ** 2)) * np.clip((v - 0.25) * 4, 0, 1)
    light = 1.05 - 0.24 * (u - 0.25 * side) ** 2 - middle
    return interpolated(light, patch.window)[..., 0]


def _neck_light(canvas: Canvas, patch: Patch, frame: TorsoFrame, person: Person) -> Array:
    """A cylinder under the shadow of the chin, with the two muscles that meet at the throat."""
    uv = canvas.torso_coordinates(patch.window, frame)
    s, v = uv[..., 0] * (float(frame.width(0.0)) / person.build.neck), uv[..., 1]
    bound = np.clip(s, -1.6, 1.6)
    roundness = 1.04 - 0.13 * (bound - 0.35 * person.light) ** 2 * np.clip(1.2 - v * 6, 0, 1)
    chin = 0.34 * smoothstep(-v + 0.012 * bound**2 - 0.012 * person.light * bound, 0.015, 0.095)
    cords = (
        0.07
        * np.exp(-(((np.abs(s) - 0.16 - 4.2 * np.clip(0.03 - v, 0, 0.16)) / 0.14) ** 2))
        * np.clip((0.06 - v) * 12, 0, 1)
    )
    return np.asarray(roundness - chin - cords, np.float32)


def _draw_collarbones(canvas: Canvas, frame: TorsoFrame) -> None:
    for side in (-1, 1):
        bone = spline(
            frame.place(
                side * points((0.06, 0), (0.25, 0), (0.46, 0), (0.68, 0))[:, 0],
                [0.066, 0.040, 0.030, -0.004],
            ),
            6,
        )
        below = canvas.area(taper(bone + points((0, 5)), 10), margin=12)
        canvas.shade(canvas.softened(below, 3.2), 0.22, SKIN_TINT)
        above = canvas.area(taper(bone - points((0, 3)), 7), margin=12)
        canvas.shade(canvas.softened(above, 3), -0.05)


def _draw_navel(canvas: Canvas, frame: TorsoFrame) -> None:
    navel = canvas.area(taper(frame.place([0, 0, 0], [0.655, 0.67, 0.685]), 7), margin=6)
    canvas.shade(canvas.softened(navel, 1.5), 0.45, SKIN_TINT)


def leg_outline(frame: TorsoFrame, side: int, start: float, end: float, room: float) -> Array:
    """One leg between two v, `room` wider than the bare leg (as part of the half-width)."""
    v = np.linspace(start, end, 14, dtype=np.float32)
    outer = frame.place(
        side * (np.interp(v, [1.0, 1.3, 1.9, 3.0], [0.97, 0.95, 0.86, 0.8]) + room), v
    )
    inner = frame.place(
        side * (np.interp(v, [1.0, CROTCH, 1.6, 3.0], [0.0, 0.012, 0.11, 0.3]) - 0.5 * room), v
    )
    return np.concatenate([outer, inner[::-1]])


def leg_across(frame: TorsoFrame, side: int, uv: Array) -> Array:
    """How far across a leg, -1 (inner) to 1 (outer), torso coordinates lie."""
    inner = np.interp(uv[..., 1], [1.0, CROTCH, 1.6, 3.0], [0.0, 0.012, 0.11, 0.3])
    outer = np.interp(uv[..., 1], [1.0, 1.3, 1.9, 3.0], [0.97, 0.95, 0.86, 0.8])
    return np.asarray((side * uv[..., 0] - inner) / (outer - inner) * 2 - 1, np.float32)


def draw_legs(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the bare legs that a skirt or shorts leave visible."""
    if person.bottom not in ("skirt", "shorts"):
        return
    skin = colour_of(person.skin)
    for side, label in LEG_LABELS.items():
        leg = canvas.area(leg_outline(body.frame, side, 0.98, LEGS_END, 0.0))
        s = leg_across(body.frame, side, canvas.torso_coordinates(leg.window, body.frame))
        light = 1.05 - 0.22 * np.clip(s - 0.3 * side * person.light, -1.3, 1.3) ** 2
        canvas.paint(leg, lit(skin, np.asarray(light, np.float32), SKIN_TINT), label)

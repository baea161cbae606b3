"""Ears, eyes, brows, nose and mouth: small tapered shapes in head coordinates."""

from __future__ import annotations

import numpy as np

from tryonbench.synth.body import Head
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import WHITE, colour_of, mix
from tryonbench.synth.draw.face import Portrait, draw_mask, portrait
from tryonbench.synth.geometry import DISC, Array, point, points, spline, taper
from tryonbench.synth.labels import FACE
from tryonbench.synth.person import Person

EYE = point(0.134, 0.035)
LASHES = np.array([0.10, 0.07, 0.06], np.float32)
EYEBALL, LID_SHADOW, PUPIL = (0.93, 0.91, 0.89), (0.35, 0.28, 0.26), (0.03, 0.03, 0.03)
GOLD, ROUGE = (0.86, 0.72, 0.42), (0.70, 0.13, 0.20)


def draw_face(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint ears, face and features."""
    face = portrait(canvas, person, head)
    for side in (-1, 1):
        _draw_ear(face, side)
    draw_mask(face)
    for side in (-1, 1):
        _draw_eye(face, side)
        _draw_brow(face, side)
        if face.fine:
            _draw_nostril(face, side)
    if face.fine:
        _draw_bridge(face)
    _draw_mouth(face)


def _draw_ear(face: Portrait, side: int) -> None:
    flip = point(side, 1)
    rim = points(
        (0.275, -0.02), (0.315, -0.045), (0.338, 0), (0.325, 0.09), (0.3, 0.155), (0.27, 0.13)
    )
    patch = face.canvas.area(face.head.place(spline(flip * rim, 5, closed=True)))
    face.canvas.paint(patch, face.skin * np.array([0.90, 0.82, 0.80], np.float32), FACE)
    if face.fine:
        shell = spline(flip * points((0.30, 0.0), (0.322, 0.02), (0.306, 0.10)), 5)
        face.darken(taper(shell, 0.022), 0.3, 0.006)
    if face.person.earrings:
        ring = flip * (point(0.308, 0.175) + 0.016 * DISC)
        face.canvas.paint(face.canvas.area(face.head.place(ring)), GOLD)


def _draw_eye(face: Portrait, side: int) -> None:
    flip, size = point(side, 1), face.person.face.eyes
    lid = points((-0.064, 0.014), (-0.04, -0.012), (0.0, -0.027), (0.042, -0.016), (0.070, 0.006))
    low = points((0.070, 0.006), (0.035, 0.022), (0.0, 0.025), (-0.036, 0.022), (-0.064, 0.014))
    wing = points((0.045, -0.013), (0.072, 0.002), (0.088, -0.012))
    upper, lower, lash = (spline(flip * (EYE + size * edge), 5) for edge in (lid, low, wing))
    opening = face.canvas.area(face.put(np.concatenate([upper, lower])), margin=3)
    face.canvas.paint(opening, EYEBALL)
    _draw_iris(face, opening, flip * EYE - point(0, 0.003), 0.029 * size)
    face.fill(taper(upper, 0.017, 0.5), LASHES, 0.92)
    if face.fine:
        face.fill(taper(upper + point(0, 0.014), 0.018), LID_SHADOW, 0.5, opening)
        face.fill(taper(lash, 0.010), LASHES, 0.8)
        face.fill(taper(lower, 0.006), face.skin * 0.42, 0.65)
        face.darken(taper(upper - point(0, 0.026), 0.009), 0.42, 0.004)


def _draw_iris(face: Portrait, opening: Patch, centre: Array, radius: float) -> None:
    iris, disc = colour_of(face.person.face.iris), radius * DISC
    face.fill(centre + disc, iris * 0.55, within=opening)
    if face.fine:
        glint = centre + radius * point(0.35 * face.person.light, -0.42)
        face.fill(centre + 0.8 * disc + point(0, 0.003), mix(iris, WHITE, 0.12), within=opening)
        face.fill(centre + 0.46 * disc, PUPIL, within=opening)
        face.fill(glint + 0.27 * disc, WHITE, 0.95)


def _draw_brow(face: Portrait, side: int) -> None:
    knots = points((0.060, -0.058), (0.115, -0.076), (0.178, -0.084), (0.238, -0.054))
    arch = spline(point(side, 1) * knots, 9)
    tone = mix(colour_of(face.person.hair) * 0.62, face.skin * 0.5, 0.35)
    face.fill(taper(arch, 0.024 * face.person.face.brows, 0.55), tone, 0.82)


def _draw_nostril(face: Portrait, side: int) -> None:
    flip = point(side * face.person.face.nose, 1)
    hole = spline(flip * points((0.010, 0.213), (0.026, 0.204), (0.043, 0.213)), 4)
    wing = spline(flip * points((0.046, 0.150), (0.064, 0.178), (0.058, 0.206), (0.044, 0.212)), 5)
    face.darken(taper(hole, 0.017), 0.62, 0.004)
    face.darken(taper(wing, 0.012), 0.34 if side * face.person.light < 0 else 0.2, 0.005)


def _draw_bridge(face: Portrait) -> None:
    """The shaded side of the nose."""
    flip = point(-np.sign(face.person.light), 1)
    ridge = spline(flip * points((0.052, -0.03), (0.034, 0.05), (0.038, 0.14)), 5)
    face.darken(taper(ridge, 0.018), 0.14, 0.010)


def _draw_mouth(face: Portrait) -> None:
    line, top, low = _lips(0.094 * face.person.face.mouth, 0.322 - 0.014 * face.person.face.smile)
    bare = face.skin * np.array([0.93, 0.62, 0.62], np.float32)
    rouge = mix(bare, ROUGE, 0.12 + 0.62 * face.person.face.lips)
    face.fill(np.concatenate([line, top]), rouge * 0.84)
    face.fill(np.concatenate([line, low]), rouge)
    width = 0.4 * float(line[-1, 0])
    gloss = spline(points((-width, 0.343), (0, 0.350), (width, 0.343)), 5)
    face.fill(taper(gloss, 0.012), mix(rouge, WHITE, 0.5), 0.38)
    face.fill(taper(line, 0.010, 0.5), rouge * 0.36, 0.85)


def _lips(w: float, corner: float) -> tuple[Array, Array, Array]:
    """The line between the lips from left to right, and back along their upper and lower edges."""
    line = points((-w, corner), (-0.45 * w, 0.327), (0, 0.325), (0.45 * w, 0.327), (w, corner))
    bow = points(
        (0.5 * w, 0.303), (0.16 * w, 0.294), (0, 0.300), (-0.16 * w, 0.294), (-0.5 * w, 0.303)
    )
    low = points((w, corner), (0.55 * w, 0.352), (0, 0.366), (-0.55 * w, 0.352), (-w, corner))
    top = np.concatenate([line[-1:], bow, line[:1]])
    return spline(line, 6), spline(top, 5), spline(low, 6)

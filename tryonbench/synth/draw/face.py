"""A face: a light map of soft blobs, then eyes, brows, nose and mouth as small tapered shapes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.body import Head
from tryonbench.synth.draw.canvas import SKIN_TINT, Canvas, Patch, colour_of, lit, mix
from tryonbench.synth.geometry import DISC, Array, mirrored, points, spline, taper
from tryonbench.synth.person import Person

FACE_LABEL = 13
OUTLINE = points(
    (0.0, 0.5), (0.06, 0.494), (0.125, 0.462), (0.19, 0.385), (0.245, 0.27), (0.282, 0.12), (0.292, -0.03), (0.285, -0.18),
    (0.235, -0.33), (0.12, -0.42), (0.0, -0.44),
)  # fmt: skip
"""The right half of a face in head coordinates, from the chin up."""
EYE_Y, EYE_X = 0.035, 0.134
DARK = np.array([0.10, 0.07, 0.06], np.float32)


@dataclass(frozen=True)
class Portrait:
    """A face being painted."""

    canvas: Canvas
    person: Person
    head: Head
    skin: Array

    def put(self, shape: Array) -> Array:
        """Picture positions of points of the face, shifted as the head turns."""
        shift = 0.13 * self.head.turn * (1 - (shape[:, :1] / 0.4) ** 2)
        return self.head.place(shape + shift * points((1, 0)))

    def fill(
        self, shape: Array, colour: ArrayLike, strength: float = 1.0, within: Patch | None = None
    ) -> None:
        """Paint a closed shape given in head coordinates, perhaps only inside another."""
        patch = self.canvas.area(self.put(shape), window=within.window if within else None)
        self.canvas.paint(
            patch.times(strength if within is None else strength * within.alpha), colour
        )

    @property
    def fine(self) -> bool:
        """Whether the face is large enough for strokes of a hundredth of its height."""
        return self.head.size * self.canvas.scale > 100

    def soften(self, shape: Array, strength: float, sigma: float) -> None:
        """Darken softly through a small closed shape, if it can be seen; `sigma` in head sizes."""
        if not self.fine:
            return
        patch = self.canvas.area(self.put(shape), margin=2.5 * sigma * self.head.size)
        self.canvas.shade(self.canvas.softened(patch, sigma * self.head.size), strength, SKIN_TINT)


def draw_face(canvas: Canvas, person: Person, head: Head) -> None:
    """Paint ears, face and features."""
    portrait = Portrait(canvas, person, head, colour_of(person.skin))
    for side in (-1, 1):
        _draw_ear(portrait, side)
    _draw_mask(portrait)
    for side in (-1, 1):
        _draw_eye(portrait, side)
        _draw_brow(portrait, side)
    _draw_nose(portrait)
    _draw_mouth(portrait)


def face_outline(person: Person) -> Array:
    """The closed outline of a face in head coordinates."""
    half = OUTLINE * points((person.face.width, 1))
    jaw = np.clip((half[:, 1] - 0.15) / 0.3, 0, 1) * np.clip((0.5 - half[:, 1]) / 0.05, 0, 1)
    half[:, 0] *= 1 + (person.face.jaw - 1) * jaw
    return spline(mirrored(half[1:])[::-1], 5, closed=True)


def _draw_mask(portrait: Portrait) -> None:
    patch = portrait.canvas.area(portrait.head.place(face_outline(portrait.person)), margin=8)
    light = _warped_light(portrait, patch)
    rim = portrait.canvas.softened(patch, 5).alpha
    rose = np.array([0.80, 0.25, 0.25], np.float32) - portrait.skin * 0.6
    blush = rose.reshape(3, 1, 1) * light[..., 1]
    colour = lit(
        portrait.skin.reshape(3, 1, 1) + blush,
        np.asarray(light[..., 0] - 0.25 * (1 - rim), np.float32),
        SKIN_TINT,
    )
    portrait.canvas.paint(patch, colour, FACE_LABEL)


LIGHT_MAP = 72
"""Side of the light map, which covers head coordinates -0.6 to 0.6."""


def _warped_light(portrait: Portrait, patch: Patch) -> Array:
    """The light map brought onto the canvas: light and blush for each pixel of the patch."""
    chart = _light_map(portrait.person, portrait.head)
    corners = points((-0.6, -0.6), (0.6, -0.6), (-0.6, 0.6))
    there = portrait.canvas.to_pixels(portrait.head.place(corners)) - points(
        (patch.window[1].start, patch.window[0].start)
    )
    here = (corners + 0.6) / 1.2 * LIGHT_MAP - 0.5
    affine = cv2.getAffineTransform(here.astype(np.float32), there.astype(np.float32))
    size = (patch.alpha.shape[1], patch.alpha.shape[0])
    return np.asarray(
        cv2.warpAffine(
            chart, affine, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.float32,
    )


def _light_map(person: Person, head: Head) -> Array:
    """Light and blush over a face (LIGHT_MAP x LIGHT_MAP x 2)."""
    axis = (np.arange(LIGHT_MAP, dtype=np.float32) + 0.5) / LIGHT_MAP * 1.2 - 0.6
    x, y = axis[None, :] - 0.13 * head.turn, axis[:, None]
    side = person.light

    def blob(x0: float, y0: float, rx: float, ry: float) -> Array:
        return np.asarray(np.exp(-(((x - x0) / rx) ** 2) - ((y - y0) / ry) ** 2), np.float32)

    def pair(x0: float, y0: float, rx: float, ry: float) -> Array:
        return blob(x0, y0, rx, ry) + blob(-x0, y0, rx, ry)

    light = 1.035 - 0.16 * np.abs(x / 0.3 - 0.35 * side) ** 2.4 + 0 * y
    light = light - 0.13 * pair(0.125, 0.0, 0.075, 0.042) - 0.07 * pair(0.235, 0.24, 0.07, 0.13)
    light = (
        light
        - 0.10 * blob(-0.055 * side, 0.10, 0.028, 0.10)
        + 0.06 * blob(0.012 * side, 0.10, 0.022, 0.13)
    )
    light = light + 0.05 * blob(0.0, -0.20, 0.16, 0.09) + 0.05 * pair(0.17, 0.15, 0.06, 0.045)
    light = (
        light
        - 0.12 * blob(0.0, 0.245, 0.05, 0.022)
        - 0.12 * blob(0.0, 0.395, 0.07, 0.022)
        + 0.05 * blob(0.0, 0.45, 0.06, 0.03)
    )
    light = light - 0.16 * blob(0.0, -0.44, 0.4, 0.09)
    blush = 0.13 * pair(0.185, 0.175, 0.085, 0.07) + 0.06 * blob(0.0, 0.19, 0.05, 0.05)
    return np.stack([light, blush], -1).astype(np.float32)


def _draw_ear(portrait: Portrait, side: int) -> None:
    flip = points((side, 1))
    ear = spline(
        flip
        * points(
            (0.275, -0.02),
            (0.315, -0.045),
            (0.338, 0.0),
            (0.325, 0.09),
            (0.30, 0.155),
            (0.27, 0.13),
        ),
        5,
        closed=True,
    )
    portrait.canvas.paint(
        portrait.canvas.area(portrait.head.place(ear)),
        portrait.skin * np.array([0.90, 0.82, 0.80], np.float32),
        FACE_LABEL,
    )
    inner = taper(spline(flip * points((0.30, 0.0), (0.322, 0.02), (0.306, 0.10)), 5), 0.022)
    portrait.soften(inner, 0.3, 0.006)
    if portrait.person.earrings:
        ring = flip * (points((0.308, 0.175)) + 0.016 * DISC)
        portrait.canvas.paint(portrait.canvas.area(portrait.head.place(ring)), (0.86, 0.72, 0.42))


def _draw_eye(portrait: Portrait, side: int) -> None:
    size, flip = portrait.person.face.eyes, points((side, 1))
    middle = points((EYE_X, EYE_Y))

    def at(*rows: tuple[float, float]) -> Array:
        return np.asarray(flip * (middle + size * points(*rows)), np.float32)

    upper = spline(
        at((-0.064, 0.014), (-0.04, -0.012), (0.0, -0.027), (0.042, -0.016), (0.070, 0.006)), 5
    )
    lower = spline(
        at((0.070, 0.006), (0.035, 0.022), (0.0, 0.025), (-0.036, 0.022), (-0.064, 0.014)), 5
    )
    opening = portrait.canvas.area(portrait.put(np.concatenate([upper, lower])), margin=3)
    portrait.canvas.paint(opening, (0.93, 0.91, 0.89))
    _draw_iris(
        portrait, opening, np.asarray(flip * middle - points((0, 0.003)), np.float32), 0.029 * size
    )
    portrait.fill(taper(upper, 0.017, 0.5), DARK, 0.92)
    if not portrait.fine:
        return
    portrait.fill(taper(upper + points((0, 0.014)), 0.018), (0.35, 0.28, 0.26), 0.5, opening)
    wing = spline(at((0.045, -0.013), (0.072, 0.002), (0.088, -0.012)), 4)
    portrait.fill(taper(wing, 0.010), DARK, 0.8)
    portrait.fill(taper(lower, 0.006), portrait.skin * 0.42, 0.65)
    portrait.soften(taper(upper - points((0, 0.026)), 0.009), 0.42, 0.004)


def _draw_iris(portrait: Portrait, opening: Patch, centre: Array, radius: float) -> None:
    iris = colour_of(portrait.person.face.iris)
    portrait.fill(centre + radius * DISC, iris * 0.55, 1.0, opening)
    if not portrait.fine:
        return
    portrait.fill(
        centre + 0.8 * radius * DISC + points((0, 0.003)), mix(iris, (1, 1, 1), 0.12), 1.0, opening
    )
    portrait.fill(centre + 0.46 * radius * DISC, (0.03, 0.03, 0.03), 1.0, opening)
    portrait.fill(
        centre + radius * points((0.35 * portrait.person.light, -0.42)) + 0.27 * radius * DISC,
        (1, 1, 1),
        0.95,
    )


def _draw_brow(portrait: Portrait, side: int) -> None:
    arch = spline(
        points((side, 1))
        * points((0.060, -0.058), (0.115, -0.076), (0.178, -0.084), (0.238, -0.054)),
        9,
    )
    hair = colour_of(portrait.person.hair)
    tone = mix(hair * 0.62, portrait.skin * 0.5, 0.35)
    portrait.fill(taper(arch, 0.024 * portrait.person.face.brows, 0.55), tone, 0.82)


def _draw_nose(portrait: Portrait) -> None:
    wide, shadow = portrait.person.face.nose, portrait.person.light
    for side in (-1, 1):
        flip = points((side * wide, 1))
        nostril = taper(
            spline(flip * points((0.010, 0.213), (0.026, 0.204), (0.043, 0.213)), 4), 0.017
        )
        portrait.soften(nostril, 0.62, 0.004)
        wing = taper(
            spline(
                flip * points((0.046, 0.150), (0.064, 0.178), (0.058, 0.206), (0.044, 0.212)), 5
            ),
            0.012,
        )
        portrait.soften(wing, 0.34 if side * shadow < 0 else 0.2, 0.005)
    bridge = taper(
        spline(
            points(
                (-0.052 * np.sign(shadow), -0.03),
                (-0.034 * np.sign(shadow), 0.05),
                (-0.038 * np.sign(shadow), 0.14),
            ),
            5,
        ),
        0.018,
    )
    portrait.soften(bridge, 0.14, 0.010)


def _draw_mouth(portrait: Portrait) -> None:
    face = portrait.person.face
    w, lift = 0.094 * face.mouth, 0.014 * face.smile
    line = spline(
        points(
            (-w, 0.322 - lift), (-0.45 * w, 0.327), (0, 0.325), (0.45 * w, 0.327), (w, 0.322 - lift)
        ),
        6,
    )
    top = spline(
        points(
            (w, 0.322 - lift),
            (0.5 * w, 0.303),
            (0.16 * w, 0.294),
            (0, 0.300),
            (-0.16 * w, 0.294),
            (-0.5 * w, 0.303),
            (-w, 0.322 - lift),
        ),
        5,
    )
    low = spline(
        points(
            (w, 0.322 - lift), (0.55 * w, 0.352), (0, 0.366), (-0.55 * w, 0.352), (-w, 0.322 - lift)
        ),
        6,
    )
    rouge = mix(
        portrait.skin * np.array([0.93, 0.62, 0.62], np.float32),
        (0.70, 0.13, 0.20),
        0.12 + 0.62 * face.lips,
    )
    portrait.fill(np.concatenate([line, top]), rouge * 0.84)
    portrait.fill(np.concatenate([line, low]), rouge)
    glow = taper(spline(points((-0.4 * w, 0.343), (0, 0.350), (0.4 * w, 0.343)), 5), 0.012)
    portrait.fill(glow, mix(rouge, (1, 1, 1), 0.5), 0.38)
    portrait.fill(taper(line, 0.010, 0.5), rouge * 0.36, 0.85)

"""A face: a map of soft light first, then ears, eyes, brows, nose and mouth (see `features`)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryonbench.synth.body import Head
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import SKIN_TINT, Colour, colour_of, lit
from tryonbench.synth.geometry import Array, bell, mirrored, point, points, spline
from tryonbench.synth.labels import FACE
from tryonbench.synth.person import Face, Person

OUTLINE = points(
    (0.06, 0.494), (0.125, 0.462), (0.19, 0.385), (0.245, 0.27), (0.282, 0.12), (0.292, -0.03),
    (0.285, -0.18), (0.235, -0.33), (0.12, -0.42), (0.0, -0.44),
)  # fmt: skip
"""The right half of a face in head coordinates, from beside the chin up to the middle."""
MAP_SIDE = 72
"""Side of the light map in cells; it covers head coordinates -MAP_REACH to MAP_REACH."""
MAP_REACH = 0.6
FINE = 100
"""Height of a head in pixels from which strokes of a hundredth of it are drawn."""


@dataclass(frozen=True)
class Portrait:
    """A face being painted; shapes are given in head coordinates."""

    canvas: Canvas
    person: Person
    head: Head
    skin: Array

    @property
    def fine(self) -> bool:
        """Whether the face is large enough for small strokes."""
        return self.head.size * self.canvas.scale > FINE

    def put(self, shape: Array) -> Array:
        """Picture positions of points of the face, shifted as the head turns."""
        shift = 0.13 * self.head.turn * (1 - (shape[:, :1] / 0.4) ** 2)
        return self.head.place(shape + shift * point(1, 0))

    def fill(
        self, shape: Array, colour: Colour, strength: float = 1.0, within: Patch | None = None
    ) -> None:
        """Paint a closed shape, perhaps only inside another."""
        patch = self.canvas.area(self.put(shape), window=within.window if within else None)
        self.canvas.paint(patch.times(within.alpha * strength if within else strength), colour)

    def darken(self, shape: Array, strength: float, softness: float) -> None:
        """Darken softly through a small closed shape; `softness` in head sizes."""
        sigma = softness * self.head.size
        patch = self.canvas.area(self.put(shape), margin=2.5 * sigma)
        self.canvas.shade(self.canvas.softened(patch, sigma), strength, SKIN_TINT)


def portrait(canvas: Canvas, person: Person, head: Head) -> Portrait:
    """A face to paint."""
    return Portrait(canvas, person, head, colour_of(person.skin))


def draw_mask(face: Portrait) -> None:
    """Paint the face without its features."""
    patch = face.canvas.area(face.head.place(face_outline(face.person.face)), margin=8)
    light, blush = _warped_light(face, patch)
    light = light - 0.25 * (1 - face.canvas.softened(patch, 5).alpha)
    rose = np.array([0.80, 0.25, 0.25], np.float32) - 0.6 * face.skin
    colour = face.skin.reshape(3, 1, 1) + rose.reshape(3, 1, 1) * blush
    face.canvas.paint(patch, lit(colour, light, SKIN_TINT), FACE)


def face_outline(face: Face) -> Array:
    """The closed outline of a face in head coordinates."""
    half = OUTLINE * point(face.width, 1)
    jaw = np.clip((half[:, 1] - 0.15) / 0.3, 0, 1) * np.clip((0.5 - half[:, 1]) / 0.05, 0, 1)
    half[:, 0] *= 1 + (face.jaw - 1) * jaw
    return spline(mirrored(half), 5, closed=True)


def _warped_light(face: Portrait, patch: Patch) -> tuple[Array, Array]:
    """Light and blush for each pixel of the patch."""
    corners = MAP_REACH * points((-1, -1), (1, -1), (-1, 1))
    corner = point(patch.window[1].start, patch.window[0].start)
    there = face.canvas.to_pixels(face.head.place(corners)) - corner
    here = (corners / MAP_REACH + 1) * (0.5 * MAP_SIDE) - 0.5
    affine = cv2.getAffineTransform(here.astype(np.float32), there.astype(np.float32))
    size = (patch.alpha.shape[1], patch.alpha.shape[0])
    chart = light_map(face.person, face.head)
    light, blush = cv2.split(cv2.warpAffine(chart, affine, size, borderMode=cv2.BORDER_REPLICATE))
    return np.asarray(light, np.float32), np.asarray(blush, np.float32)


LIGHT = (
    (-0.13, 0.125, 0.0, 0.075, 0.042), (-0.13, -0.125, 0.0, 0.075, 0.042),  # eye sockets
    (-0.07, 0.235, 0.24, 0.07, 0.13), (-0.07, -0.235, 0.24, 0.07, 0.13),  # cheeks' hollows
    (0.05, 0.17, 0.15, 0.06, 0.045), (0.05, -0.17, 0.15, 0.06, 0.045),  # cheekbones
    (0.05, 0.0, -0.20, 0.16, 0.09), (-0.16, 0.0, -0.44, 0.4, 0.09),  # forehead, hairline
    (-0.12, 0.0, 0.245, 0.05, 0.022), (-0.12, 0.0, 0.395, 0.07, 0.022),  # below nose and lip
    (0.05, 0.0, 0.45, 0.06, 0.03),  # chin
)  # fmt: skip
"""Soft blobs on a face: strength, then middle (x, y) and radii (x, y) in head coordinates."""
BLUSH = (
    (0.13, 0.185, 0.175, 0.085, 0.07), (0.13, -0.185, 0.175, 0.085, 0.07),
    (0.06, 0.0, 0.19, 0.05, 0.05),
)  # fmt: skip
"""Redness of cheeks and nose, as for LIGHT."""


def light_map(person: Person, head: Head) -> Array:
    """Light and blush over a face (MAP_SIDE x MAP_SIDE x 2, float32)."""
    cells = (np.arange(MAP_SIDE, dtype=np.float32) + 0.5) / MAP_SIDE
    axis = (2 * cells - 1) * MAP_REACH
    x, y, side = axis[None, :] - 0.13 * head.turn, axis[:, None], person.light
    nose = ((-0.10, -0.055 * side, 0.10, 0.028, 0.10), (0.06, 0.012 * side, 0.10, 0.022, 0.13))
    light = 1.035 - 0.16 * np.abs(x / 0.3 - 0.35 * side) ** 2.4 + _blobs((*LIGHT, *nose), x, y)
    return np.stack([light, _blobs(BLUSH, x, y)], -1).astype(np.float32)


def _blobs(blobs: tuple[tuple[float, ...], ...], x: Array, y: Array) -> Array:
    """The sum of Gaussian blobs."""
    parts = [k * bell(x, x0, rx) * bell(y, y0, ry) for k, x0, y0, rx, ry in blobs]
    return np.asarray(np.sum(parts, axis=0))

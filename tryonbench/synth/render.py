"""A person wearing a garment, rendered with every modality of the data set."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import Body, keypoints
from tryonbench.synth.draw.canvas import Canvas, packed, planar
from tryonbench.synth.draw.flat import draw_flat
from tryonbench.synth.draw.order import paint_person
from tryonbench.synth.draw.pose_maps import draw_densepose, draw_openpose
from tryonbench.synth.draw.texture import paint_texture
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.labels import UPPER
from tryonbench.synth.laying import lay_flat
from tryonbench.synth.person import Person
from tryonbench.synth.wearing import Wearing, wear

Pixels = NDArray[np.uint8]
Size = tuple[int, int]
"""Height and width in pixels."""
SUPERSAMPLING = ((96, 4.0), (160, 3.0), (288, 1.25), (640, 2.0), (math.inf, 1.0))
"""Drawing pixels for one picture pixel, each way, up to a height of the picture.

Faces need 2 below 640; at 256x192, the size most drawn, 1.25 shows them nearly as well for less
than half the time.
"""
SEAM = 3.0
"""Jump of the warp, in drawing pixels, from one pixel to the next that means another piece."""


@dataclass(frozen=True)
class Flat:
    """A garment laid flat; H x W is the asked size."""

    cloth: Pixels
    """H x W x 3."""
    mask: NDArray[np.bool_]
    """H x W."""
    texture: Array
    """The unlit cloth at the drawing scale, 3 channels last, float32 in 0..1."""


@dataclass(frozen=True)
class Rendered:
    """A person wearing a garment; H x W is the asked size."""

    image: Pixels
    """H x W x 3."""
    parse: Pixels
    """H x W labels 0..19."""
    keypoints: Array
    """25 x 3: Body25 joints in pixels, (0, 0, 0) outside the picture."""
    openpose: Pixels
    """H x W x 3."""
    densepose: Pixels
    """H x W x 3."""
    warp: Array
    """H x W x 2, float32: the place (x, y) in the flat picture of worn cloth, NaN elsewhere."""


def drawing_size(size: Size) -> Size:
    """Size of the canvas that is drawn on and then shrunk to `size`."""
    factor = next(factor for height, factor in SUPERSAMPLING if size[0] <= height)
    return round(size[0] * factor), round(size[1] * factor)


def render_flat(garment: Garment, size: Size) -> Flat:
    """The catalogue picture of a garment."""
    laid = lay_flat(garment.cut)
    texture = paint_texture(*drawing_size(size), garment, laid)
    picture, cover = draw_flat(texture, garment, laid)
    return Flat(_picture(picture, size), _shrunk(cover, size) >= 0.5, packed(texture.rgb))


def render(person: Person, garment: Garment, size: Size, flat: Flat | None = None) -> Rendered:
    """The person wearing the garment; `flat` is its picture of that size, if at hand."""
    wearing = wear(person, garment)
    canvas = _painted(wearing, size, flat)
    joints = _joints(Canvas(*size), wearing.body)
    return Rendered(
        image=_picture(canvas, size),
        parse=_nearest(canvas.labels, size),
        keypoints=joints,
        openpose=draw_openpose(joints, *size),
        densepose=_picture(draw_densepose(*size, person, wearing.body), size),
        warp=_warp(canvas, size),
    )


def render_look(person: Person, garment: Garment, size: Size, flat: Flat) -> tuple[Pixels, Pixels]:
    """Only `image` and `parse` of `render`."""
    canvas = _painted(wear(person, garment), size, flat)
    return _picture(canvas, size), _nearest(canvas.labels, size)


def _painted(wearing: Wearing, size: Size, flat: Flat | None) -> Canvas:
    canvas = Canvas(*drawing_size(size))
    paint_person(canvas, wearing, (flat or render_flat(wearing.garment, size)).texture)
    return canvas


def _joints(canvas: Canvas, body: Body) -> Array:
    """Body25 joints in the canvas's pixels; those outside are (0, 0, 0)."""
    joints = keypoints(body)
    joints[:, :2] = canvas.to_pixels(joints[:, :2])
    last = np.array([canvas.width - 1, canvas.height - 1])
    inside = ((joints[:, :2] >= 0) & (joints[:, :2] <= last)).all(1)
    joints[~inside | (joints[:, 2] == 0)] = 0
    return joints


def _shrunk(values: Array, size: Size) -> Array:
    """Mean over the area of each pixel of the picture."""
    return np.asarray(cv2.resize(values, size[::-1], interpolation=cv2.INTER_AREA))


def _shrunk_colours(rgb: Array, size: Size) -> Array:
    """The planes (3 x H x W) shrunk together, channels last.

    That takes half the time of one after another. Only exact halving, for which OpenCV rounds
    planes otherwise, goes one by one: bytes may change with SYNTH_VERSION alone.
    """
    if rgb.shape[1:] == (2 * size[0], 2 * size[1]):
        return packed(np.stack([_shrunk(plane, size) for plane in rgb]))
    return _shrunk(packed(rgb), size)


def _nearest(values: Pixels, size: Size) -> Pixels:
    """The canvas at the middle of each pixel of the picture."""
    return np.asarray(cv2.resize(values, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT))


def _picture(canvas: Canvas, size: Size) -> Pixels:
    """A canvas's colours as uint8, H x W x 3."""
    small = _shrunk_colours(canvas.rgb, size)
    return np.asarray(np.clip(small * 255 + 0.5, 0, 255), np.uint8)


def _warp(canvas: Canvas, size: Size) -> Array:
    """The warp at the middle of each pixel of the picture, in pixels of the picture.

    It is interpolated between the pixels of the canvas, unless a seam parts them.
    """
    np.copyto(canvas.warp, np.nan, where=canvas.labels != UPPER)
    whole = packed(canvas.warp)
    nearest, between = (
        planar(np.asarray(cv2.resize(whole, size[::-1], interpolation=how)))
        for how in (cv2.INTER_NEAREST_EXACT, cv2.INTER_LINEAR)
    )
    jump = np.abs(between - nearest)
    at = np.where((jump[0] < SEAM) & (jump[1] < SEAM), between, nearest)
    scale = np.array([size[1] / canvas.width, size[0] / canvas.height], np.float32)
    return packed((at + 0.5) * scale[:, None, None] - 0.5)

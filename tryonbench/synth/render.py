"""A person wearing a garment, rendered with every modality of the data set."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.synth.body import Body, keypoints
from tryonbench.synth.draw.canvas import Canvas
from tryonbench.synth.draw.flat import draw_flat
from tryonbench.synth.draw.order import paint_person
from tryonbench.synth.draw.pose_maps import draw_densepose, draw_openpose
from tryonbench.synth.draw.texture import paint_texture
from tryonbench.synth.garment import Garment
from tryonbench.synth.geometry import Array
from tryonbench.synth.laying import lay_flat
from tryonbench.synth.person import Person
from tryonbench.synth.wearing import wear

Pixels = NDArray[np.uint8]
Size = tuple[int, int]
"""Height and width in pixels."""
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


def supersampling(height: int) -> int:
    """Drawing pixels for one picture pixel, each way."""
    return 4 if height <= 96 else 3 if height <= 160 else 2 if height <= 640 else 1


def render_flat(garment: Garment, size: Size) -> Flat:
    """The catalogue picture of a garment."""
    factor, laid = supersampling(size[0]), lay_flat(garment.cut)
    texture = paint_texture(size[0] * factor, size[1] * factor, garment, laid)
    picture, cover = draw_flat(texture, garment, laid)
    packed = np.ascontiguousarray(texture.rgb.transpose(1, 2, 0))
    return Flat(_picture(picture, factor), _shrunk(cover, factor) >= 0.5, packed)


def render(person: Person, garment: Garment, size: Size, flat: Flat | None = None) -> Rendered:
    """The person wearing the garment; `flat` is its picture of that size, if at hand."""
    factor, wearing = supersampling(size[0]), wear(person, garment)
    canvas = Canvas(size[0] * factor, size[1] * factor)
    paint_person(canvas, wearing, (flat or render_flat(garment, size)).texture)
    small = Canvas(*size)
    joints = _joints(small, wearing.body)
    return Rendered(
        image=_picture(canvas, factor),
        parse=canvas.labels[factor // 2 :: factor, factor // 2 :: factor].copy(),
        keypoints=joints,
        openpose=draw_openpose(joints, *size),
        densepose=_picture(draw_densepose(*size, person, wearing.body), 1),
        warp=_shrunk_warp(canvas.warp, factor),
    )


def _joints(canvas: Canvas, body: Body) -> Array:
    """Body25 joints in the canvas's pixels; those outside are (0, 0, 0)."""
    joints = keypoints(body)
    joints[:, :2] = canvas.to_pixels(joints[:, :2])
    last = np.array([canvas.width - 1, canvas.height - 1])
    inside = ((joints[:, :2] >= 0) & (joints[:, :2] <= last)).all(1)
    joints[~inside | (joints[:, 2] == 0)] = 0
    return joints


def _shrunk(values: Array, factor: int) -> Array:
    """Mean over blocks of factor x factor pixels."""
    size = (values.shape[1] // factor, values.shape[0] // factor)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _picture(canvas: Canvas, factor: int) -> Pixels:
    """A canvas's colours as uint8, H x W x 3."""
    small = np.stack([_shrunk(plane, factor) for plane in canvas.rgb], -1)
    return np.asarray(np.clip(small * 255 + 0.5, 0, 255), np.uint8)


def _shrunk_warp(warp: Array, factor: int) -> Array:
    """The warp at the middle of each block, in pixels of the small picture.

    An even block has no middle pixel: the two beside it are averaged, unless a seam parts them.
    """
    first, second = (factor - 1) // 2, factor // 2
    before, at = warp[first::factor, first::factor], warp[second::factor, second::factor]
    jump = np.abs(at - before)
    smooth = (jump[..., :1] < SEAM) & (jump[..., 1:] < SEAM)
    middle = np.where(smooth, 0.5 * (at + before), at)
    return np.asarray((middle + 0.5) / factor - 0.5, np.float32)

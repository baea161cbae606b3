"""A picture being painted: colours, labels and the garment's warp, with anti-aliased patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import FRAME, Array

Colour = ArrayLike
"""An RGB triple in 0..1, or a 3 x H x W array that fits the patch it is painted through."""

SHIFT = 5
"""Fractional bits of OpenCV's fixed-point coordinates."""

SHADOW_TINT = np.array([0.92, 1.04, 1.06], np.float32)
"""How strongly shade darkens each channel of a cloth: shadows keep a trace of red."""
SKIN_TINT = np.array([0.72, 1.0, 1.12], np.float32)
"""The same for skin, whose shadows are warm."""
STRIDE = 8
"""Pixels between the positions at which torso coordinates are computed, then interpolated."""


@dataclass(frozen=True)
class Patch:
    """A soft-edged part of a canvas."""

    window: tuple[slice, slice]
    """Rows and columns of the canvas."""
    alpha: Array
    """Coverage in 0..1, as large as the window."""

    def times(self, factor: ArrayLike) -> Patch:
        """The same part with its coverage multiplied."""
        return Patch(self.window, np.asarray(self.alpha * factor, np.float32))


@dataclass
class Canvas:
    """Colours (3 x H x W in 0..1), labels and warp of a picture of any size.

    Everything is drawn in picture units (a 768 x 1024 frame), fitted into the picture's middle.
    """

    height: int
    width: int
    rgb: Array = field(init=False)
    labels: NDArray[np.uint8] = field(init=False)
    warp: Array = field(init=False)
    """For pixels of a worn garment, their place in the flat picture's canvas (x, y); else NaN."""
    scale: float = field(init=False)
    """Pixels for one picture unit."""
    offset: Array = field(init=False)
    """The pixel position of the frame's corner."""
    _torsos: dict[int, tuple[TorsoFrame, Array]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.rgb = np.zeros((3, self.height, self.width), np.float32)
        self.labels = np.zeros((self.height, self.width), np.uint8)
        self.warp = np.full((self.height, self.width, 2), np.nan, np.float32)
        self.scale = min(self.height / FRAME[0], self.width / FRAME[1])
        inside = np.array([self.width, self.height]) - self.scale * np.array([FRAME[1], FRAME[0]])
        self.offset = np.asarray(inside / 2 - 0.5, np.float32)

    def to_pixels(self, at: Array) -> Array:
        """Pixel positions (centres are whole numbers) of picture positions."""
        return np.asarray(at * self.scale + self.offset, np.float32)

    def window(self, shapes: Sequence[Array], margin: float = 0.0) -> tuple[slice, slice]:
        """The part of the canvas that holds the shapes and a margin in picture units."""
        every = shapes[0] if len(shapes) == 1 else np.concatenate(shapes)
        pad = margin * self.scale + 2
        columns, rows = (
            slice(
                min(
                    limit,
                    max(0, int(every[:, axis].min() * self.scale + float(self.offset[axis]) - pad)),
                ),
                min(
                    limit,
                    max(
                        0,
                        int(every[:, axis].max() * self.scale + float(self.offset[axis]) + pad + 1),
                    ),
                ),
            )
            for axis, limit in ((0, self.width), (1, self.height))
        )
        return rows, columns

    def positions(self, window: tuple[slice, slice], stride: int = 1) -> Array:
        """Picture positions (h x w x 2) of the window's pixels, or of every `stride`-th and two beyond."""
        beyond = 0 if stride == 1 else 2 * stride
        x = np.arange(window[1].start, window[1].stop + beyond, stride, dtype=np.float32)
        y = np.arange(window[0].start, window[0].stop + beyond, stride, dtype=np.float32)
        grid = np.stack(np.meshgrid(x, y), -1)
        return np.asarray((grid - self.offset) / self.scale, np.float32)

    def area(
        self, *shapes: Array, margin: float = 0.0, window: tuple[slice, slice] | None = None
    ) -> Patch:
        """The filled outlines, in their own window unless one is given."""
        window = window or self.window(shapes, margin)
        mask = np.zeros(
            (window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8
        )
        if mask.size:
            for shape in shapes:
                cv2.fillPoly(mask, [self._fixed(shape, window)], 255, cv2.LINE_AA, SHIFT)
        return Patch(window, mask.astype(np.float32) / 255)

    def torso_coordinates(self, window: tuple[slice, slice], frame: TorsoFrame) -> Array:
        """Torso coordinates (h x w x 2) of the window's pixels."""
        return interpolated(self.coarse_torso(frame), window)

    def coarse_torso(self, frame: TorsoFrame) -> Array:
        """Torso coordinates of every STRIDE-th pixel of the canvas, computed once for each frame."""
        if id(frame) not in self._torsos:
            everything = (slice(0, self.height), slice(0, self.width))
            self._torsos[id(frame)] = frame, frame.locate(self.positions(everything, STRIDE))
        return self._torsos[id(frame)][1]

    def line(self, path: Array, width: float, margin: float = 0.0) -> Patch:
        """A stroke of the given width; thinner than a pixel it gets fainter instead."""
        return self.lines([path], width, margin)

    def lines(
        self,
        paths: Sequence[Array],
        width: float,
        margin: float = 0.0,
        closed: bool = False,
        window: tuple[slice, slice] | None = None,
    ) -> Patch:
        """Several strokes of one width, in their own window unless one is given."""
        window = window or self.window(paths, margin + width)
        mask = np.zeros(
            (window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8
        )
        pixels = width * self.scale
        if mask.size:
            fixed = [self._fixed(p, window) for p in paths]
            cv2.polylines(mask, fixed, closed, 255, max(1, round(pixels)), cv2.LINE_AA, SHIFT)
        return Patch(window, mask.astype(np.float32) * (min(1.0, pixels) / 255))

    def hatching(
        self, strokes: Sequence[tuple[Array, float]], width: float, window: tuple[slice, slice]
    ) -> Patch:
        """Strokes of one width, each with its own coverage, in one window."""
        mask = np.zeros(
            (window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8
        )
        pixels = width * self.scale
        for path, cover in strokes:
            value = round(255 * cover * min(1.0, pixels))
            cv2.polylines(
                mask,
                [self._fixed(path, window)],
                False,
                value,
                max(1, round(pixels)),
                cv2.LINE_AA,
                SHIFT,
            )
        return Patch(window, mask.astype(np.float32) / 255)

    def _fixed(self, shape: Array, window: tuple[slice, slice]) -> NDArray[np.int32]:
        corner = np.array([window[1].start, window[0].start], np.float32)
        return np.round((self.to_pixels(shape) - corner) * (1 << SHIFT)).astype(np.int32)

    def paint(
        self, patch: Patch, colour: Colour, label: int | None = None, warp: Array | None = None
    ) -> None:
        """Lay the colour over the canvas; a label also claims the pixels that are half covered."""
        under = self.crop(patch.window)
        under += (_planes(colour) - under) * patch.alpha
        if label is None:
            return
        claimed = patch.alpha > 0.5
        self.labels[patch.window][claimed] = label
        self.warp[patch.window][claimed] = np.nan if warp is None else warp[claimed]

    def shade(self, patch: Patch, strength: float, tint: ArrayLike = SHADOW_TINT) -> None:
        """Darken (or, with a negative strength, lighten) the canvas through the patch."""
        under = self.crop(patch.window)
        under *= 1 - (strength * _planes(tint)) * patch.alpha

    def crop(self, window: tuple[slice, slice]) -> Array:
        """A view of the colours in a window, 3 x h x w."""
        return self.rgb[:, window[0], window[1]]

    def softened(self, patch: Patch, sigma: float) -> Patch:
        """The patch blurred by `sigma` picture units (it needs a margin of about twice that)."""
        return Patch(patch.window, soften(patch.alpha, sigma * self.scale))

    def only(self, patch: Patch, *labels: int) -> Patch:
        """The patch restricted to the pixels that bear one of the labels."""
        here = self.labels[patch.window]
        return patch.times(np.isin(here, labels))


def interpolated(coarse: Array, window: tuple[slice, slice]) -> Array:
    """Values given at every STRIDE-th pixel of a canvas, linear between, for the pixels of a window."""
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) / STRIDE for part in window)
    i, j = (
        np.minimum(at.astype(np.int32), n - 2)
        for at, n in zip((rows, columns), coarse.shape[:2], strict=True)
    )
    t, s = (rows - i)[:, None, None], (columns - j)[None, :, None]
    lines = coarse[i] + t * (coarse[i + 1] - coarse[i])
    return np.asarray(lines[:, j] + s * (lines[:, j + 1] - lines[:, j]), np.float32)


def soften(field: Array, sigma: float) -> Array:
    """Gaussian blur by `sigma` pixels; wide ones are done on a smaller copy."""
    if field.size == 0 or sigma < 0.2:
        return field
    factor = int(min(sigma / 1.5, min(field.shape[:2]) / 4))
    if factor < 2:
        return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)
    height, width = field.shape[:2]
    small = cv2.resize(
        field, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def lit(base: Colour, light: Array, tint: ArrayLike = SHADOW_TINT) -> Array:
    """The base colour under a light (h x w; 1 is neutral, below is shade, above is highlight).

    Shade multiplies; a highlight adds a little white, too.
    """
    dark, bright = np.minimum(light, 1) - 1, np.maximum(light, 1) - 1
    colour = _planes(tint) * dark
    colour += 1
    colour *= _planes(base)
    colour *= 1 + 0.4 * bright
    colour += 0.28 * bright
    return np.asarray(colour, np.float32)


def _planes(colour: Colour) -> Array:
    """A colour as planes that broadcast over pixels."""
    planes = np.asarray(colour, np.float32)
    return planes.reshape(3, 1, 1) if planes.ndim == 1 else planes


def colour_of(code: str) -> Array:
    """The RGB in 0..1 of a six-digit hexadecimal code."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


def mix(a: Colour, b: Colour, share: float) -> Array:
    """The colour that is `share` of the way from `a` to `b`."""
    first = np.asarray(a, np.float32)
    return np.asarray(first + (np.asarray(b, np.float32) - first) * share, np.float32)

"""A picture being painted: colours, labels and the garment's warp, with anti-aliased patches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tryonbench.data.agnostic import labelled
from tryonbench.synth.draw.colour import SHADOW_TINT, Colour, planes
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import FRAME, Array

Window = tuple[slice, slice]
"""Rows and columns of a canvas."""
Mask = NDArray[np.uint8]

SHIFT = 5
"""Fractional bits of OpenCV's fixed-point coordinates."""
STRIDE = 8
"""Pixels between the positions at which torso coordinates are computed, then interpolated."""


@dataclass(frozen=True)
class Patch:
    """A soft-edged part of a canvas."""

    window: Window
    alpha: Array
    """Coverage in 0..1, as large as the window."""

    def times(self, factor: ArrayLike) -> Patch:
        """The same part with its coverage multiplied."""
        return Patch(self.window, np.asarray(self.alpha * np.asarray(factor), np.float32))

    @property
    def covered(self) -> Window:
        """The part of the window, counted from its corner, outside of which coverage is 0."""
        x, y, width, height = cv2.boundingRect((self.alpha > 0).view(np.uint8))
        return slice(y, y + height), slice(x, x + width)

    def part(self, inner: Window) -> Patch:
        """What lies in a part of the window, counted from its corner."""
        return Patch(inside(self.window, inner), self.alpha[inner])


@dataclass
class Canvas:
    """Colours, labels and warp of a picture of any size.

    Everything is drawn in picture units (a 768 x 1024 frame), fitted into the picture's middle.
    """

    height: int
    width: int
    rgb: Array = field(init=False)
    """3 x H x W in 0..1: planes, because NumPy broadcasts coverage over them much faster."""
    labels: Mask = field(init=False)
    warp: Array = field(init=False)
    """2 x H x W: x and y in the flat picture's canvas of the cloth painted last on a pixel."""
    scale: float = field(init=False)
    """Pixels for one picture unit."""
    offset: Array = field(init=False)
    """The pixel position of the frame's corner."""
    _torsos: dict[int, tuple[TorsoFrame, Array, Array]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.rgb = np.zeros((3, self.height, self.width), np.float32)
        self.labels = np.zeros((self.height, self.width), np.uint8)
        self.warp = np.zeros((2, self.height, self.width), np.float32)
        self.scale = min(self.height / FRAME[0], self.width / FRAME[1])
        inside = np.array([self.width, self.height]) - self.scale * np.array(FRAME[::-1])
        self.offset = np.asarray(inside / 2 - 0.5, np.float32)

    @property
    def everything(self) -> Window:
        """The window of the whole canvas."""
        return slice(0, self.height), slice(0, self.width)

    def to_pixels(self, at: Array) -> Array:
        """Pixel positions (centres are whole numbers) of picture positions."""
        return np.asarray(at * self.scale + self.offset, np.float32)

    def axes(self, window: Window) -> tuple[Array, Array]:
        """Picture positions of a window's columns (1 x w) and rows (h x 1)."""
        y, x = (np.arange(w.start, w.stop, dtype=np.float32) for w in window)
        x, y = (x - self.offset[0]) / self.scale, (y - self.offset[1]) / self.scale
        return x[None], y[:, None]

    def coarse_positions(self) -> Array:
        """Picture positions (h x w x 2) of every STRIDE-th pixel, and two more beyond the end."""
        ends = self.width, self.height
        x, y = (np.arange(0, end + 2 * STRIDE, STRIDE, dtype=np.float32) for end in ends)
        return np.asarray((np.stack(np.meshgrid(x, y), -1) - self.offset) / self.scale)

    def coarse_torso(self, frame: TorsoFrame) -> Array:
        """Torso coordinates of every STRIDE-th pixel, computed once for each frame."""
        return self._torso(frame)[1]

    def torso_coordinates(self, window: Window, frame: TorsoFrame) -> Array:
        """Torso coordinates u and v (2 x h x w) of the window's pixels."""
        return self._torso(frame)[2][:, *window]

    def _torso(self, frame: TorsoFrame) -> tuple[TorsoFrame, Array, Array]:
        if id(frame) not in self._torsos:
            coarse = frame.locate(self.coarse_positions())
            self._torsos[id(frame)] = frame, coarse, interpolated(coarse, self.everything)
        return self._torsos[id(frame)]

    def window(self, shapes: Sequence[Array], margin: float = 0.0) -> Window:
        """The part of the canvas that holds the shapes and a margin in picture units."""
        every = shapes[0] if len(shapes) == 1 else np.concatenate(shapes)
        pad = margin * self.scale + 2
        low = (every.min(0) * self.scale + self.offset - pad).tolist()
        high = (every.max(0) * self.scale + self.offset + pad + 1).tolist()
        rows, columns = (
            slice(min(limit, max(0, int(low[axis]))), min(limit, max(0, int(high[axis]))))
            for axis, limit in ((1, self.height), (0, self.width))
        )
        return rows, columns

    def area(self, *shapes: Array, margin: float = 0.0, window: Window | None = None) -> Patch:
        """The filled outlines, in their own window unless one is given."""
        window = window or self.window(shapes, margin)
        mask = blank(window)
        if mask.size:
            for shape in self._fixed(shapes, window):
                cv2.fillPoly(mask, [shape], 255, cv2.LINE_AA, SHIFT)
        return Patch(window, mask.astype(np.float32) / 255)

    def line(self, path: Array, width: float, margin: float = 0.0) -> Patch:
        """A stroke; thinner than a pixel it gets fainter instead."""
        return self.lines([path], width, self.window([path], margin + width))

    def lines(
        self, paths: Sequence[Array], width: float, window: Window | None = None, cover: float = 1.0
    ) -> Patch:
        """Strokes of one width, in their own window unless one is given."""
        window = window or self.window(paths, width)
        return self.hatching([(path, cover) for path in paths], width, window)

    def hatching(
        self, strokes: Sequence[tuple[Array, float]], width: float, window: Window
    ) -> Patch:
        """Strokes of one width, each with its own coverage."""
        mask, pixels = blank(window), width * self.scale
        if not (mask.size and strokes):
            return Patch(window, mask.astype(np.float32))
        thick, paths = max(1, round(pixels)), self._fixed([path for path, _ in strokes], window)
        for path, (_, cover) in zip(paths, strokes, strict=True):
            cv2.polylines(mask, [path], False, round(255 * cover), thick, cv2.LINE_AA, SHIFT)
        return Patch(window, mask.astype(np.float32) * (min(1.0, pixels) / 255))

    def _fixed(self, shapes: Sequence[Array], window: Window) -> Iterator[NDArray[np.int32]]:
        """Shapes in OpenCV's fixed-point coordinates of the window, computed together for speed."""
        corner, start = np.array([window[1].start, window[0].start], np.float32), 0
        fixed = np.rint((self.to_pixels(np.concatenate(shapes)) - corner) * (1 << SHIFT))
        fixed = fixed.astype(np.int32)
        for shape in shapes:
            yield fixed[start : start + len(shape)]
            start += len(shape)

    def paint(
        self, patch: Patch, colour: Colour, label: int | None = None, warp: Array | None = None
    ) -> None:
        """Lay a colour over the canvas; a label also claims the pixels that are half covered."""
        under = self.crop(patch.window)
        added = planes(colour) - under
        added *= patch.alpha
        under += added
        if label is None:
            return
        claimed = patch.alpha > 0.5
        self.labels[patch.window][claimed] = label
        if warp is not None:
            np.copyto(self.warp[:, *patch.window], warp, where=claimed)

    def shade(self, patch: Patch, strength: float, tint: ArrayLike = SHADOW_TINT) -> None:
        """Darken (or, with a negative strength, lighten) the canvas through the patch."""
        under = self.crop(patch.window)
        under *= 1 - (strength * planes(tint)) * patch.alpha

    def crease(self, path: Array, width: float, softness: float, strength: float) -> None:
        """Darken along a soft stroke; width and softness in picture units."""
        patch = self.line(path, width, 2.5 * softness)
        self.shade(self.softened(patch, softness), strength)

    def crop(self, window: Window) -> Array:
        """A view of the colours in a window, 3 x h x w."""
        return self.rgb[:, *window]

    def softened(self, patch: Patch, sigma: float) -> Patch:
        """The patch blurred by `sigma` picture units (it needs a margin of about twice that)."""
        return Patch(patch.window, soften(patch.alpha, sigma * self.scale))

    def only(self, patch: Patch, *labels: int) -> Patch:
        """The patch restricted to the pixels that bear one of the labels."""
        return patch.times(labelled(self.labels[patch.window], labels))


def inside(window: Window, inner: Window) -> Window:
    """A part of a window, counted from its corner, as a window of the canvas."""
    rows, columns = (
        slice(whole.start + part.start, whole.start + part.stop)
        for whole, part in zip(window, inner, strict=True)
    )
    return rows, columns


def blank(window: Window) -> Mask:
    """An empty mask as large as a window."""
    return np.zeros([part.stop - part.start for part in window], np.uint8)


def interpolated(coarse: Array, window: Window) -> Array:
    """Values at every STRIDE-th pixel (h x w x K), linear between, for a window's (K x H x W)."""
    rows, columns = window
    corner = [[columns.start / STRIDE], [rows.start / STRIDE]]
    affine = np.hstack([np.eye(2) / STRIDE, corner])
    size = columns.stop - columns.start, rows.stop - rows.start
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return planar(np.asarray(cv2.warpAffine(coarse, affine, size, flags=how)))


def planar(picture: Array) -> Array:
    """Pixels with K channels (h x w x K, or h x w) as K contiguous planes (K x h x w)."""
    apart = np.empty((picture[0, 0].size, *picture.shape[:2]), np.float32)
    cv2.split(picture, list(apart))
    return apart


def packed(apart: Array) -> Array:
    """The inverse of `planar`, for two planes or more."""
    return np.asarray(cv2.merge(list(apart)), np.float32)


def soften(values: Array, sigma: float) -> Array:
    """Gaussian blur by `sigma` pixels; wide ones are done on a smaller copy."""
    if values.size == 0 or sigma < 0.2:
        return values
    height, width = values.shape[:2]
    factor = int(min(sigma / 1.5, min(height, width) / 4))
    if factor < 2:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma))
    size = -(-width // factor), -(-height // factor)
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))

"""Creases and folds: a height map pressed by strokes, lit from one side."""

from __future__ import annotations

import cv2
import numpy as np

from tryonbench.synth.draw.canvas import SHIFT, Canvas, Window
from tryonbench.synth.geometry import Array

CELL = 3.0
"""Size of a height map's cell in picture units; folds are softer than that."""


class Relief:
    """The height of cloth over a window of a canvas, kept coarse because folds are soft."""

    def __init__(self, canvas: Canvas, window: Window) -> None:
        self._canvas = canvas
        self._corner = np.array([window[1].start, window[0].start], np.float32)
        self._shape = (window[0].stop - window[0].start, window[1].stop - window[1].start)
        self._step = max(1, int(CELL * canvas.scale))
        self._height = np.zeros([-(-n // self._step) for n in self._shape], np.float32)

    def press(self, strokes: Array, depth: float, softness: float) -> None:
        """Raise closed shapes (M x N x 2) by `depth`, with `softness` in picture units."""
        mask = np.zeros(self._height.shape, np.uint8)
        cells = (self._canvas.to_pixels(strokes) - self._corner) * ((1 << SHIFT) / self._step)
        for stroke in np.round(cells).astype(np.int32):
            cv2.fillPoly(mask, [stroke], 255, cv2.LINE_AA, SHIFT)
        sigma = max(0.5, softness * self._canvas.scale / self._step)
        blurred = cv2.GaussianBlur(mask, (0, 0), sigma)
        self._height += blurred.astype(np.float32) * (depth / 255)

    def light(self, side: float) -> Array:
        """How much brighter each pixel of the window is; light comes from `side` and above."""
        across = cv2.Sobel(self._height, cv2.CV_32F, 1, 0, ksize=3)
        down = cv2.Sobel(self._height, cv2.CV_32F, 0, 1, ksize=3)
        steepness = 0.125 * self._canvas.scale / self._step
        light = (down * 0.8 - across * side) * steepness + 0.012 * self._height
        size = (light.shape[1] * self._step, light.shape[0] * self._step)
        grown = cv2.resize(light, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(grown[: self._shape[0], : self._shape[1]])

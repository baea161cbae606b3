"""Prints on the chest: each is one registered function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.geometry import DISC, Array, point, points


@dataclass(frozen=True)
class Chest:
    """Where a print goes and what it is made of."""

    canvas: Canvas
    centre: Array
    half: float
    """Half the width there is, in picture units."""
    ink: Array
    colours: Array
    """The cloth's three colours (3 x 3)."""
    text: str

    def put(self, shape: Array) -> Array:
        """Picture positions of points given in half-chests about the print's middle."""
        return np.asarray(self.centre + self.half * shape, np.float32)


Print = Callable[[Chest], None]
PRINTS: dict[str, Print] = {}


def chest_print(name: str) -> Callable[[Print], Print]:
    """Register a print under a name."""

    def register(function: Print) -> Print:
        PRINTS[name] = function
        return function

    return register


@chest_print("text")
def text(chest: Chest) -> None:
    """A word in large letters."""
    write(chest, chest.text, 0.0, 0.62, 2.0, chest.ink)


@chest_print("slogan")
def slogan(chest: Chest) -> None:
    """A word between two bars, with small lettering below."""
    for y in (-0.42, 0.34):
        bar = chest.put(points((-0.8, y), (0.8, y)))
        chest.canvas.paint(chest.canvas.line(bar, 0.05 * chest.half), chest.colours[2])
    write(chest, chest.text, -0.05, 0.5, 1.6, chest.ink)
    write(chest, "ORIGINAL GOODS", 0.52, 0.16, 1.5, chest.ink)


@chest_print("badge")
def badge(chest: Chest) -> None:
    """A disc with a letter."""
    for radius, colour in ((0.62, chest.ink), (0.54, chest.colours[0]), (0.49, chest.ink)):
        chest.canvas.paint(chest.canvas.area(chest.put(radius * DISC)), colour)
    write(chest, chest.text[0], 0.0, 0.55, 1.0, chest.colours[0])


@chest_print("sun")
def sun(chest: Chest) -> None:
    """A setting sun cut by waves."""
    disc = chest.canvas.area(chest.put(0.66 * DISC), margin=4)
    y = (chest.canvas.axes(disc.window)[1] - chest.centre[1]) / chest.half
    gaps = np.mod(5.5 * y, 1) < 0.59 * np.clip(y + 0.15, 0, 1)
    chest.canvas.paint(disc.times(~gaps), chest.ink)


@chest_print("heart")
def heart(chest: Chest) -> None:
    """A heart."""
    t = np.linspace(0, 2 * np.pi, 60)
    lobes = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    shape = 0.55 / 17 * np.stack([16 * np.sin(t) ** 3, -lobes], 1)
    chest.canvas.paint(chest.canvas.area(chest.put(shape)), chest.ink)


@chest_print("peaks")
def peaks(chest: Chest) -> None:
    """A mountain range in a frame of sky."""
    low, high = point(-0.75, -0.6), point(0.75, 0.5)
    sky = points((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))
    chest.canvas.paint(chest.canvas.area(chest.put(sky)), chest.colours[2])
    for x, top, tone in ((-0.2, -0.35, 0.75), (0.3, -0.1, 1.0)):
        peak = np.clip(points((x - 0.45, 0.5), (x, top), (x + 0.45, 0.5)), low, high)
        chest.canvas.paint(chest.canvas.area(chest.put(peak)), chest.ink * tone)


@chest_print("bars")
def bars(chest: Chest) -> None:
    """Three stripes across the chest."""
    for y, colour in ((-0.22, chest.ink), (0.0, chest.colours[1]), (0.22, chest.ink)):
        stripe = chest.put(points((-1.56, y), (1.56, y)))
        chest.canvas.paint(chest.canvas.line(stripe, 0.15 * chest.half), colour)


def write(chest: Chest, words: str, y: float, height: float, width: float, ink: Array) -> None:
    """Lettering in the middle at y, of a height unless it were wider than `width` (half-chests)."""
    glyphs = _glyphs(words)
    height = min(height, width * glyphs.shape[0] / glyphs.shape[1])
    half = 0.5 * height * point(glyphs.shape[1] / glyphs.shape[0], 1)
    corners = chest.canvas.to_pixels(chest.put(np.stack([point(0, y) - half, point(0, y) + half])))
    left, top = (max(0, round(v)) for v in corners[0].tolist())
    columns, rows = (max(1, round(v)) for v in (corners[1] - corners[0]).tolist())
    small = cv2.resize(glyphs, (columns, rows), interpolation=cv2.INTER_AREA)
    window = slice(top, top + rows), slice(left, left + columns)
    chest.canvas.paint(Patch(window, np.asarray(small, np.float32)), ink)


@lru_cache(maxsize=64)
def _glyphs(words: str) -> Array:
    """Lettering as coverage in 0..1, cropped to its ink; slightly emboldened."""
    font = ImageFont.load_default(96)
    left, top, right, bottom = (int(v) for v in font.getbbox(words, stroke_width=2))
    glyphs = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(glyphs).text((-left, -top), words, fill=255, font=font, stroke_width=2)
    return np.asarray(glyphs, np.float32) / 255

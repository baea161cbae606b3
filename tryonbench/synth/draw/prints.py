"""Prints on the chest: each is one registered function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.geometry import DISC, Array, points


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
    write(chest.canvas, chest.text, chest.centre, 0.62 * chest.half, 2 * chest.half, chest.ink)


@chest_print("slogan")
def slogan(chest: Chest) -> None:
    """A word between two bars, with small lettering below."""
    for y in (-0.42, 0.34):
        bar = chest.centre + chest.half * points((-0.8, y), (0.8, y))
        chest.canvas.paint(chest.canvas.line(bar, 0.05 * chest.half), chest.colours[2])
    write(
        chest.canvas,
        chest.text,
        chest.centre - points((0, 0.05 * chest.half))[0],
        0.5 * chest.half,
        1.6 * chest.half,
        chest.ink,
    )
    write(
        chest.canvas,
        "ORIGINAL GOODS",
        chest.centre + points((0, 0.52 * chest.half))[0],
        0.16 * chest.half,
        1.5 * chest.half,
        chest.ink,
    )


@chest_print("badge")
def badge(chest: Chest) -> None:
    """A disc with a letter."""
    for radius, colour in ((0.62, chest.ink), (0.54, chest.colours[0]), (0.49, chest.ink)):
        chest.canvas.paint(chest.canvas.area(chest.centre + radius * chest.half * DISC), colour)
    write(
        chest.canvas, chest.text[0], chest.centre, 0.55 * chest.half, chest.half, chest.colours[0]
    )


@chest_print("sun")
def sun(chest: Chest) -> None:
    """A setting sun cut by waves."""
    disc = chest.canvas.area(chest.centre + 0.66 * chest.half * DISC, margin=4)
    at = (chest.canvas.positions(disc.window)[..., 1] - chest.centre[1]) / chest.half
    gaps = (np.mod(at * 5.5, 1) < 0.42 * np.clip(at + 0.15, 0, 1) * 1.4).astype(np.float32)
    chest.canvas.paint(disc.times(1 - gaps), chest.ink)


@chest_print("heart")
def heart(chest: Chest) -> None:
    """A heart."""
    t = np.linspace(0, 2 * np.pi, 60, dtype=np.float32)
    shape = (
        np.stack(
            [
                16 * np.sin(t) ** 3,
                -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)),
            ],
            1,
        )
        / 17
    )
    chest.canvas.paint(
        chest.canvas.area((chest.centre + 0.55 * chest.half * shape).astype(np.float32)), chest.ink
    )


@chest_print("peaks")
def peaks(chest: Chest) -> None:
    """A mountain range in a frame of sky."""
    h = chest.half
    sky = chest.centre + h * points((-0.75, -0.6), (0.75, -0.6), (0.75, 0.5), (-0.75, 0.5))
    chest.canvas.paint(chest.canvas.area(sky), chest.colours[2])
    for x, top, tone in ((-0.2, -0.35, 0.75), (0.3, -0.1, 1.0)):
        peak = chest.centre + h * points((x - 0.45, 0.5), (x, top), (x + 0.45, 0.5))
        chest.canvas.paint(
            chest.canvas.area(np.clip(peak, sky.min(0), sky.max(0))), chest.ink * tone
        )


@chest_print("bars")
def bars(chest: Chest) -> None:
    """Three stripes across the chest."""
    for i, colour in enumerate((chest.ink, chest.colours[1], chest.ink)):
        y = chest.half * (-0.22 + 0.22 * i)
        stripe = chest.centre + points((-2.2 * chest.half, y), (2.2 * chest.half, y))
        chest.canvas.paint(chest.canvas.line(stripe, 0.15 * chest.half), colour)


def write(
    canvas: Canvas, words: str, centre: Array, height: float, width: float, ink: Array
) -> None:
    """Lettering of the given height in picture units, made smaller to fit the width."""
    glyphs = _glyphs(words)
    height = min(height, width * glyphs.shape[0] / glyphs.shape[1])
    half = 0.5 * height * np.array([glyphs.shape[1] / glyphs.shape[0], 1])
    corners = canvas.to_pixels(np.asarray([centre - half, centre + half], np.float32))
    size = np.maximum(np.round(corners[1] - corners[0]), 1).astype(int)
    alpha = cv2.resize(glyphs, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    x, y = np.maximum(np.round(corners[0]), 0).astype(int)
    canvas.paint(Patch((slice(y, y + size[1]), slice(x, x + size[0])), alpha), ink)


@lru_cache(maxsize=64)
def _glyphs(words: str) -> Array:
    """Lettering as coverage in 0..1, cropped to its ink; slightly emboldened."""
    font = ImageFont.load_default(96)
    left, top, right, bottom = (int(v) for v in font.getbbox(words, stroke_width=2))
    glyphs = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(glyphs).text((-left, -top), words, fill=255, font=font, stroke_width=2)
    return np.asarray(glyphs, np.float32) / 255

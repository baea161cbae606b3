"""The colour of a garment in CIELAB, and a name for it."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from tryonbench.data.agnostic import Mask
from tryonbench.images import Pixels

CHROMA = 12.0
"""Below this distance from the grey axis a colour is white, grey or black."""
BLACK, WHITE = 30.0, 80.0
"""Lightness below which a colour without hue is black, and from which it is white."""
HUES = (
    (20, "pink"), (48, "red"), (77, "orange"), (112, "yellow"), (180, "green"), (230, "cyan"),
    (308, "blue"), (340, "purple"), (360, "pink"),
)  # fmt: skip
"""Upper bounds of hue angles in CIELAB, in degrees. There sRGB's red is at 40, its yellow at 103,
its green at 136, its cyan at 196, its blue at 306, its magenta at 328."""
BROWN, BEIGE = 55.0, 35.0
"""Orange and yellow are brown below this lightness, and otherwise beige below this chroma."""


class Lab(NamedTuple):
    """A colour in CIELAB (D65): lightness 0..100, red against green, yellow against blue."""

    lightness: float
    a: float
    b: float


def mean_lab(picture: Pixels, mask: Mask) -> Lab:
    """The mean in CIELAB of a picture's pixels in a mask, uint8 (H, W, 3), (H, W); not empty."""
    pixels = picture[mask][None].astype(np.float32) / 255
    return Lab(*cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[0].mean(axis=0).tolist())


def colour_name(colour: Lab) -> str:
    """One of eleven names and beige; of a patterned garment, that of its mean.

    >>> colour_name(Lab(53, 80, 67)), colour_name(Lab(20, 1, -2)), colour_name(Lab(43, 1, -25))
    ('red', 'black', 'blue')
    """
    chroma = math.hypot(colour.a, colour.b)
    if chroma < CHROMA:
        return _grey(colour.lightness)
    angle = math.degrees(math.atan2(colour.b, colour.a)) % 360
    name = next(name for bound, name in HUES if angle <= bound)
    return _earthy(name, colour.lightness, chroma) if name in ("orange", "yellow") else name


def _grey(lightness: float) -> str:
    if lightness < BLACK:
        return "black"
    return "white" if lightness >= WHITE else "grey"


def _earthy(name: str, lightness: float, chroma: float) -> str:
    if lightness < BROWN:
        return "brown"
    return "beige" if chroma < BEIGE else name

"""Colours, and how light changes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.geometry import Array

Colour = ArrayLike
"""An RGB triple in 0..1, or a 3 x H x W array that fits the patch it is painted through."""

BLACK, WHITE = np.zeros(3, np.float32), np.ones(3, np.float32)
SHADOW_TINT = np.array([0.92, 1.04, 1.06], np.float32)
"""How strongly shade darkens each channel of a cloth: shadows keep a trace of red."""
SKIN_TINT = np.array([0.72, 1.0, 1.12], np.float32)
"""The same for skin, whose shadows are warm."""


def colour_of(code: str) -> Array:
    """The RGB in 0..1 of a six-digit hexadecimal code."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


def mix(a: Colour, b: Colour, share: float) -> Array:
    """The colour that is `share` of the way from `a` to `b`."""
    first = np.asarray(a, np.float32)
    return np.asarray(first + (np.asarray(b, np.float32) - first) * share)


def planes(colour: Colour) -> Array:
    """A colour as 3 planes that broadcast over pixels."""
    array = np.asarray(colour, np.float32)
    return array.reshape(3, 1, 1) if array.ndim == 1 else array


def lit(base: Colour, light: Array, tint: ArrayLike = SHADOW_TINT) -> Array:
    """The base colour under a light (h x w; 1 is neutral, below is shade, above is highlight).

    Shade multiplies; a highlight adds a little white, too.
    """
    light = light.astype(np.float32)
    dark, bright = np.minimum(light, 1) - 1, np.maximum(light, 1) - 1
    colour = planes(tint) * dark
    colour += 1
    colour *= planes(base)
    colour *= 1 + 0.4 * bright
    colour += 0.28 * bright
    return np.asarray(colour)

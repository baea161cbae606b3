"""CIE colour: sRGB to CIELAB (D65), and the CIEDE2000 difference.

Formula numbers are those of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula:
implementation notes, supplementary test data, and mathematical observations" (2005).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

XYZ_FROM_RGB = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
"""ITU-R BT.709 primaries, D65."""
WHITE_D65 = (0.95047, 1.0, 1.08883)
POW25_7 = 25.0**7


def lab_from_srgb(image: Tensor) -> Tensor:
    """sRGB in [0, 1], (N, 3, H, W) -> CIELAB, float64 (N, 3, H, W); L in 0..100.

    >>> lab_from_srgb(torch.ones(1, 3, 1, 1)).flatten().round().abs().tolist()
    [100.0, 0.0, 0.0]
    """
    rgb = image.double()
    linear = torch.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = torch.einsum("ij,njhw->nihw", rgb.new_tensor(XYZ_FROM_RGB), linear)
    ratio = xyz / rgb.new_tensor(WHITE_D65).view(1, 3, 1, 1)
    x, y, z = torch.where(ratio > 0.008856, ratio ** (1 / 3), 7.787 * ratio + 16 / 116).unbind(1)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), dim=1)


class _LCh(NamedTuple):
    """Lightness, corrected chroma, and hue in degrees."""

    lightness: Tensor
    chroma: Tensor
    hue: Tensor


def ciede2000(first: Tensor, second: Tensor) -> Tensor:
    """Colour difference of CIELAB images (N, 3, H, W), with kL = kC = kH = 1 -> (N, H, W)."""
    one, two = _corrected(first, second)
    lightness = (two.lightness - one.lightness) / _weight_lightness(one, two)
    chroma = (two.chroma - one.chroma) / _weight_chroma(one, two)
    mean_hue, hue_difference = _hues(one, two)
    hue = 2 * (one.chroma * two.chroma).sqrt() * torch.sin(_radians(hue_difference) / 2)  # (11)
    hue = hue / _weight_hue(one, two, mean_hue)
    rotation = _rotation(one, two, mean_hue) * chroma * hue
    return (lightness**2 + chroma**2 + hue**2 + rotation).clamp(min=0).sqrt()  # (22)


def _radians(degrees: Tensor) -> Tensor:
    return degrees * (math.pi / 180)


def _corrected(first: Tensor, second: Tensor) -> tuple[_LCh, _LCh]:
    """Equations (2) to (7): a* stretched near the neutral axis, then polar form."""
    mean = (_chroma(first) + _chroma(second)) / 2
    stretch = 1.5 - 0.5 * (mean**7 / (mean**7 + POW25_7)).sqrt()
    return _polar(first, stretch), _polar(second, stretch)


def _chroma(lab: Tensor) -> Tensor:
    return torch.hypot(lab[:, 1], lab[:, 2])


def _polar(lab: Tensor, stretch: Tensor) -> _LCh:
    lightness, a, b = lab.unbind(1)
    a = a * stretch
    return _LCh(lightness, torch.hypot(a, b), torch.rad2deg(torch.atan2(b, a)) % 360)


def _hues(one: _LCh, two: _LCh) -> tuple[Tensor, Tensor]:
    """Mean hue (14) and hue difference (10), both on the shorter arc; neutral colours have none."""
    difference = two.hue - one.hue
    total = one.hue + two.hue
    far, neutral = difference.abs() > 180, one.chroma * two.chroma == 0
    around = torch.where(total < 360, 360.0, -360.0)
    mean = torch.where(neutral, total, (total + around * far) / 2)
    arc = difference - 360 * difference.sign() * far
    return mean, torch.where(neutral, torch.zeros_like(arc), arc)


def _weight_lightness(one: _LCh, two: _LCh) -> Tensor:
    """(16)"""
    offset = ((one.lightness + two.lightness) / 2 - 50) ** 2
    return 1 + 0.015 * offset / (20 + offset).sqrt()


def _weight_chroma(one: _LCh, two: _LCh) -> Tensor:
    """(17)"""
    return 1 + 0.045 * (one.chroma + two.chroma) / 2


def _weight_hue(one: _LCh, two: _LCh, mean_hue: Tensor) -> Tensor:
    """(15) and (18)"""

    def cosine(factor: float, shift: float) -> Tensor:
        return torch.cos(_radians(factor * mean_hue + shift))

    terms = 1 - 0.17 * cosine(1, -30) + 0.24 * cosine(2, 0)
    terms = terms + 0.32 * cosine(3, 6) - 0.20 * cosine(4, -63)
    return 1 + 0.015 * (one.chroma + two.chroma) / 2 * terms


def _rotation(one: _LCh, two: _LCh, mean_hue: Tensor) -> Tensor:
    """(19) to (21): chroma and hue turn against each other in the blues."""
    mean = (one.chroma + two.chroma) / 2
    angle = 60 * torch.exp(-(((mean_hue - 275) / 25) ** 2))
    return -2 * (mean**7 / (mean**7 + POW25_7)).sqrt() * torch.sin(_radians(angle))

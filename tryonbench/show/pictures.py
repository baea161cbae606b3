"""Pictures as data URIs: files byte for byte, tensors without loss, drawings small."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryonbench.data.labels import COUNT, LABELS, PALETTE
from tryonbench.images import Pixels, open_image

SHOWN = 256
"""Height in CSS pixels: smaller pictures are enlarged by a whole factor, taller ones reduced."""
VERBATIM = ("JPEG", "PNG", "WEBP")
"""Formats that every browser shows; files of others are written anew."""
UNKNOWN = (255, 0, 255)
"""Colour of a label that there is not."""


@dataclass(frozen=True)
class Picture:
    """A picture of `width` x `height` pixels."""

    source: str
    """A data URI."""
    alt: str
    width: int
    height: int

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height on the page, in CSS pixels."""
        zoom = max(1, SHOWN // self.height) if self.height <= SHOWN else SHOWN / self.height
        return max(1, round(self.width * zoom)), round(self.height * zoom)


def verbatim(path: Path, alt: str) -> Picture:
    """A file that can be decoded, byte for byte."""
    with open_image(path) as image:
        if image.format not in VERBATIM:
            return exact(np.asarray(image.convert("RGB")), alt)
        source = _uri(path.read_bytes(), Image.MIME[image.format])
        return Picture(source, alt, image.width, image.height)


def exact(pixels: Pixels, alt: str) -> Picture:
    """uint8 (H, W) or (H, W, 3) without loss: what is decoded from it is equal."""
    return _encoded(pixels, alt, lossless=True, quality=50, method=1)


def drawing(pixels: Pixels, alt: str) -> Picture:
    """uint8 (H, W, 3) with a little loss: a ground to draw on, not to measure."""
    return _encoded(pixels, alt, lossless=pixels.shape[0] <= SHOWN, quality=85, method=2)


def coloured(labels: NDArray[np.integer]) -> Pixels:
    """Labels 0..19 in the colours of VITON-HD's palette, (H, W) -> uint8 (H, W, 3)."""
    colours = np.array([*PALETTE, UNKNOWN], dtype=np.uint8)
    known = (labels >= 0) & (labels < COUNT)
    picture: Pixels = colours[np.where(known, labels, COUNT)]
    return picture


def tinted(photo: Pixels, mask: NDArray[np.bool_]) -> Pixels:
    """A photograph with a mask laid over it in red, uint8 (H, W, 3)."""
    red = np.array([230, 0, 60], dtype=np.float32)
    mixed = np.where(mask[..., None], 0.45 * photo + 0.55 * red, photo)
    return mixed.astype(np.uint8)


@dataclass(frozen=True)
class Swatch:
    """A label that occurs in a map."""

    number: int
    name: str
    colour: str
    share: float
    """Of the map's pixels."""


def legend(labels: NDArray[np.integer]) -> tuple[Swatch, ...]:
    """The labels that occur, in their order."""
    numbers, counts = np.unique(labels, return_counts=True)
    shares: Sequence[float] = (counts / labels.size).tolist()
    return tuple(_swatch(n, share) for n, share in zip(numbers.tolist(), shares, strict=True))


def _swatch(number: int, share: float) -> Swatch:
    known = 0 <= number < COUNT
    colour = "#{:02x}{:02x}{:02x}".format(*(PALETTE[number] if known else UNKNOWN))
    return Swatch(number, LABELS[number] if known else "no such label", colour, share)


def _encoded(pixels: Pixels, alt: str, lossless: bool, quality: int, method: int) -> Picture:
    buffer = BytesIO()
    image = Image.fromarray(pixels)
    image.save(buffer, format="WEBP", lossless=lossless, quality=quality, method=method)
    return Picture(_uri(buffer.getvalue(), "image/webp"), alt, image.width, image.height)


def _uri(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{b64encode(content).decode()}"

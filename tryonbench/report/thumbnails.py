"""Pictures as small data URIs, made by several threads: Pillow works without Python's lock."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tryonbench.errors import InputError
from tryonbench.images import decode

SHOWN = 192
"""Smaller pictures are enlarged by a whole factor to about this height, each pixel a square."""
LOSSLESS = 128
"""Up to this height a lossy codec would change colours that the reader can see."""
QUALITY, EFFORT = 80, 2
"""WebP's. The next effort makes files 3 % smaller in twice the time."""


@dataclass(frozen=True)
class Wanted:
    """A picture to make."""

    path: Path | None
    alt: str
    absent: str
    """What to say if there is no such file."""


@dataclass(frozen=True)
class Thumbnail:
    """A picture, or why there is none."""

    source: str | None
    """A data URI."""
    alt: str
    width: int = 0
    height: int = 0
    missing: str | None = None

    @property
    def zoom(self) -> int:
        """The whole factor by which it is enlarged."""
        return max(1, SHOWN // self.height) if self.height else 1


def thumbnails(wanted: Sequence[Wanted], size: tuple[int, int], tallest: int) -> list[Thumbnail]:
    """Pictures at `size` (height, width), reduced to `tallest` pixels."""
    height = min(tallest, size[0])
    width = max(1, round(size[1] * height / size[0]))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda one: thumbnail(one, (height, width)), wanted))


def thumbnail(wanted: Wanted, size: tuple[int, int]) -> Thumbnail:
    """A picture at `size` (height, width), or why there is none."""
    if wanted.path is None or not wanted.path.is_file():
        return Thumbnail(None, wanted.alt, missing=wanted.absent)
    try:
        source = data_uri(decode(wanted.path, "RGB"), size)
    except InputError:
        return Thumbnail(None, wanted.alt, missing="unreadable file")
    return Thumbnail(source, wanted.alt, size[1], size[0])


def data_uri(image: Image.Image, size: tuple[int, int]) -> str:
    """The picture as WebP; a first reduction by a whole factor saves most of the time."""
    buffer = BytesIO()
    target = (size[1], size[0])
    small = image
    if image.size != target:
        small = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.save(buffer, format="WEBP", lossless=size[0] <= LOSSLESS, quality=QUALITY, method=EFFORT)
    return f"data:image/webp;base64,{b64encode(buffer.getvalue()).decode()}"

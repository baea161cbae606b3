"""Pictures as small data URIs."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.images import decode, resized

TALLEST = 256
"""Pixels; taller pictures are reduced."""
SHOWN = 192
"""Smaller pictures are enlarged by a whole factor to about this height, each pixel a square."""
LOSSLESS = 128
"""Up to this height a lossy codec would change colours that the reader can see."""


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


def thumbnail(path: Path | None, size: tuple[int, int], alt: str, absent: str) -> Thumbnail:
    """A picture at `size` (height, width), reduced if that is tall; or why there is none."""
    if path is None or not path.is_file():
        return Thumbnail(None, alt, missing=absent)
    height = min(TALLEST, size[0])
    width = max(1, round(size[1] * height / size[0]))
    try:
        return Thumbnail(_data_uri(path, (height, width)), alt, width, height)
    except InputError:
        return Thumbnail(None, alt, missing="unreadable file")


def _data_uri(path: Path, size: tuple[int, int]) -> str:
    """The picture as WebP."""
    image = resized(decode(path, "RGB"), size, "lanczos")
    buffer = BytesIO()
    image.save(buffer, format="WEBP", lossless=size[0] <= LOSSLESS, quality=80, method=4)
    return f"data:image/webp;base64,{b64encode(buffer.getvalue()).decode()}"

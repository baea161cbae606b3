"""How a picture is seen by a metric: saved with a codec, brought to a size."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from tryonbench.images import decode, resized, to_pixels
from tryonbench.protocols import Codec, Filter, Protocol

JPEG_START = b"\xff\xd8\xff"
Size = tuple[int, int]
Picture = NDArray[Any]
"""(H, W, 3), 0..255, uint8; float32 where the resizing does not round."""


@dataclass(frozen=True)
class View:
    """What is done to a decoded picture before a metric sees it."""

    saved: Codec = "png"
    """It is saved so first; a file that is JPEG already stays as it is."""
    size: Size | None = None
    """Height and width; None: its own."""
    resize: Filter = "lanczos"
    saved_again: Codec = "png"
    """It is saved so if it was resized."""

    def __str__(self) -> str:
        steps = [f"as {self.saved}" if self.saved != "png" else ""]
        if self.size:
            steps.append(f"{self.size[0]}x{self.size[1]} by {self.resize}")
            steps.append(f"then as {self.saved_again}" if self.saved_again != "png" else "")
        return ", ".join(filter(None, steps)) or "as it is"

    def of(self, picture: Decoded) -> Picture:
        """The picture as the metric sees it."""
        image = picture.image
        if not picture.is_jpeg:
            image = saved(image, self.saved)
        if self.size is None or (image.height, image.width) == self.size:
            return np.asarray(image)
        if self.resize == "cv2_bilinear":
            pixels = np.asarray(image).astype(np.float32)
            return np.asarray(cv2.resize(pixels, self.size[::-1], interpolation=cv2.INTER_LINEAR))
        return np.asarray(saved(resized(image, self.size, self.resize), self.saved_again))


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture file, decoded once."""

    image: Image.Image
    is_jpeg: bool


def open_picture(path: Path) -> Decoded:
    """Decode a file as RGB.

    Raises:
        InputError: see `tryonbench.images.decode`.
    """
    image = decode(path, "RGB")
    with path.open("rb") as stream:
        return Decoded(image, stream.read(len(JPEG_START)) == JPEG_START)


def saved(image: Image.Image, codec: Codec) -> Image.Image:
    """The picture as it comes back from a file of that codec, written by Pillow."""
    if codec == "png":
        return image
    stream = io.BytesIO()
    image.save(stream, format="JPEG", quality=int(codec.removeprefix("jpeg")))
    return Image.open(stream).convert("RGB")


def output_view(protocol: Protocol) -> View:
    """Outputs as the paired metrics see them."""
    return View(protocol.codec, protocol.size, protocol.output_resize or protocol.resize)


def truth_view(protocol: Protocol) -> View:
    """Photographs as the paired metrics see them."""
    return View("png", protocol.size, protocol.resize, protocol.truth_codec)


def generated_view(protocol: Protocol) -> View:
    """Outputs as the distribution metrics see them: the files as they are saved."""
    return View(protocol.codec)


def reference_view(protocol: Protocol) -> View:
    """Photographs as the distribution metrics see them."""
    if protocol.reference.size == "native":
        return View()
    return View("png", protocol.size, protocol.resize, protocol.reference.codec)


def as_bytes(pictures: list[Picture]) -> Tensor:
    """uint8 (N, 3, H, W)."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def as_unit(pictures: list[Picture]) -> Tensor:
    """float32 (N, 3, H, W) in [0, 1]."""
    return as_bytes(pictures).float().div_(255)


def as_saved(images: Tensor) -> Tensor:
    """(N, 3, H, W) in [-1, 1] -> float32 in [0, 1], rounded as a PNG does, on the CPU."""
    return as_unit(list(to_pixels(images)))

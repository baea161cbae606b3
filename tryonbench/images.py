"""Pictures on disk and in memory: decoding with clear refusals, exact uint8 conversions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from tryonbench.errors import InputError
from tryonbench.files import replacing
from tryonbench.shards.path import ShardPath

if TYPE_CHECKING:
    from torch import Tensor

Pixels = NDArray[np.uint8]
Filter = Literal["lanczos", "bicubic", "bilinear", "nearest"]

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
}
MAX_PIXELS = 64_000_000
"""Largest picture that is decoded; more is refused as a decompression bomb."""

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


class UnfitPicture(InputError):
    """A whole picture of a kind that is not read; the message begins with its path."""


def open_image(path: Path) -> Image.Image:
    """Open a picture, of a folder or of a shard, without decoding it; to be used in `with`."""
    return Image.open(path.open("rb") if isinstance(path, ShardPath) else path)


def decode(path: Path, mode: Literal["RGB", "L", "P"]) -> Image.Image:
    """Read a whole picture as RGB, greyscale, or palette indices (never converted).

    Raises:
        InputError: missing, unreadable or truncated.
        UnfitPicture: too large, animated, over 8 bits a channel, turned by an EXIF tag;
            transparent, CMYK or of one bit a pixel for RGB; not a palette for mode P.
    """
    try:
        with open_image(path) as image:
            _refuse_bomb(path, image)
            _refuse_deep(path, image)
            _refuse_animated(path, image)
            image.load()
            _refuse_turned(path, image)
            return _as_mode(path, image, mode)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} cannot be read ({error}); replace the file") from error


def _refuse_bomb(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnfitPicture(f"{path} has {image.width}x{image.height} pixels, over the limit")


def _refuse_deep(path: Path, image: Image.Image) -> None:
    """Pillow reads colours of 16 bits as 8 bits without a word; only the raw mode tells."""
    tiles = getattr(image, "tile", ())
    if any("16" in str(tile.args) for tile in tiles):
        raise UnfitPicture(f"{path} has over 8 bits a channel; save it with 8 bits")


def _refuse_animated(path: Path, image: Image.Image) -> None:
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise UnfitPicture(f"{path} has {getattr(image, 'n_frames', 2)} frames; save one")


def _refuse_turned(path: Path, image: Image.Image) -> None:
    """Readers disagree on the EXIF orientation tag, so the same file would score differently."""
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        raise UnfitPicture(f"{path} is turned by an EXIF tag; save it upright, without the tag")


def _refuse_unlike_photo(path: Path, image: Image.Image) -> None:
    """A picture that has no colours of its own at each pixel is no photograph."""
    if image.mode in ("1", "CMYK"):
        what = "has one bit a pixel" if image.mode == "1" else "is CMYK"
        raise UnfitPicture(f"{path} {what}; save it as RGB")
    if image.has_transparency_data and _alpha_range(image) != (255, 255):
        raise UnfitPicture(f"{path} is transparent in places; save it as RGB, without alpha")


def _alpha_range(image: Image.Image) -> object:
    return image.convert("RGBA").getchannel("A").getextrema()


def _as_mode(path: Path, image: Image.Image, mode: Literal["RGB", "L", "P"]) -> Image.Image:
    """Convert colour modes; label maps must be stored as indices (P) or as plain numbers (L)."""
    if mode == "P" and image.mode not in ("P", "L"):
        raise UnfitPicture(
            f"{path} is a label map, but stored as {image.mode} and not as a palette"
        )
    if image.mode.startswith(("I", "F")):
        raise UnfitPicture(f"{path} has over 8 bits a channel ({image.mode}); save it with 8 bits")
    if mode == "RGB":
        _refuse_unlike_photo(path, image)
    return image if mode == "P" or image.mode == mode else image.convert(mode)


def image_size(path: Path) -> tuple[int, int]:
    """Height and width from the file's header.

    Raises:
        InputError: missing or not a picture.
    """
    try:
        with open_image(path) as image:
            return image.height, image.width
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"{path} cannot be read ({error}); replace the file") from error


def first_size(paths: Iterable[Path]) -> tuple[int, int] | None:
    """Height and width of the first picture that can be read, if any can."""
    for path in paths:
        try:
            return image_size(path)
        except InputError:
            continue
    return None


def resized(image: Image.Image, size: tuple[int, int], filter_name: Filter) -> Image.Image:
    """The picture at `size` (height, width); untouched if it has that size already."""
    target = (size[1], size[0])
    return image if image.size == target else image.resize(target, FILTERS[filter_name])


def shrunk(image: Image.Image, size: tuple[int, int]) -> Pixels:
    """An RGB picture at `size` (height, width) by Lanczos, uint8 (H, W, 3).

    torch's kernel, where it has one, is five times as fast as Pillow's (pytorch/pytorch#177320).
    From 1024x768 to 512x384 one in 300 values of VITON-HD's photographs differs, by one level;
    beside black-and-white noise, whose overshoot the two clip in another order, none differs by
    more than 2. Scores are never taken from it.
    """
    if (image.height, image.width) == size or not _torch_has_lanczos():
        return np.asarray(resized(image, size, "lanczos"))
    import torch

    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None]
    small = torch.nn.functional.interpolate(pixels, size=size, mode="lanczos", antialias=True)
    array: Pixels = small[0].permute(1, 2, 0).numpy()
    return array


@cache
def _torch_has_lanczos() -> bool:
    """From torch 2.12 on."""
    import torch

    try:
        pixels = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
        torch.nn.functional.interpolate(pixels, size=(4, 4), mode="lanczos", antialias=True)
    except (NotImplementedError, ValueError):
        return False
    return True


def nearest(labels: Pixels, size: tuple[int, int]) -> Pixels:
    """A label map (H, W) at `size` (height, width); labels are never mixed."""
    return np.asarray(resized(Image.fromarray(labels), size, "nearest"))


def cut(mask: Image.Image, size: tuple[int, int]) -> NDArray[np.bool_]:
    """A soft or JPEG-ringing mask, resized and cut at 128, (H, W)."""
    inside: NDArray[np.bool_] = np.asarray(resized(mask, size, "bilinear")) >= 128
    return inside


def to_tensor(pixels: Pixels) -> Tensor:
    """uint8 (H, W, 3) in 0..255 -> float32 (3, H, W) in [-1, 1]."""
    import torch

    tensor = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)
    return tensor.to(torch.float32).div_(127.5).sub_(1.0)


def to_pixels(images: Tensor) -> Pixels:
    """float (N, 3, H, W) in [-1, 1] -> uint8 (N, H, W, 3), rounded to nearest, never truncated."""
    import torch

    scaled = images.detach().to(torch.float32).add(1.0).mul(127.5).round().clamp(0, 255)
    array: Pixels = scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return array


def is_whole_png(path: Path) -> bool:
    """Whether a file begins and ends as a PNG does; nothing is decoded."""
    content = path.read_bytes()
    return content.startswith(PNG_START) and content.endswith(PNG_END)


def save_png(path: Path, pixels: Pixels) -> None:
    """Write uint8 (H, W, 3) as PNG, atomically."""
    with replacing(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG", compress_level=3)

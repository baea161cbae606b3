"""What the FID Inception is fed: three ways to 299 x 299, each with its tool's scaling."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from tryonbench.metrics.base import Resize

SIDE = 299


def inception_input(images: Tensor, resize: Resize) -> Tensor:
    """uint8 (N, 3, H, W) -> float32 (N, 3, 299, 299), about -1 to 1, as the tool computes it.

    clean-fid and torch-fidelity scale by (x - 128) / 128, pytorch-fid by 2 x / 255 - 1.

    >>> image = torch.full((1, 3, 64, 48), 255, dtype=torch.uint8)
    >>> inception_input(image, "clean").max(), inception_input(image, "pytorch-fid").max()
    (tensor(0.9922), tensor(1.))
    """
    pixels = images.float()
    if resize == "pytorch-fid":
        return _bilinear(pixels / 255) * 2 - 1
    resized = clean_resized(pixels, (SIDE, SIDE)) if resize == "clean" else tf1_bilinear(pixels)
    return (resized - 128) / 128


def clean_resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """clean-fid's `clean` (PIL's bicubic on floats, clipped, not rounded), within 0.01 of 255.

    Args:
        pixels: float32 (N, C, H, W), 0 to 255.
        size: height and width.
    """
    return interpolate(pixels, size, mode="bicubic", antialias=True).clamp(0, 255)


def _bilinear(pixels: Tensor) -> Tensor:
    """pytorch-fid 0.3: half-pixel centres, no antialiasing."""
    return interpolate(pixels, (SIDE, SIDE), mode="bilinear", align_corners=False)


def tf1_bilinear(pixels: Tensor) -> Tensor:
    """`tf.image.resize_bilinear` of TensorFlow 1, align_corners=False: output i reads input
    i * size / 299, without half-pixel centres and without antialiasing. (N, C, H, W)."""
    return _tf1_lines(_tf1_lines(pixels, 2), 3)


def _tf1_lines(pixels: Tensor, dim: int) -> Tensor:
    """Interpolate linearly along one dimension."""
    size = pixels.shape[dim]
    if size == SIDE:
        return pixels
    place = torch.arange(SIDE, device=pixels.device) * (size / SIDE)
    low = place.long()
    high = (low + 1).clamp(max=size - 1)
    share = (place - low).view([-1 if d == dim else 1 for d in range(4)])
    return torch.lerp(pixels.index_select(dim, low), pixels.index_select(dim, high), share)

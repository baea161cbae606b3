"""What Pillow does to 8-bit pictures, on tensors in [0, 1] that hold 8-bit values."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tryonbench.images import Filter, resized

LUMA = (19595, 38470, 7471)
"""Pillow's 16-bit weights of red, green and blue in mode L (ITU-R 601-2)."""


def grey(images: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 1, H, W): Pillow's mode L, in [0, 1].

    >>> grey(torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)) * 255
    tensor([[[[76.]]]])
    """
    levels = (images * 255).round().to(torch.int32)
    weights = torch.tensor(LUMA, dtype=torch.int32, device=images.device).view(1, 3, 1, 1)
    luma = ((levels * weights).sum(dim=1, keepdim=True) + 0x8000) >> 16
    return luma.to(images.dtype) / 255


def resized_8bit(images: Tensor, size: tuple[int, int], filter_name: Filter) -> Tensor:
    """(N, 3, H, W) -> (N, 3, *size) on the CPU: Pillow's resizing, rounded to 8 bits, in [0, 1]."""
    levels = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    pictures = [np.asarray(resized(Image.fromarray(p), size, filter_name)) for p in levels]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255

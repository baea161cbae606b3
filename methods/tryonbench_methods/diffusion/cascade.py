"""Super-resolution stages: Ho et al. 2022, "Cascaded Diffusion Models"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import Tensor
from torch.nn import functional as F

from tryonbench.method import TryOnBatch
from tryonbench_methods.diffusion.named import named_file

Size = tuple[int, int]


def resized(picture: Tensor, size: Size) -> Tensor:
    """(N, C, H, W) -> (N, C, *size), bilinear, antialiased where it shrinks."""
    return F.interpolate(picture, size, mode="bilinear", antialias=True)


def low_resolution(photo: Tensor, scale: int) -> Tensor:
    """A photograph as an ideal stage before would give it: shrunk and enlarged again."""
    height, width = photo.shape[2:]
    return resized(resized(photo, (height // scale, width // scale)), (height, width))


def smaller(batch: TryOnBatch, size: Size) -> TryOnBatch:
    """What `diffusion` reads of a batch, at a smaller size (height, width)."""
    extent = batch.need("keypoints").new_tensor(
        [size[1] / batch.size[1], size[0] / batch.size[0], 1]
    )
    return replace(
        batch,
        size=size,
        agnostic=resized(batch.need("agnostic"), size),
        cloth=resized(batch.need("cloth"), size),
        agnostic_mask=(resized(batch.need("agnostic_mask"), size) >= 0.5).float(),
        cloth_mask=(resized(batch.need("cloth_mask"), size) >= 0.5).float(),
        keypoints=batch.need("keypoints") * extent,
    )


def stage_file(path: str | None, size: Size | None) -> Path:
    """The weights file of the stage before, by its run or checkpoint.

    Args:
        size: that it must have; None: any.

    Raises:
        InputError: none is named or there, it is no checkpoint of `diffusion`, or of another size.
    """
    return named_file("model.previous", path, size, "this stage enlarges the pictures of one")

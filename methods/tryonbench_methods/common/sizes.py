"""Sizes of pictures and maps."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from tryonbench.errors import InputError


def require_multiple(
    method: str,
    size: tuple[int, int],
    factor: int,
    what: str = "a model this deep",
    instead: str = "fewer levels",
) -> None:
    """Refuse a size (height, width) that the network cannot halve often enough.

    Args:
        method: its name.
        size: height and width.
        factor: what both must be multiples of.
        what: what needs it.
        instead: what could be changed but the size.

    Raises:
        InputError: height or width is not a multiple of `factor`.
    """
    if size[0] % factor or size[1] % factor:
        raise InputError(
            f"{method}: {what} needs height and width divisible by {factor}, "
            f"not {size[0]}x{size[1]}; choose another size or {instead}"
        )


def require_patches(method: str, size: tuple[int, int], patch: int | None) -> None:
    """Refuse a size (height, width) that patches of so many pixels a side do not fill.

    Raises:
        InputError: height or width is not a multiple of `patch`.
    """
    require_multiple(method, size, patch or 1, f"warp_patch {patch}", "another patch")


def resized(x: Tensor, like: Tensor) -> Tensor:
    """The map (N, C, h, w) at the height and width of another, bilinear."""
    if x.shape[2:] == like.shape[2:]:
        return x
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=False)

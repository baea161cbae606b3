"""Progressive growing: training starts coarse, and finer levels are faded in.

Karras et al. 2018, *Progressive Growing of GANs*. Decoder and discriminator grow; the encoders see
the whole picture from the start, since the decoder's coarse levels read their coarse maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tryonbench.errors import InputError
from tryonbench_methods.common.sizes import resized
from tryonbench_methods.stylegan.layers import halved

Stage = tuple[int, tuple[int, int]]
"""Until so many images were seen, train at this height and width."""


class Growth(NamedTuple):
    """How far the growing is."""

    coarser: int = 0
    """Finest levels that are left out; each doubles the resolution."""
    alpha: float = 1.0
    """How far the newest level is faded in, in [0, 1]."""

    def of(self, pictures: Tensor) -> Tensor:
        """Pictures (N, C, H, W) as they are seen now, (N, C, H / 2^coarser, W / 2^coarser)."""
        seen = F.avg_pool2d(pictures, 2**self.coarser) if self.coarser else pictures
        if self.alpha == 1:
            return seen
        return torch.lerp(resized(halved(seen), seen), seen, self.alpha)


GROWN = Growth()


def growth_at(stages: Sequence[Stage], fade: int, images: int) -> Growth:
    """Where the growing is after `images`; each stage but the first is faded in over `fade` images.

    >>> [growth_at([(100, (16, 12)), (200, (32, 24))], 50, n) for n in (0, 125, 210)]
    [Growth(coarser=2, alpha=1.0), Growth(coarser=1, alpha=0.5), Growth(coarser=0, alpha=0.2)]
    """
    ends = [until for until, _ in stages]
    done = sum(images >= end for end in ends)
    alpha = min(1.0, (images - ends[done - 1]) / fade) if done else 1.0
    return Growth(len(stages) - done, alpha)


def require_growing(stages: Sequence[Stage], size: tuple[int, int], levels: int) -> None:
    """Refuse stages whose sizes do not double up to `size` (height, width).

    Raises:
        InputError: other sizes, or more stages than the networks have levels to leave out.
    """
    if len(stages) >= levels:
        raise InputError(f"stylegan: model.grow has {len(stages)} stages; at most {levels - 1} fit")
    for left, (_, found) in zip(range(len(stages), 0, -1), stages, strict=True):
        wanted = (size[0] // 2**left, size[1] // 2**left)
        if found != wanted:
            shown = [f"{height}x{width}" for height, width in (found, wanted)]
            raise InputError(f"stylegan: model.grow has the size {shown[0]}, must be {shown[1]}")

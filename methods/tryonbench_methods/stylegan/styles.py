"""What the decoder is told level by level, blended of two garments or two latents."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from tryonbench.processes.rows import drawn, normal_like

EPSILON = 1e-8
"""Keeps the root of a length of 0 differentiable: the styles have no effect at first."""


class Dressing(NamedTuple):
    """The garment's maps and the style of each level, finest first."""

    maps: list[Tensor]
    """(N, width, h, w) each."""
    styles: list[Tensor]
    """(N, latent + code) each."""
    garment: Tensor
    """The segmented garment and its mask, (N, 4, H, W)."""


class Blend(NamedTuple):
    """A second garment or latent, and how much of it each level takes."""

    shares: Tensor
    """(N, levels) in [0, 1], finest first; 1 = all of the second."""
    z: Tensor
    """(N, latent)."""
    garment: Tensor | None = None
    """(N, 4, H, W); None: the first one."""


def between(one: Dressing, two: Dressing, shares: Tensor, level: int) -> Dressing:
    """Level by level on the line from one to the other; the garment itself by one level's share."""
    maps, styles = _lines(one.maps, two.maps, shares), _lines(one.styles, two.styles, shares)
    share = shares[:, level].view(-1, 1, 1, 1)
    return Dressing(maps, styles, torch.lerp(one.garment, two.garment, share))


def _lines(one: list[Tensor], two: list[Tensor], shares: Tensor) -> list[Tensor]:
    """A tensor (N, …) a level."""
    parts = shares.unbind(1)
    return [
        torch.lerp(a, b, part.to(a.dtype).view(-1, *[1] * (a.ndim - 1)))
        for a, b, part in zip(one, two, parts, strict=True)
    ]


def crossover(count: int, levels: int, chance: float, device: torch.device) -> Tensor:
    """Style mixing (Karras et al. 2019): with some chance the finer levels get the second latent.

    Where it begins is drawn for each sample, (count, levels) of 0 and 1.
    """
    second = drawn(lambda n: torch.randint(1, levels, (n, 1), device=device), count)
    mixes = drawn(lambda n: torch.rand(n, 1, device=device), count) < chance
    return ((torch.arange(levels, device=device) < second) & mixes).float()


def path_lengths(image: Tensor, styles: list[Tensor]) -> Tensor:
    """|J^T y| of each picture, J its Jacobian by the styles and y noise; differentiable, (N,).

    Karras et al. 2020, equation 4: y is normal with variance 1 / (H W). Root mean square over
    the levels.
    """
    noise = normal_like(image) / (image.shape[2] * image.shape[3]) ** 0.5
    gradients = torch.autograd.grad((image * noise).sum(), styles, create_graph=True)
    squares = torch.stack(gradients, 1).square().sum(2)
    return (squares.mean(1) + EPSILON).sqrt()

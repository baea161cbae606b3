"""DiffAugment (Zhao et al. 2020): the discriminator sees everything changed at random.

The changes are differentiable, and the pictures of a sample (condition and image) share theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from tryonbench.processes.rows import drawn

Change = Literal["colour", "translation", "cutout"]
SHIFT = 1 / 8
"""Largest translation, as a share of height and width."""
HOLE = 1 / 2
"""Side of the square that is cut out, as a share of height and width."""


def augmented(changes: Sequence[Change], *pictures: Tensor) -> tuple[Tensor, ...]:
    """Pictures (N, 3, H, W) in [-1, 1], all changed alike within a sample; what is new is grey, 0.

    Draws from torch's global generator.
    """
    x = torch.stack(pictures, 1)
    for change in changes:
        x = CHANGES[change](x)
    return x.unbind(1)


def _random(x: Tensor) -> Tensor:
    """A number in [0, 1) a sample."""
    return drawn(lambda n: torch.rand(n, 1, 1, 1, 1, device=x.device), len(x))


def recoloured(x: Tensor) -> Tensor:
    """Brightness -0.5 to 0.5, saturation 0 to 2, contrast 0.5 to 1.5, (N, P, 3, H, W)."""
    x = x + _random(x) - 0.5
    grey = x.mean(2, keepdim=True)
    x = torch.lerp(grey, x, 2 * _random(x))
    mean = x.mean((2, 3, 4), keepdim=True)
    return torch.lerp(mean, x, _random(x) + 0.5)


def translated(x: Tensor) -> Tensor:
    """Shifted by up to an eighth of height and width, (N, P, 3, H, W)."""
    count, _, _, height, width = x.shape
    rows, columns = (_moved(count, side, x.device) for side in (height, width))
    samples = torch.arange(count, device=x.device).view(-1, 1, 1)
    inside = _within(rows, height)[:, :, None] & _within(columns, width)[:, None]
    row, column = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    cells = x.permute(0, 3, 4, 1, 2)[samples, row[:, :, None], column[:, None]]
    return cells.permute(0, 3, 4, 1, 2) * inside[:, None, None]


def _moved(count: int, side: int, device: torch.device) -> Tensor:
    """Where each row (or column) comes from, (N, side)."""
    most = int(side * SHIFT + 0.5)
    shift = drawn(lambda n: torch.randint(-most, most + 1, (n, 1), device=device), count)
    return torch.arange(side, device=device) - shift


def _within(places: Tensor, side: int) -> Tensor:
    return (places >= 0) & (places < side)


def cut_out(x: Tensor) -> Tensor:
    """A hole of half the height and width, its centre anywhere, (N, P, 3, H, W)."""
    rows, columns = (_hole(len(x), side, x.device) for side in x.shape[-2:])
    return x * ~(rows[:, :, None] & columns[:, None])[:, None, None]


def _hole(count: int, side: int, device: torch.device) -> Tensor:
    """The rows (or columns) of the hole, bool (N, side)."""
    length = int(side * HOLE + 0.5)
    most = side + 1 - length % 2
    start = drawn(lambda n: torch.randint(most, (n, 1), device=device), count) - length // 2
    return _within(torch.arange(side, device=device) - start, length)


CHANGES: dict[Change, Callable[[Tensor], Tensor]] = {
    "colour": recoloured,
    "translation": translated,
    "cutout": cut_out,
}

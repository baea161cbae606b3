"""Pixel errors: PSNR, L1 and MSE, each computed per image and then averaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Scored


@dataclass(frozen=True)
class Psnr(ImageMetric):
    """10 log10(1 / MSE) of each image, dB; the mean of images, not the pooled error.

    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.1)
    >>> Psnr().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([20.])
    """

    label: ClassVar[str] = "PSNR [dB]"
    higher_is_better: ClassVar[bool] = True
    decimals: ClassVar[int] = 2
    reduction: str = "mean of images"
    ceiling: float = 100.0
    """Value given to equal images, whose PSNR is infinite, in dB."""

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        def score(images: Scored) -> Tensor:
            error = (images.output - images.truth).square().flatten(1).mean(dim=1)
            return (-10 * error.log10()).clamp(max=self.ceiling)

        return score


@dataclass(frozen=True)
class L1(ImageMetric):
    """Mean absolute error of RGB values in [0, 1].

    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.25)
    >>> L1().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([0.2500])
    """

    label: ClassVar[str] = "L1"
    higher_is_better: ClassVar[bool] = False
    reduction: str = "mean of images"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        return lambda images: (images.output - images.truth).abs().flatten(1).mean(dim=1)


@dataclass(frozen=True)
class Mse(ImageMetric):
    """Mean squared error of RGB values in [0, 1].

    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.5)
    >>> Mse().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([0.2500])
    """

    label: ClassVar[str] = "MSE"
    higher_is_better: ClassVar[bool] = False
    decimals: ClassVar[int] = 5
    reduction: str = "mean of images"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        return lambda images: (images.output - images.truth).square().flatten(1).mean(dim=1)

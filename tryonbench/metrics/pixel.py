"""Pixel errors: PSNR, L1 and MSE, each computed per image and then averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import PositiveFloat
from torch import Tensor

from tryonbench.metrics.base import MapMetric


@dataclass(frozen=True)
class Psnr(MapMetric):
    """10 log10(1 / MSE) of each image, dB; the mean of images, not the pooled error.

    >>> import torch
    >>> from tryonbench.metrics.base import Scored
    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.1)
    >>> Psnr().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([20.])
    """

    label: ClassVar[str] = "PSNR [dB]"
    higher_is_better: ClassVar[bool] = True
    decimals: ClassVar[int] = 2
    reduction: Literal["mean of images"] = "mean of images"
    ceiling: PositiveFloat = 100.0
    """Value given to equal images, whose PSNR is infinite, in dB."""

    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        return squared_error(output, truth)

    def finish(self, mean: Tensor) -> Tensor:
        return (-10 * mean.log10()).clamp(max=self.ceiling)


@dataclass(frozen=True)
class L1(MapMetric):
    """Mean absolute error of RGB values in [0, 1].

    >>> import torch
    >>> from tryonbench.metrics.base import Scored
    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.25)
    >>> L1().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([0.2500])
    """

    label: ClassVar[str] = "L1"
    higher_is_better: ClassVar[bool] = False
    reduction: Literal["mean of images"] = "mean of images"

    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        return (output - truth).abs_().mean(dim=1)


@dataclass(frozen=True)
class Mse(MapMetric):
    """Mean squared error of RGB values in [0, 1].

    >>> import torch
    >>> from tryonbench.metrics.base import Scored
    >>> black, grey = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.5)
    >>> Mse().scorer(torch.device("cpu"))(Scored(black, grey, None))
    tensor([0.2500])
    """

    label: ClassVar[str] = "MSE"
    higher_is_better: ClassVar[bool] = False
    decimals: ClassVar[int] = 5
    reduction: Literal["mean of images"] = "mean of images"

    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        return squared_error(output, truth)


def squared_error(output: Tensor, truth: Tensor) -> Tensor:
    """Mean over channels, (N, 3, H, W) twice -> (N, H, W)."""
    return (output - truth).square_().mean(dim=1)

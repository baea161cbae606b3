"""SSIM: structural similarity (Wang et al., 2004), by torchmetrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Scored


@dataclass(frozen=True)
class Ssim(ImageMetric):
    """Mean over pixels and RGB channels, one value an image. Range -1 to 1.

    >>> image = torch.rand(2, 3, 32, 24)
    >>> Ssim().scorer(torch.device("cpu"))(Scored(image, image, None))
    tensor([1., 1.])
    """

    label: ClassVar[str] = "SSIM"
    higher_is_better: ClassVar[bool] = True
    channels: str = "rgb"
    window: int = 11
    """Taps of the Gaussian."""
    sigma: float = 1.5
    k1: float = 0.01
    k2: float = 0.03
    border: str = "reflect"
    """Every pixel counts; the image is mirrored beyond its edge."""
    implementation: str = "torchmetrics"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        from torchmetrics.functional.image import structural_similarity_index_measure as ssim

        def score(images: Scored) -> Tensor:
            value = ssim(
                images.output,
                images.truth,
                kernel_size=self.window,
                sigma=self.sigma,
                data_range=1.0,
                k1=self.k1,
                k2=self.k2,
                reduction="none",
            )
            assert isinstance(value, Tensor)
            return value.reshape(-1)

        return score

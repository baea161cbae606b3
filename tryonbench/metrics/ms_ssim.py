"""MS-SSIM: structural similarity at five scales (Wang et al., 2003), by torchmetrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field, PositiveFloat
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Scored, Taps

Betas = Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]


@dataclass(frozen=True)
class MsSsim(ImageMetric):
    """Product over scales of mean contrast-structure, and of SSIM at the coarsest. Range 0 to 1.

    Means are over pixels and RGB channels; a scale's negative mean counts as 0.

    >>> image = torch.rand(2, 3, 192, 176)
    >>> MsSsim().scorer(torch.device("cpu"))(Scored(image, image, None))
    tensor([1., 1.])
    >>> MsSsim().undefined((64, 48))
    'needs images of 176x176 or more for its 5 scales'
    """

    label: ClassVar[str] = "MS-SSIM"
    higher_is_better: ClassVar[bool] = True
    channels: Literal["rgb"] = "rgb"
    window: Taps = 11
    """Taps of the Gaussian."""
    sigma: PositiveFloat = 1.5
    k1: PositiveFloat = 0.01
    k2: PositiveFloat = 0.03
    betas: Betas = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    """Exponent of each scale, the finest first."""
    border: Literal["valid; reflect at the coarsest scale"] = "valid; reflect at the coarsest scale"
    """Which pixels count: those whose window is inside the image; at the coarsest scale all."""
    implementation: Literal["torchmetrics"] = "torchmetrics"

    def undefined(self, size: tuple[int, int]) -> str | None:
        least = self.window * 2 ** (len(self.betas) - 1)
        if min(size) >= least:
            return None
        return f"needs images of {least}x{least} or more for its {len(self.betas)} scales"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        from torchmetrics.functional.image import (
            multiscale_structural_similarity_index_measure as ms_ssim,
        )

        def score(images: Scored) -> Tensor:
            return ms_ssim(
                images.output,
                images.truth,
                kernel_size=self.window,
                sigma=self.sigma,
                reduction="none",
                data_range=1.0,
                k1=self.k1,
                k2=self.k2,
                betas=self.betas,
                normalize="relu",
            ).reshape(-1)

        return score

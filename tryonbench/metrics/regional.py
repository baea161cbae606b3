"""A paired metric inside a part of the picture: `ssim@garment`, `l1@preserved`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Region, Scored


@dataclass(frozen=True)
class Regional(ImageMetric):
    """Another metric where only the pixels of a region count.

    A window or a receptive field that lies across the region's edge sees both sides. An image
    without such pixels gets NaN and does not count.
    """

    metric: ImageMetric
    part: Region

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"{self.metric.label} ({self.part})"

    @property
    def higher_is_better(self) -> bool:  # type: ignore[override]
        return self.metric.higher_is_better

    @property
    def weights(self) -> str | None:
        return self.metric.weights

    @property
    def region(self) -> Region:
        return self.part

    def undefined(self, size: tuple[int, int]) -> str | None:
        return self.metric.undefined(size)

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        return self.metric.region_scorer(device)

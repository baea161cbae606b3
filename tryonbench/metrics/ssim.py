"""SSIM: structural similarity (Wang et al., 2004)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from tryonbench.metrics.base import MapMetric
from tryonbench.metrics.eight_bit import grey


@dataclass(frozen=True)
class Ssim(MapMetric):
    """Mean over pixels and channels, one value an image. Range -1 to 1.

    >>> from tryonbench.metrics.base import Scored
    >>> image = torch.rand(2, 3, 32, 24)
    >>> Ssim().scorer(torch.device("cpu"))(Scored(image, image, None))
    tensor([1., 1.])
    """

    label: ClassVar[str] = "SSIM"
    higher_is_better: ClassVar[bool] = True
    channels: Literal["rgb", "grey"] = "rgb"
    """grey: of 8-bit pictures in Pillow's mode L."""
    window: int = 11
    """Taps of the Gaussian."""
    sigma: float = 1.5
    k1: float = 0.01
    k2: float = 0.03
    border: Literal["reflect", "valid"] = "reflect"
    """reflect: every pixel counts, the image is mirrored beyond its edge (torchmetrics). valid:
    only pixels whose window lies inside the image count (skimage with `gaussian_weights`)."""

    def undefined(self, size: tuple[int, int]) -> str | None:
        if min(size) >= self.window:
            return None
        return f"SSIM needs images of at least {self.window}x{self.window} pixels"

    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        x, y = (grey(output), grey(truth)) if self.channels == "grey" else (output, truth)
        similarity = self._reflected(x, y) if self.border == "reflect" else self._valid(x, y)
        return similarity.mean(dim=1)

    def _reflected(self, output: Tensor, truth: Tensor) -> Tensor:
        from torchmetrics.functional.image import structural_similarity_index_measure as ssim

        _, similarity = ssim(
            output,
            truth,
            kernel_size=self.window,
            sigma=self.sigma,
            data_range=1.0,
            k1=self.k1,
            k2=self.k2,
            reduction="none",
            return_full_image=True,
        )
        return similarity

    def _valid(self, output: Tensor, truth: Tensor) -> Tensor:
        """Equation (13) of the paper, local moments by a Gaussian window, in float64."""
        x, y = output.double(), truth.double()
        mx, my = self._local(x), self._local(y)
        vx, vy = self._local(x * x) - mx * mx, self._local(y * y) - my * my
        covariance = self._local(x * y) - mx * my
        c1, c2 = self.k1**2, self.k2**2
        above = (2 * mx * my + c1) * (2 * covariance + c2)
        below = (mx * mx + my * my + c1) * (vx + vy + c2)
        return above / below

    def _local(self, images: Tensor) -> Tensor:
        """Gaussian means of every window that lies inside (N, C, H, W)."""
        reach = torch.arange(self.window, dtype=images.dtype) - self.window // 2
        taps = torch.exp(-0.5 * (reach / self.sigma) ** 2).to(images.device)
        taps = (taps / taps.sum()).expand(images.shape[1], 1, 1, -1)
        across = conv2d(images, taps, groups=images.shape[1])
        return conv2d(across, taps.transpose(2, 3), groups=images.shape[1])

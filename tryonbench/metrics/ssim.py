"""SSIM: structural similarity (Wang et al., 2004)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import cv2
import numpy as np
import torch
from pydantic import PositiveFloat
from torch import Tensor
from torch.nn.functional import conv2d, pad

from tryonbench.metrics.base import MapMetric, Taps
from tryonbench.metrics.eight_bit import grey
from tryonbench.pool import cores


@dataclass(frozen=True)
class Ssim(MapMetric):
    """Mean over pixels and channels, one value an image. Range -1 to 1.

    >>> from tryonbench.metrics.base import Scored
    >>> image = torch.rand(2, 3, 32, 24)
    >>> Ssim().scorer(torch.device("cpu"))(Scored(image, image, None))
    tensor([1., 1.], dtype=torch.float64)
    """

    label: ClassVar[str] = "SSIM"
    higher_is_better: ClassVar[bool] = True
    channels: Literal["rgb", "grey"] = "rgb"
    """grey: of 8-bit pictures in Pillow's mode L."""
    window: Taps = 11
    """Taps of the Gaussian."""
    sigma: PositiveFloat = 1.5
    k1: PositiveFloat = 0.01
    k2: PositiveFloat = 0.03
    border: Literal["reflect", "valid"] = "reflect"
    """reflect: every pixel counts, the image is mirrored beyond its edge (torchmetrics). valid:
    only pixels whose window lies inside the image count (skimage with `gaussian_weights`)."""
    arithmetic: Literal["float64", "torchmetrics"] = "float64"
    """torchmetrics: by that package in float32, whose rounding takes 1e-5 to 1e-4 off smooth
    pictures; for protocols of papers that call it. It has no `valid` border."""

    def undefined(self, size: tuple[int, int]) -> str | None:
        if min(size) >= self.window:
            return None
        return f"SSIM needs images of at least {self.window}x{self.window} pixels"

    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        x, y = (grey(output), grey(truth)) if self.channels == "grey" else (output, truth)
        if self.arithmetic == "torchmetrics":
            return self._by_torchmetrics(x, y)
        if x.device.type != "cpu":
            return self._similarity(x, y, self._by_convolution)
        with ThreadPoolExecutor(cores()) as pool:  # OpenCV filters one picture on one core
            similar = partial(self._similarity, local=self._by_opencv)
            return torch.cat(list(pool.map(similar, x[:, None], y[:, None])))

    def _similarity(self, x: Tensor, y: Tensor, local: Callable[[Tensor], Tensor]) -> Tensor:
        """Equation (13) of the paper from local means, in float64, meaned over channels.

        Variances are only needed as their sum.
        """
        x, y = x.double(), y.double()
        mx, my = local(x), local(y)
        squares, product = mx * mx + my * my, mx * my
        variances = local(x * x + y * y) - squares
        covariance = local(x * y) - product
        c1, c2 = self.k1**2, self.k2**2
        above = (2 * product + c1) * (2 * covariance + c2)
        similarity = (above / ((squares + c1) * (variances + c2))).mean(dim=1)
        cut = self.window // 2 if self.border == "valid" else 0
        return similarity[:, cut : similarity.shape[1] - cut, cut : similarity.shape[2] - cut]

    def _by_torchmetrics(self, x: Tensor, y: Tensor) -> Tensor:
        from torchmetrics.functional.image import structural_similarity_index_measure

        similarity = structural_similarity_index_measure(
            x,
            y,
            sigma=self.sigma,
            reduction="none",
            data_range=1.0,
            k1=self.k1,
            k2=self.k2,
            return_full_image=True,
        )[1]
        return similarity.mean(dim=1)

    def _by_opencv(self, images: Tensor) -> Tensor:
        """Gaussian means of (1, C, H, W), mirrored beyond the edge."""
        taps, border = cv2.getGaussianKernel(self.window, self.sigma), cv2.BORDER_REFLECT_101
        packed = np.ascontiguousarray(images[0].permute(1, 2, 0).numpy())
        means = cv2.sepFilter2D(packed, -1, taps, taps, borderType=border)
        return torch.from_numpy(means.reshape(packed.shape)).permute(2, 0, 1)[None]

    def _by_convolution(self, images: Tensor) -> Tensor:
        """The same for (N, C, H, W) on any device."""
        taps = torch.from_numpy(cv2.getGaussianKernel(self.window, self.sigma)).to(images)
        weight = taps.view(1, 1, 1, -1).expand(images.shape[1], -1, -1, -1)
        reach = [self.window // 2] * 4
        padded = pad(images, reach, mode="reflect")
        across = conv2d(padded, weight, groups=images.shape[1])
        return conv2d(across, weight.transpose(2, 3), groups=images.shape[1])

"""SSIM: structural similarity (Wang et al., 2004)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import PositiveFloat
from torch import Tensor
from torch.nn.functional import conv2d, pad

from tryonbench.metrics.base import MapMetric, Taps
from tryonbench.metrics.by_picture import by_picture
from tryonbench.metrics.eight_bit import grey

Array = NDArray[np.float64]
Pixels = TypeVar("Pixels", Array, Tensor)
STRIP = 64
"""Rows that are worked on at a time."""


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
            similarity = self._similarity(x.double(), y.double(), self._by_convolution).mean(dim=1)
        else:
            similarity = by_picture(self._of_picture, x, y)
        cut = self.window // 2 if self.border == "valid" else 0
        return similarity[:, cut : similarity.shape[1] - cut, cut : similarity.shape[2] - cut]

    def _similarity(self, x: Pixels, y: Pixels, local: Callable[[Pixels], Pixels]) -> Pixels:
        """Equation (13) of the paper from local means, of each channel, in float64.

        Variances are only needed as their sum.
        """
        mx, my = local(x), local(y)
        squares, product = mx * mx + my * my, mx * my
        variances = local(x * x + y * y) - squares
        covariance = local(x * y) - product
        c1, c2 = self.k1**2, self.k2**2
        above = (2 * product + c1) * (2 * covariance + c2)
        return above / ((squares + c1) * (variances + c2))

    def _of_picture(self, x: Tensor, y: Tensor) -> Tensor:
        """Similarity of (C, H, W), meaned over channels, (H, W); some rows at a time, whose dozen
        arrays stay in the processor's cache."""
        reach, rows = self.window // 2, x.shape[1]
        one, two = (_packed(image, reach) for image in (x, y))
        strips = []
        for top in range(0, rows, STRIP):
            part = slice(top, min(top + STRIP, rows) + 2 * reach)
            pair = one[part].astype(np.float64), two[part].astype(np.float64)
            strips.append(_channel_mean(self._similarity(*pair, self._inner_means)))
        return torch.from_numpy(np.concatenate(strips))

    def _inner_means(self, pixels: Array) -> Array:
        """Gaussian means of (H, W, C) mirrored beyond the left and right edge, of those rows whose
        window lies inside."""
        taps, reach = cv2.getGaussianKernel(self.window, self.sigma), self.window // 2
        means = cv2.sepFilter2D(pixels, -1, taps, taps, borderType=cv2.BORDER_REFLECT_101)
        whole: Array = np.asarray(means, np.float64).reshape(pixels.shape)
        return whole[reach : len(pixels) - reach]

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

    def _by_convolution(self, images: Tensor) -> Tensor:
        """Gaussian means of (N, C, H, W), mirrored beyond the edge, on any device."""
        taps = torch.from_numpy(cv2.getGaussianKernel(self.window, self.sigma)).to(images)
        weight = taps.view(1, 1, 1, -1).expand(images.shape[1], -1, -1, -1)
        reach = [self.window // 2] * 4
        padded = pad(images, reach, mode="reflect")
        across = conv2d(padded, weight, groups=images.shape[1])
        return conv2d(across, weight.transpose(2, 3), groups=images.shape[1])


def _packed(image: Tensor, reach: int) -> NDArray[np.float32]:
    """(C, H, W) -> (H + 2 reach, W, C), rows mirrored beyond the upper and lower edge."""
    packed: NDArray[np.float32] = image.permute(1, 2, 0).numpy()
    return np.pad(packed, ((reach, reach), (0, 0), (0, 0)), mode="reflect")


def _channel_mean(values: Array) -> Array:
    """(H, W, C) -> (H, W), faster than along the last axis."""
    total = values[..., 0].copy()
    for channel in range(1, values.shape[2]):
        total += values[..., channel]
    total /= values.shape[2]
    return total

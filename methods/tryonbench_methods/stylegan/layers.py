"""Layers of StyleGAN2: equalised learning rate, modulated convolution (Karras et al. 2020)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench.processes.rows import batch_variance
from tryonbench_methods.common.normalisation import InstanceNorm


def activate(x: Tensor) -> Tensor:
    """LeakyReLU with the gain that keeps the variance."""
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


class EqualLinear(nn.Module):
    """A linear layer whose weights are scaled at run time, so that all learn at one speed.

    Equalised learning rate: Karras et al. 2018.
    """

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, lr: float = 1.0) -> None:
        """`lr` is the layer's learning rate as a share of the optimiser's."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr)
        self.bias = nn.Parameter(torch.full((outputs,), bias / lr))
        self.scale, self.lr = lr / math.sqrt(inputs), lr

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs) -> (N, outputs)."""
        return F.linear(x, self.weight * self.scale, self.bias * self.lr)


class EqualConv(nn.Module):
    """A convolution with equalised learning rate that keeps the size."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = 1 / math.sqrt(inputs * kernel**2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        return F.conv2d(x, self.weight * self.scale, self.bias, padding="same")


class ModulatedConv(nn.Module):
    """A convolution whose input channels are scaled by a style, at first by 1.

    StyleGAN2 starts from random scales. Here they would be noise that hides person and garment
    until the training has unlearnt it.

    Written as scale, convolve, demodulate: equal to a weight a sample, without the grouped
    convolution that this takes, which does not export with a dynamic batch.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, style: int, demodulate: bool = True
    ) -> None:
        super().__init__()
        self.affine = EqualLinear(style, inputs, bias=1.0)
        nn.init.zeros_(self.affine.weight)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = 1 / math.sqrt(inputs * kernel**2)
        self.demodulate = demodulate

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(N, inputs, H, W) and (N, style) -> (N, outputs, H, W)."""
        scales, weight = self.affine(style), self.weight * self.scale
        y = F.conv2d(x * scales[..., None, None], weight, padding="same")
        if self.demodulate:
            y = y * demodulation(weight, scales)[..., None, None]
        return y + self.bias.view(-1, 1, 1)


class AdaptiveNormConv(nn.Module):
    """A convolution whose normalised maps are scaled and shifted by a style, at first by 1 and 0.

    AdaIN: Huang and Belongie 2017, equation 8; Karras et al. 2019.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, style: int) -> None:
        super().__init__()
        self.affine = EqualLinear(style, 2 * outputs)
        nn.init.zeros_(self.affine.weight)
        nn.init.ones_(self.affine.bias[:outputs])
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.norm, self.scale = InstanceNorm(outputs), 1 / math.sqrt(inputs * kernel**2)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(N, inputs, H, W) and (N, style) -> (N, outputs, H, W)."""
        scale, shift = self.affine(style)[..., None, None].chunk(2, 1)
        y = self.norm(F.conv2d(x, self.weight * self.scale, padding="same"))
        out: Tensor = y * scale + shift
        return out


def demodulation(weight: Tensor, scales: Tensor) -> Tensor:
    """1 / the norm of each output channel's scaled weights, (O, I, k, k), (N, I) -> (N, O)."""
    return (scales.square() @ weight.square().sum((2, 3)).T + 1e-8).rsqrt()


def batch_deviation(x: Tensor) -> Tensor:
    """A channel more: the mean standard deviation within the batch, (N, C, H, W) -> C + 1.

    Minibatch standard deviation, Karras et al. 2018; the group is the whole batch.
    """
    deviation = (batch_variance(x) + 1e-8).sqrt().mean()
    return torch.cat([x, deviation.expand_as(x[:, :1])], 1)


def halved(x: Tensor) -> Tensor:
    """Half the resolution, by the mean."""
    return F.avg_pool2d(x, 2)

"""A small network of our own that tells what a drawn person and garment look like.

`tools/synth_extractor` trains it, on drawn people alone: on photographs its features mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from tryonbench.metrics.base import Extractor
from tryonbench.metrics.inception_input import clean_resized
from tryonbench.weights import load_state_dict

SIZE = (128, 96)
FEATURES = 128
"""Few, so that some hundred images give a covariance of full rank."""
WIDTHS = (24, 48, 96, 192)
"""Channels of the stages; each halves the picture."""
SMALLEST_VARIANCE = 1e-3
"""Added to a feature's variance, so that one which hardly varies does not outweigh the others."""


def synth_extractor(device: torch.device) -> Extractor:
    """uint8 (N, 3, H, W) -> float32 (N, 128): the features of the shipped network."""
    network = build_synth_net(load_state_dict("synth-extractor")).to(device)
    return lambda images: network(synth_input(images.to(device))).float().cpu()


def synth_input(images: Tensor) -> Tensor:
    """uint8 (N, 3, H, W) -> float32 (N, 3, 128, 96), about -1 to 1, by antialiased bicubic.

    >>> synth_input(torch.full((1, 3, 512, 384), 255, dtype=torch.uint8)).max()
    tensor(0.9922)
    """
    return (clean_resized(images.float(), SIZE) - 128) / 128


class SynthNet(nn.Module):
    """float32 (N, 3, 128, 96) of `synth_input` -> (N, 128), each of mean 0 and variance 1 over the
    people it was trained on.

    >>> SynthNet().eval()(torch.zeros(2, 3, 128, 96)).shape
    torch.Size([2, 128])
    """

    def __init__(self) -> None:
        super().__init__()
        stages = (_stage(i, o) for i, o in zip((3, *WIDTHS), WIDTHS, strict=False))
        self.body = nn.Sequential(*stages, _convolution(WIDTHS[-1], FEATURES, kernel=1))
        self.scale = nn.BatchNorm1d(FEATURES, eps=SMALLEST_VARIANCE, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = self.scale(self.body(x).mean(dim=(2, 3)))
        return scaled


def build_synth_net(state: Mapping[str, Tensor]) -> SynthNet:
    """The network with its weights, in float32 whatever they are stored in, ready to run."""
    network = SynthNet()
    network.load_state_dict(state)
    return network.eval().to(memory_format=torch.channels_last)


def _stage(before: int, width: int) -> nn.Sequential:
    """Half the height and width; the second convolution is left out at the first, largest stage."""
    halving = _convolution(before, width, stride=2)
    return halving if before == 3 else nn.Sequential(halving, _convolution(width, width))


def _convolution(before: int, width: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    padding = kernel // 2
    convolution = nn.Conv2d(before, width, kernel, stride, padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True))

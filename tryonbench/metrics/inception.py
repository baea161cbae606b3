"""Features of images, by the network and the resizing that a metric names."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tryonbench.metrics.base import Extractor, Resize
from tryonbench.metrics.clip import clip_extractor
from tryonbench.metrics.dinov2 import dinov2_extractor
from tryonbench.metrics.inception_input import inception_input
from tryonbench.metrics.synth_net import synth_extractor
from tryonbench.weights import load_frozen_torchscript, load_state_dict

TAPS = {64: slice(0, 64), 192: slice(64, 256), 768: slice(256, 1024)}
"""Columns of the features of `inception-partial`, by layer."""

OTHERS: dict[str, Callable[[torch.device], Extractor]] = {
    "clip": clip_extractor,
    "dinov2": dinov2_extractor,
    "synth-extractor": synth_extractor,
}
"""Networks with an input of their own, by their weights."""


def make_extractor(weights: str, resize: Resize | None, device: torch.device) -> Extractor:
    """uint8 (N, 3, H, W) -> float32 (N, D) on the CPU.

    Args:
        weights: `inception` or `inception-pytorch` (D = 2048), or `inception-partial` (D = 1024:
            layers 64, 192 and 768 side by side, see `TAPS`); or one of `OTHERS`.
        resize: to Inception's input; not looked at for `OTHERS`.

    Raises:
        MissingWeights: the file is not there.
    """
    if weights in OTHERS:
        return OTHERS[weights](device)
    assert resize is not None
    network = _torchscript(device) if weights == "inception" else _pytorch(weights, device)
    return lambda images: network(inception_input(images.to(device), resize)).float().cpu()


def _torchscript(device: torch.device) -> Extractor:
    """The file that clean-fid uses, a TorchScript program."""
    layers = load_frozen_torchscript("inception", "layers", device)

    def extract(images: Tensor) -> Tensor:
        features: Tensor = layers(images.to(memory_format=torch.channels_last))
        return features.flatten(1)

    return extract


def _pytorch(weights: str, device: torch.device) -> Extractor:
    """The file of pytorch-fid and torch-fidelity, or its part."""
    from tryonbench.metrics.inception_net import (  # its torchvision takes seconds to import
        build_inception,
        inception_features,
        without_norms,
    )

    deepest = 768 if weights == "inception-partial" else 2048
    network = without_norms(build_inception(load_state_dict(weights), deepest)).to(device)

    def extract(images: Tensor) -> Tensor:
        features = inception_features(network, images, deepest)
        return features[2048] if deepest == 2048 else torch.cat(list(features.values()), dim=1)

    return extract

"""The Inception of FID: torchvision's modules, run as TensorFlow's graph of 2015-12-05 runs them.

It differs from torchvision's Inception v3 in its weights and in two things (pytorch-fid 0.3.0,
inception.py): average pools do not count the padding, and the last block's pool is a maximum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, max_pool2d
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.inception import (
    BasicConv2d,
    Inception3,
    InceptionA,
    InceptionC,
    InceptionE,
)

STAGES: dict[int, tuple[str, ...]] = {
    64: ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1"),
    192: ("Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2"),
    768: ("Mixed_5b", "Mixed_5c", "Mixed_5d", *(f"Mixed_6{letter}" for letter in "abcde")),
    2048: ("Mixed_7a", "Mixed_7b", "Mixed_7c"),
}
"""Layers by the number of features that the last of them gives."""
LAST = "Mixed_7c"


def build_inception(state: Mapping[str, Tensor], deepest: int) -> nn.ModuleDict:
    """The layers up to `deepest` features, by name, ready to run.

    Args:
        state: weights by torchvision's names, as pytorch-fid's file has them; it may hold more.

    Raises:
        KeyError: a weight is not in `state`.
    """
    whole = Inception3(aux_logits=False, init_weights=False)
    names = [name for width, layers in STAGES.items() if width <= deepest for name in layers]
    network = nn.ModuleDict({name: getattr(whole, name) for name in names})
    network.load_state_dict({name: state[name] for name in network.state_dict()})
    return network.eval().to(memory_format=torch.channels_last)  # half as fast again on a CPU


def without_norms(network: nn.ModuleDict) -> nn.ModuleDict:
    """The same network, in place, with each batch norm folded into its convolution."""
    for layer in list(network.modules()):
        if isinstance(layer, BasicConv2d):
            layer.conv = fuse_conv_bn_eval(layer.conv, layer.bn)
            layer.bn = nn.Identity()
    return network


def inception_features(network: nn.ModuleDict, images: Tensor, deepest: int) -> dict[int, Tensor]:
    """Spatial means by their number: 64, 192, 768 (before the auxiliary head), 2048 (pool3).

    Args:
        images: float32 (N, 3, 299, 299) of `inception_input`.
        deepest: where to stop; `network` has the layers up to it.

    Returns:
        float32 (N, D) for each D up to `deepest`.
    """
    return dict(_stages(network, images.to(memory_format=torch.channels_last), deepest))


def _stages(network: nn.ModuleDict, x: Tensor, deepest: int) -> Iterator[tuple[int, Tensor]]:
    for width, layers in STAGES.items():
        if width > deepest:
            return
        for name in layers:
            x = _layer(network[name], x, name == LAST)
        yield width, x.mean(dim=(2, 3))


def _layer(layer: Any, x: Tensor, last: bool) -> Tensor:
    """A layer of torchvision's, with FID's pools where it has an average pool."""
    if isinstance(layer, InceptionA):
        branches = _branches_a(layer, x)
    elif isinstance(layer, InceptionC):
        branches = _branches_c(layer, x)
    elif isinstance(layer, InceptionE):
        branches = [*_branches_e(layer, x), layer.branch_pool(_max(x) if last else _average(x))]
    else:
        plain: Tensor = layer(x)
        return plain
    return torch.cat(branches, dim=1)


def _average(x: Tensor) -> Tensor:
    return avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def _max(x: Tensor) -> Tensor:
    return max_pool2d(x, 3, stride=1, padding=1)


def _branches_a(block: Any, x: Tensor) -> list[Tensor]:
    """35 x 35 blocks."""
    five = block.branch5x5_2(block.branch5x5_1(x))
    double = block.branch3x3dbl_3(block.branch3x3dbl_2(block.branch3x3dbl_1(x)))
    return [block.branch1x1(x), five, double, block.branch_pool(_average(x))]


def _branches_c(block: Any, x: Tensor) -> list[Tensor]:
    """17 x 17 blocks."""
    seven = block.branch7x7_3(block.branch7x7_2(block.branch7x7_1(x)))
    double = block.branch7x7dbl_1(x)
    for number in (2, 3, 4, 5):
        double = getattr(block, f"branch7x7dbl_{number}")(double)
    return [block.branch1x1(x), seven, double, block.branch_pool(_average(x))]


def _branches_e(block: Any, x: Tensor) -> list[Tensor]:
    """8 x 8 blocks, less the pool's branch."""
    three = block.branch3x3_1(x)
    double = block.branch3x3dbl_2(block.branch3x3dbl_1(x))
    halves = [block.branch3x3_2a(three), block.branch3x3_2b(three)]
    return [
        block.branch1x1(x),
        *halves,
        block.branch3x3dbl_3a(double),
        block.branch3x3dbl_3b(double),
    ]

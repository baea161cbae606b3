"""LPIPS v0.1 (Zhang et al., 2018), by the lpips package with weights that we verify."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
from pydantic import PositiveInt
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from tryonbench.metrics.base import ImageMetric, Scored
from tryonbench.metrics.eight_bit import resized_8bit
from tryonbench.weights import load_state_dict

if TYPE_CHECKING:
    from lpips import LPIPS

Net = Literal["alex", "squeeze", "vgg"]
EPSILON = 1e-10
"""Added to the length of a vector, as in the lpips package."""
TRUNKS: dict[Net, str] = {"alex": "alexnet", "squeeze": "squeezenet", "vgg": "vgg16"}


def load_lpips(net: Net, device: torch.device) -> LPIPS:
    """The lpips package's network; its trunk from our verified file, nothing downloaded.

    Raises:
        MissingWeights: the trunk's weights are not there.
    """
    from lpips import LPIPS

    state = load_state_dict(TRUNKS[net])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lpips asks torchvision with arguments of 2021
        model = LPIPS(net=net, version="0.1", pnet_rand=True, verbose=False)
    model.net.load_state_dict(_by_slice(model.net, state))
    return model.eval().to(device, memory_format=torch.channels_last)


def _by_slice(trunk: torch.nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """torchvision's `features.3.weight` under lpips's `slice2.3.weight`."""
    return {name: state[f"features.{name.split('.', 1)[1]}"] for name in trunk.state_dict()}


@dataclass(frozen=True)
class Lpips(ImageMetric):
    """Perceptual distance at the protocol's size; inputs brought to [-1, 1]."""

    higher_is_better: ClassVar[bool] = False
    has_regions: ClassVar[bool] = True
    net: Net
    version: Literal["0.1"] = "0.1"
    implementation: Literal["lpips"] = "lpips"
    size: tuple[PositiveInt, PositiveInt] | None = None
    """Height and width that 8-bit pictures are brought to (Pillow, bilinear); None: their own."""

    @property
    def weights(self) -> str:
        return TRUNKS[self.net]

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        layers = self._layers(device)
        return lambda images: sum_of(each.mean(dim=(1, 2)) for each in layers(images))

    def region_scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        """In each layer, the mean weighted by how much of a place lies in the region."""
        layers = self._layers(device)

        def score(images: Scored) -> Tensor:
            assert images.region is not None
            inside = images.region.to(device, torch.float32)[:, None]
            return sum_of(_weighted_mean(each, inside) for each in layers(images))

        return score

    def _layers(self, device: torch.device) -> Callable[[Scored], list[Tensor]]:
        """A function to each layer's distances (N, h, w), computed once for the same pictures."""
        model = load_lpips(self.net, device)

        def layers(images: Scored) -> list[Tensor]:
            if self not in images.memo:
                pair = (self._sized(x).to(device) for x in (images.output, images.truth))
                images.memo[self] = layer_distances(model, *(x.mul(2).sub_(1) for x in pair))
            found: list[Tensor] = images.memo[self]
            return found

        return layers

    def _sized(self, images: Tensor) -> Tensor:
        return images if self.size is None else resized_8bit(images, self.size, "bilinear")


def layer_distances(model: LPIPS, output: Tensor, truth: Tensor) -> list[Tensor]:
    """Equation (1) of the paper before the spatial mean: (N, h, w) for each layer.

    On a CPU a picture at a time: memory for several is asked of the system anew for each layer,
    which takes a tenth of the network's time at 1024x768.

    Args:
        output, truth: (N, 3, H, W) in [-1, 1].
    """
    at_a_time = 1 if output.device.type == "cpu" else len(output)
    groups = [slice(i, i + at_a_time) for i in range(0, len(output), at_a_time)]
    found = [_group_distances(model, output[group], truth[group]) for group in groups]
    return [torch.cat(layer) for layer in zip(*found, strict=True)]


def _group_distances(model: LPIPS, output: Tensor, truth: Tensor) -> list[Tensor]:
    """The same for pictures that go through the network together, with channels last in memory,
    which takes half the time on a CPU."""
    pair = (images.to(memory_format=torch.channels_last) for images in (output, truth))
    features = (model.net(_scaled(model.scaling_layer, images)) for images in pair)
    return [_distance(*layer) for layer in zip(model.lins, *features, strict=True)]


def _scaled(layer: Any, images: Tensor) -> Tensor:
    """What the package's `ScalingLayer` gives, with one array of that size instead of two."""
    scaled: Tensor = images.sub(layer.shift).div_(layer.scale)
    return scaled


def _distance(head: Any, x: Tensor, y: Tensor) -> Tensor:
    """Weighted squares of the difference of unit vectors, (N, C, h, w) twice -> (N, h, w)."""
    difference = _unit(x.permute(0, 2, 3, 1)).sub_(_unit(y.permute(0, 2, 3, 1)))
    distance: Tensor = difference.square_() @ head.model[-1].weight.flatten()
    return distance


def _unit(vectors: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return vectors / (length + EPSILON)


def _weighted_mean(values: Tensor, inside: Tensor) -> Tensor:
    """Mean of (N, h, w), weighted by the share of each place that (N, 1, H, W) covers."""
    shares = adaptive_avg_pool2d(inside, (values.shape[1], values.shape[2]))[:, 0]
    return (values * shares).sum(dim=(1, 2)) / shares.sum(dim=(1, 2))


def sum_of(terms: Iterable[Tensor]) -> Tensor:
    """The sum of tensors (N,)."""
    return torch.stack(list(terms)).sum(dim=0)


@dataclass(frozen=True)
class LpipsAlex(Lpips):
    """LPIPS with AlexNet, the authors' choice for comparing methods."""

    label: ClassVar[str] = "LPIPS alex"
    net: Literal["alex"] = "alex"


@dataclass(frozen=True)
class LpipsSqueeze(Lpips):
    """LPIPS with SqueezeNet, torchmetrics' default net, which some papers report."""

    label: ClassVar[str] = "LPIPS squeeze"
    net: Literal["squeeze"] = "squeeze"


@dataclass(frozen=True)
class LpipsVgg(Lpips):
    """LPIPS with VGG-16."""

    label: ClassVar[str] = "LPIPS vgg"
    net: Literal["vgg"] = "vgg"

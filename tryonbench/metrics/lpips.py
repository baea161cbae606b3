"""LPIPS v0.1 (Zhang et al., 2018), by the lpips package with weights that we verify."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import torch
from torch import Tensor

from tryonbench.metrics.base import ImageMetric, Scored
from tryonbench.metrics.eight_bit import shrunk
from tryonbench.weights import load_state_dict

if TYPE_CHECKING:
    from lpips import LPIPS

Net = Literal["alex", "squeeze", "vgg"]
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
    return model.eval().to(device)


def _by_slice(trunk: torch.nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """torchvision's `features.3.weight` under lpips's `slice2.3.weight`."""
    return {name: state[f"features.{name.split('.', 1)[1]}"] for name in trunk.state_dict()}


@dataclass(frozen=True)
class Lpips(ImageMetric):
    """Perceptual distance at the protocol's size; inputs brought to [-1, 1]."""

    label: ClassVar[str] = "LPIPS alex"
    higher_is_better: ClassVar[bool] = False
    net: Net = "alex"
    version: str = "0.1"
    implementation: str = "lpips"
    size: tuple[int, int] | None = None
    """Height and width that 8-bit pictures are brought to (Pillow, bilinear); None: their own."""

    @property
    def weights(self) -> str:
        return TRUNKS[self.net]

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        model = load_lpips(self.net, device)

        def score(images: Scored) -> Tensor:
            output, truth = (self._sized(x).to(device) for x in (images.output, images.truth))
            distance: Tensor = model(output * 2 - 1, truth * 2 - 1)
            return distance.reshape(-1)

        return score

    def _sized(self, images: Tensor) -> Tensor:
        return images if self.size is None else shrunk(images, self.size)


@dataclass(frozen=True)
class LpipsSqueeze(Lpips):
    """LPIPS with SqueezeNet, torchmetrics' default net, which some papers report."""

    label: ClassVar[str] = "LPIPS squeeze"
    net: Net = "squeeze"


@dataclass(frozen=True)
class LpipsVgg(Lpips):
    """LPIPS with VGG-16."""

    label: ClassVar[str] = "LPIPS vgg"
    net: Net = "vgg"

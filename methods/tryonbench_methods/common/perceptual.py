"""How far a picture is from the photograph: L1, VGG19's features, LPIPS; each with its weight."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import Field, NonNegativeFloat
from torch import Tensor, nn
from torch.nn import functional as F

from tryonbench.config import Strict
from tryonbench.errors import InputError
from tryonbench.metrics.lpips import TRUNKS, load_lpips
from tryonbench.weights import MissingWeights, find, load_state_dict
from tryonbench_methods.common.emphasis import emphasised

if TYPE_CHECKING:
    from lpips import LPIPS

LAYERS = {1: 1 / 32, 6: 1 / 16, 11: 1 / 8, 20: 1 / 4, 29: 1.0}
"""Weights of relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1, by their place in torchvision's
VGG19; Wang et al. 2018 (pix2pixHD)."""


class DistanceConfig(Strict):
    """The weight of each distance to the photograph; 0 turns one off, and loads no network."""

    l1: NonNegativeFloat = 10.0
    garment_weight: float = Field(default=1.0, ge=1.0)
    """Of L1's pixels that show the worn garment; that of the others is 1."""
    perceptual: NonNegativeFloat = 0.0
    """L1 between VGG19's features, Johnson et al. 2016; needs the weights `vgg19`."""
    lpips: NonNegativeFloat = 0.0
    """Zhang et al. 2018; needs the weights of `lpips_net`."""
    lpips_net: Literal["alex", "squeeze", "vgg"] = "vgg"
    """The paper's authors optimise with VGG, and compare with AlexNet."""


class Vgg19Distance(nn.Module):
    """Sum over five layers of weight x mean |difference| of the features.

    Pictures are normalised as VGG19 was trained, which pix2pixHD's code leaves out.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, state: dict[str, Tensor]) -> None:
        """
        Args:
            state: VGG19 by torchvision's names; layers behind relu5_1 are not read.
        """
        from torchvision.models import vgg19

        super().__init__()
        with torch.device("meta"):
            self.trunk = vgg19(init_weights=False).features[: max(LAYERS) + 1]
        own = {name: state[f"features.{name}"] for name in self.trunk.state_dict()}
        self.trunk.load_state_dict(own, assign=True)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))
        self.eval().requires_grad_(False)

    def forward(self, picture: Tensor, photograph: Tensor) -> Tensor:
        """Two times (N, 3, H, W) in [-1, 1], 16 pixels or more -> a scalar, 0 = equal."""
        with torch.no_grad():
            wanted = self._features(photograph)
        found = self._features(picture)
        weighted = zip(LAYERS.values(), found, wanted, strict=True)
        return torch.stack([weight * F.l1_loss(x, y) for weight, x, y in weighted]).sum()

    def _features(self, pictures: Tensor) -> list[Tensor]:
        """The maps of the five layers."""
        x, maps = ((pictures + 1) / 2 - self.mean) / self.std, []
        for place, layer in enumerate(self.trunk):
            x = layer(x)
            if place in LAYERS:
                maps.append(x)
        return maps


@cache
def vgg19_distance(device: torch.device) -> Vgg19Distance:
    """The distance with the verified weights.

    Raises:
        InputError: they are not there.
    """
    network = Vgg19Distance(_loaded("perceptual", lambda: load_state_dict("vgg19")))
    return network.to(device).to(memory_format=torch.channels_last)


@cache
def lpips_distance(net: Literal["alex", "squeeze", "vgg"], device: torch.device) -> LPIPS:
    """LPIPS with the verified weights.

    Raises:
        InputError: they are not there.
    """
    return _loaded("lpips", lambda: load_lpips(net, device)).requires_grad_(False)


def require_distances(config: DistanceConfig) -> None:
    """Refuse weights of terms whose networks are not there.

    Raises:
        InputError: the weights of a network are not there.
    """
    if config.perceptual:
        _loaded("perceptual", lambda: find("vgg19"))
    if config.lpips:
        _loaded("lpips", lambda: find(TRUNKS[config.lpips_net]))


def _loaded(term: str, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except MissingWeights as error:
        off = f"train without it: --set model.losses.{term}=0"
        raise InputError(f'the loss "{term}" has {error}; or {off}') from error


def distances(
    config: DistanceConfig, picture: Tensor, photograph: Tensor, parse: Tensor
) -> dict[str, Tensor]:
    """The weighted distances of two (N, 3, H, W) in [-1, 1], without those of weight 0.

    Args:
        parse: the photograph's labels, (N, H', W').

    Raises:
        InputError: the weights of a network are not there.
    """
    pair, device = (picture, photograph), picture.device
    losses = {}
    if config.l1:
        errors = (picture - photograph).abs()
        losses["l1"] = config.l1 * emphasised(errors, parse, config.garment_weight).mean()
    if config.perceptual:
        losses["perceptual"] = config.perceptual * vgg19_distance(device)(*pair)
    if config.lpips:
        losses["lpips"] = config.lpips * lpips_distance(config.lpips_net, device)(*pair).mean()
    return losses

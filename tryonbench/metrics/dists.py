"""DISTS: structure and texture similarity in VGG-16 features (Ding et al., 2020)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import pairwise
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from tryonbench.metrics.base import ImageMetric, Scored
from tryonbench.weights import load_state_dict

CUTS = (0, 4, 9, 16, 23, 30)
"""Where torchvision's `features` are cut: a stage ends after relu1_2, 2_2, 3_3, 4_3 and 5_3."""
WIDTHS = (3, 64, 128, 256, 512, 512)
"""Channels of the image itself and of each stage."""
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
C1 = C2 = 1e-6


def load_mixture() -> tuple[Tensor, Tensor]:
    """The trained weights of texture (alpha) and structure (beta) of each channel, (1475,); they
    come inside torchmetrics."""
    file = files("torchmetrics.functional.image") / "dists_models" / "weights.pt"
    with as_file(file) as path:
        state = torch.load(path, map_location="cpu", weights_only=True)
    total = state["alpha"].sum() + state["beta"].sum()
    return (state["alpha"] / total).flatten(), (state["beta"] / total).flatten()


class DistsNetwork(nn.Module):
    """VGG-16 with L2 pooling, and the distance."""

    mean: Tensor
    std: Tensor
    alpha: Tensor
    beta: Tensor

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        """
        Args:
            state: VGG-16 by torchvision's names; the classifier is not read.
        """
        from torchvision.models import vgg16

        super().__init__()
        trunk = vgg16(init_weights=False).features
        trunk.load_state_dict({name: state[f"features.{name}"] for name in trunk.state_dict()})
        self.stages = nn.ModuleList(_stage(trunk, a, b) for a, b in pairwise(CUTS))
        alpha, beta = load_mixture()
        for name, value in (("mean", MEAN), ("std", STD)):
            self.register_buffer(name, torch.tensor(value).view(3, 1, 1))
        self.register_buffer("alpha", alpha)
        self.register_buffer("beta", beta)

    def forward(self, output: Tensor, truth: Tensor) -> Tensor:
        """Eq. 7: 1 - sum of alpha * texture + beta * structure; (N, 3, H, W) in [0, 1] -> (N,)."""
        both = zip(self._features(output), self._features(truth), strict=True)
        pairs = [_similarities(x, y) for x, y in both]
        texture = torch.cat([pair[0] for pair in pairs], dim=1)
        structure = torch.cat([pair[1] for pair in pairs], dim=1)
        return 1 - (texture @ self.alpha + structure @ self.beta)

    def _features(self, images: Tensor) -> list[Tensor]:
        """The images and the end of each stage."""
        x, found = (images - self.mean) / self.std, [images]
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


def _stage(trunk: nn.Sequential, start: int, stop: int) -> nn.Sequential:
    """Layers of VGG; max pools, which start all but the first, become L2 pools."""
    layers = list(trunk[start:stop])
    if isinstance(layers[0], nn.MaxPool2d):
        layers[0] = L2Pool()
    return nn.Sequential(*layers)


class L2Pool(nn.Module):
    """Root of the weighted mean of squares (eq. 2), by a 3 x 3 Hann window, stride 2."""

    def forward(self, x: Tensor) -> Tensor:
        hann = torch.tensor([1.0, 2.0, 1.0], device=x.device, dtype=x.dtype) / 4
        window = torch.outer(hann, hann).expand(x.shape[1], 1, 3, 3)
        mean = conv2d(x.square(), window, stride=2, padding=1, groups=x.shape[1])
        return (mean + 1e-12).sqrt()


def _similarities(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Texture (eq. 5) and structure (eq. 6) of each channel, (N, C, H, W) -> (N, C) twice."""
    mean_x, mean_y = (z.mean(dim=(2, 3), keepdim=True) for z in (x, y))
    var_x, var_y = ((z - m).square().mean(dim=(2, 3)) for z, m in ((x, mean_x), (y, mean_y)))
    covariance = ((x - mean_x) * (y - mean_y)).mean(dim=(2, 3))
    texture = (2 * mean_x * mean_y + C1) / (mean_x.square() + mean_y.square() + C1)
    return texture.flatten(1), (2 * covariance + C2) / (var_x + var_y + C2)


@dataclass(frozen=True)
class Dists(ImageMetric):
    """Perceptual distance that tolerates resampled texture, at the protocol's size. 0 is identical.

    The authors' command first resizes the shorter side to 256; their module, and this, do not.

    Of each channel it compares the mean (texture) and the correlation (structure):

    >>> x = torch.tensor([0.0, 1.0, 0.0, 1.0]).view(1, 1, 2, 2)
    >>> _similarities(x, 1 - x)
    (tensor([[1.]]), tensor([[-1.0000]]))
    """

    label: ClassVar[str] = "DISTS"
    higher_is_better: ClassVar[bool] = False
    resize: Literal["none"] = "none"

    @property
    def weights(self) -> str:
        return "vgg16"

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        network = DistsNetwork(load_state_dict("vgg16")).eval().to(device)

        def score(images: Scored) -> Tensor:
            distance: Tensor = network(images.output.to(device), images.truth.to(device))
            return distance

        return score

"""What a metric is. Each is a frozen dataclass whose fields are its settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Features = NDArray[np.float32]
Extractor = Callable[[Tensor], Tensor]
"""uint8 (N, 3, H, W) -> float32 (N, D)."""
Resize = Literal["clean", "pytorch-fid", "tf1"]
"""clean: clean-fid's antialiased bicubic. pytorch-fid: bilinear. tf1: TensorFlow 1's bilinear, as
TTUR and torch-fidelity have it."""


class NotDefined(Exception):
    """A metric has no value here; the message is the reason that the table shows."""


@dataclass(frozen=True)
class Scored:
    """What a per-image metric is given, all of one size H x W."""

    output: Tensor
    """float32 (N, 3, H, W) in [0, 1]."""
    truth: Tensor
    """float32 (N, 3, H, W) in [0, 1]."""
    garment: Tensor | None
    """True where the truth shows the upper garment, bool (N, H, W); None if not known."""


@dataclass(frozen=True)
class Metric(ABC):
    """Fields of the subclasses are settings and part of a protocol's fingerprint."""

    label: ClassVar[str]
    higher_is_better: ClassVar[bool]
    scale: ClassVar[float] = 1.0
    """Tables show value x scale (KID x 1000); files hold the value."""
    decimals: ClassVar[int] = 3

    @property
    def weights(self) -> str | None:
        """The registered weights that the metric cannot do without."""
        return None

    def undefined(self, size: tuple[int, int]) -> str | None:
        """Why the metric has no value for images of this height and width; None if it has."""
        return None


@dataclass(frozen=True)
class ImageMetric(Metric):
    """A number for each image, compared with the truth; the value is their mean."""

    needs_garment: ClassVar[bool] = False

    @abstractmethod
    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        """A function from N images to float (N,); loads what it needs.

        Raises:
            MissingWeights: a network's weights are not there.
        """


@dataclass(frozen=True)
class SetMetric(Metric):
    """A number for two sets of images, from features of each image.

    Metrics with the same `weights` and `resize` share their features.
    """

    resize: Resize = "clean"
    """How images are brought to the network's 299 x 299."""

    @property
    def weights(self) -> str:
        """The file that the tool with this resizing uses."""
        return "inception" if self.resize == "clean" else "inception-pytorch"

    @abstractmethod
    def value(self, output: Features, reference: Features) -> float:
        """The distance between two sets of features, (N, D) and (M, D).

        Raises:
            NotDefined: too few images.
        """

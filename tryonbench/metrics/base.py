"""What a metric is. Each is a frozen dataclass whose fields are its settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import AfterValidator, PositiveInt
from torch import Tensor

Features = NDArray[np.float32]
Halves = NDArray[np.float64]
Extractor = Callable[[Tensor], Tensor]
"""uint8 (N, 3, H, W) -> float32 (N, D)."""
Resize = Literal["clean", "pytorch-fid", "tf1"]
"""clean: clean-fid's antialiased bicubic. pytorch-fid: bilinear. tf1: TensorFlow 1's bilinear, as
TTUR and torch-fidelity have it."""


def _odd(taps: int) -> int:
    if taps % 2 == 0:
        raise ValueError("it must be odd, so that the window has a middle")
    return taps


Taps = Annotated[PositiveInt, AfterValidator(_odd)]
"""Width of a window that is centred on a pixel."""


class NotDefined(Exception):
    """A metric has no value here; the message is the reason that the table shows."""


@dataclass(frozen=True)
class Scored:
    """What a per-image metric is given, all of one size H x W."""

    output: Tensor
    """float32 (N, 3, H, W) in [0, 1]."""
    truth: Tensor
    """float32 (N, 3, H, W) in [0, 1]."""
    region: Tensor | None
    """The pixels that count, bool (N, H, W), for a metric with a `region`."""
    memo: dict[object, Any] = field(default_factory=dict)
    """What metrics on the same pictures share, by a key of theirs."""


Region = Literal["garment", "preserved"]
"""garment: where the truth shows the upper garment. preserved: what the agnostic mask leaves, which
must stay as it is in the photograph; so the photograph is what it is compared with."""


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

    has_regions: ClassVar[bool] = False
    """Whether it can be taken inside a region."""

    @property
    def region(self) -> Region | None:
        """The pixels that count; None: all."""
        return None

    @abstractmethod
    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        """A function from N images to float (N,); loads what it needs.

        Raises:
            MissingWeights: a network's weights are not there.
        """

    def region_scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        """The same inside `Scored.region`; NaN for an image without such pixels."""
        raise NotImplementedError(f"{self.label} has no value for a part of a picture")


@dataclass(frozen=True)
class MapMetric(ImageMetric):
    """A per-image metric that is a mean over pixels."""

    has_regions: ClassVar[bool] = True

    @abstractmethod
    def map(self, output: Tensor, truth: Tensor) -> Tensor:
        """(N, 3, H, W) twice -> (N, H, W), or smaller by an equal border on all sides."""

    def finish(self, mean: Tensor) -> Tensor:
        """The metric from the mean over pixels, (N,) -> (N,)."""
        return mean

    def scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        return lambda images: self.finish(self._shared_map(images).flatten(1).mean(dim=1))

    def region_scorer(self, device: torch.device) -> Callable[[Scored], Tensor]:
        def score(images: Scored) -> Tensor:
            assert images.region is not None
            return self.finish(mean_inside(self._shared_map(images), images.region))

        return score

    def _shared_map(self, images: Scored) -> Tensor:
        if self not in images.memo:
            images.memo[self] = self.map(images.output, images.truth)
        found: Tensor = images.memo[self]
        return found


def mean_inside(values: Tensor, region: Tensor) -> Tensor:
    """Mean of a map (N, h, w) over a region (N, H, W), whose border is cut to fit -> (N,).

    >>> mean_inside(torch.tensor([[[1.0, 3.0]]]), torch.tensor([[[True, False]]]))
    tensor([1.])
    """
    top, left = ((region.shape[i] - values.shape[i]) // 2 for i in (1, 2))
    inside = region[:, top : top + values.shape[1], left : left + values.shape[2]].to(values)
    return (values * inside).sum(dim=(1, 2)) / inside.sum(dim=(1, 2))


@dataclass(frozen=True)
class SetMetric(Metric):
    """A number for two sets of images, from features of each image.

    Metrics with the same `weights` and `resize` share their features.
    """

    @property
    @abstractmethod
    def weights(self) -> str:
        """The registered weights of the network whose features are compared."""

    @property
    def resize(self) -> Resize | None:
        """How images are brought to the network's size; None: there is one way only."""
        return None

    @abstractmethod
    def value(self, output: Features, reference: Features) -> float:
        """The distance between two sets of features, (N, D) and (M, D).

        Raises:
            NotDefined: too few images.
        """

    def remark(self, outputs: int, references: int) -> str | None:
        """What `value` does otherwise than its settings say for so few images; None if nothing."""
        return None

    def halves(self, output: Features, reference: Features, aligned: bool) -> Halves | None:
        """The distance of all images, then those of random halves, (1 + B,), which say how sure
        it is; None for a metric that is not smooth enough.

        Args:
            aligned: row i of both shows the same person.
        """
        return None


@dataclass(frozen=True)
class InceptionMetric(SetMetric):
    """One on features of FID's Inception."""

    resize: Resize = "clean"
    """How images are brought to the network's 299 x 299."""

    @property
    def weights(self) -> str:
        """The file that the tool with this resizing uses."""
        return "inception" if self.resize == "clean" else "inception-pytorch"

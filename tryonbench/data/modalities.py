"""From a modality as an array of few bytes (as it is kept in memory or in a cache) to a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tryonbench.batch import Modality
from tryonbench.data.keypoints import heatmaps
from tryonbench.images import to_tensor

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["picture", "mask", "labels", "joints"]
Stored = NDArray[Any]

KINDS: dict[Modality, Kind] = {
    "image": "picture",
    "cloth": "picture",
    "cloth_mask": "mask",
    "agnostic": "picture",
    "agnostic_mask": "mask",
    "parse": "labels",
    "parse_agnostic": "labels",
    "keypoints": "joints",
    "pose_heatmaps": "joints",
    "densepose": "picture",
}
OF_GARMENT: tuple[Modality, ...] = ("cloth", "cloth_mask")
"""Modalities of the garment; the others are the person's."""


def stored_as(modality: Modality) -> Modality:
    """The modality whose array a tensor is made from: heatmaps are drawn from the joints."""
    return "keypoints" if modality == "pose_heatmaps" else modality


def array_shape(modality: Modality, size: tuple[int, int]) -> tuple[int, ...]:
    """The shape of a modality's array at a size (height, width)."""
    kind = KINDS[modality]
    return {"picture": (*size, 3), "joints": (18, 3)}.get(kind, size)


def array_type(modality: Modality) -> type[np.generic]:
    """uint8 for pictures and labels, bool for masks, float32 for joints."""
    return {"mask": np.bool_, "joints": np.float32}.get(KINDS[modality], np.uint8)


def as_tensor(modality: Modality, array: Stored, size: tuple[int, int]) -> Tensor:
    """The tensor of one sample, without the leading axis; ranges as in `TryOnBatch`."""
    import torch

    if modality == "pose_heatmaps":
        return torch.from_numpy(heatmaps(array, size))
    kind = KINDS[modality]
    if kind == "picture":
        return to_tensor(array)
    if kind == "mask":
        return torch.from_numpy(np.array(array)).float()[None]
    copied = torch.from_numpy(np.array(array))
    return copied.long() if kind == "labels" else copied

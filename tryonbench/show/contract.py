"""The ranges that `TryOnBatch` promises, checked on a sample's tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from tryonbench.batch import Modality
from tryonbench.data.labels import COUNT
from tryonbench.data.modalities import KINDS
from tryonbench.errors import listed
from tryonbench.show.pose import JOINTS, Joint, coco18_pose

Size = tuple[int, int]


def kind_of(name: Modality) -> str:
    """`picture`, `mask`, `labels`, `joints`, or `heatmaps`."""
    return "heatmaps" if name == "pose_heatmaps" else KINDS[name]


def violations(name: Modality, tensor: Tensor, size: Size) -> tuple[str, ...]:
    """In what a sample's tensor (with a leading axis of 1) breaks the contract."""
    kind = kind_of(name)
    form = tuple(_form(name, tensor, size))
    if form:
        return form
    if not torch.isfinite(tensor).all():
        return (f"{int((~torch.isfinite(tensor)).sum())} values are not finite",)
    return tuple(RANGES[kind](tensor, size))


def doubts(name: Modality, tensor: Tensor) -> tuple[str, ...]:
    """What keeps the contract and is still unlikely in a sample that is fit for training."""
    kind = kind_of(name)
    if kind in ("joints", "heatmaps"):
        return () if tensor.any() else ("no joint was found",)
    if not (tensor == tensor.flatten()[0]).all():
        return ()
    value = tensor.flatten()[0].item()
    if kind == "mask":
        return (f"the mask covers {'everything' if value else 'nothing'}",)
    return (f"every value is {value:g}",)


def shape_of(name: Modality, size: Size) -> tuple[int, ...]:
    """The shape of a sample's tensor."""
    shapes = {
        "picture": (1, 3, *size),
        "mask": (1, 1, *size),
        "labels": (1, *size),
        "joints": (1, len(JOINTS), 3),
        "heatmaps": (1, len(JOINTS), *size),
    }
    return shapes[kind_of(name)]


def _form(name: Modality, tensor: Tensor, size: Size) -> Iterator[str]:
    """Shape and type."""
    shape = shape_of(name, size)
    dtype = torch.int64 if kind_of(name) == "labels" else torch.float32
    if tuple(tensor.shape) != shape:
        yield f"the shape must be {' × '.join(map(str, shape))}"
    if tensor.dtype != dtype:
        yield f"the type must be {str(dtype).removeprefix('torch.')}"


def _within(tensor: Tensor, low: float, high: float) -> Iterator[str]:
    outside = int(((tensor < low) | (tensor > high)).sum())
    if outside:
        found = f"{float(tensor.min()):.4g} to {float(tensor.max()):.4g}"
        yield f"{outside} values are outside [{low:g}, {high:g}]: {found}"


def _binary(tensor: Tensor, size: Size) -> Iterator[str]:
    others = tensor[(tensor != 0) & (tensor != 1)]
    if others.numel():
        values = listed(f"{value:.4g}" for value in distinct(others))
        yield f"{others.numel()} values are not 0 or 1: {values}"


def distinct(tensor: Tensor) -> list[float]:
    """The values that occur, sorted."""
    values: list[float] = np.unique(tensor.numpy()).tolist()
    return values


def _labels(tensor: Tensor, size: Size) -> Iterator[str]:
    others = tensor[(tensor < 0) | (tensor >= COUNT)]
    if others.numel():
        values = listed(distinct(others))
        yield f"{others.numel()} labels are outside 0..{COUNT - 1}: {values}"


def _joints(tensor: Tensor, size: Size) -> Iterator[str]:
    """Found joints lie in the picture; confidences lie in [0, 1]."""
    off = outside(coco18_pose(tensor[0].numpy(), size).seen, size)
    if off:
        yield off
    yield from (f"confidences: {text}" for text in _within(tensor[0, :, 2], 0, 1))


def outside(joints: tuple[Joint, ...], size: Size) -> str | None:
    """The joints that are not in a picture of `size` (height, width)."""
    off = [j for j in joints if not (0 <= j.x <= size[1] and 0 <= j.y <= size[0])]
    places = listed(f"{j.name} ({j.x:.1f}, {j.y:.1f})" for j in off)
    return f"outside the picture: {places}" if off else None


RANGES: dict[str, Callable[[Tensor, Size], Iterator[str]]] = {
    "picture": lambda tensor, size: _within(tensor, -1, 1),
    "mask": _binary,
    "labels": _labels,
    "joints": _joints,
    "heatmaps": lambda tensor, size: _within(tensor, 0, 1),
}

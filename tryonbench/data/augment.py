"""Random changes of a training sample, the same for every modality, with torchvision v2.

Geometry moves pictures, masks, label maps and joints together; beyond its border a picture goes on
with its outermost pixels. A flip also swaps left and right: labels, joints, and the colours of the
DensePose rendering. Colour changes photograph, garment and agnostic image alike, but not the grey
of what is covered. Heatmaps are drawn anew from the moved joints.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as v2
from torchvision.tv_tensors import KeyPoints

from tryonbench.batch import MODALITIES, Modality, TryOnBatch
from tryonbench.config import AugmentConfig
from tryonbench.data.agnostic import GREY
from tryonbench.data.keypoints import heatmaps
from tryonbench.data.labels import COUNT, MIRRORED
from tryonbench.data.modalities import KINDS

Tensors = dict[Modality, Tensor]

JOINT_PAIRS = ((2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13), (14, 15), (16, 17))
"""Right and left joints of COCO-18."""
PART_PAIRS = ((3, 4), (5, 6), *((part, part + 1) for part in range(7, 24, 2)))
"""Left and right among DensePose's parts 1..24 (detectron2's POINT_LABEL_SYMMETRIES)."""
COLOURED: tuple[Modality, ...] = ("image", "cloth", "agnostic")


@dataclass(frozen=True)
class Draw:
    """What was drawn for one sample."""

    flip: bool
    shift: tuple[int, int]
    """Pixels to the right and down."""
    scale: float
    colour: tuple[float, float, float, float]
    """Factors of brightness, contrast and saturation; shift of the hue in turns."""

    @property
    def moves(self) -> bool:
        return self.scale != 1 or self.shift != (0, 0)


def needed(modalities: Sequence[Modality], config: AugmentConfig) -> tuple[Modality, ...]:
    """The modalities to load: those asked for, and what their change depends on."""
    if not config.is_on:
        return tuple(modalities)
    extra: set[Modality] = {"keypoints"} if "pose_heatmaps" in modalities else set()
    if config.colour and "agnostic" in modalities:
        extra.add("agnostic_mask")
    return tuple(name for name in MODALITIES if name in {*modalities, *extra})


def draw(config: AugmentConfig, size: tuple[int, int], seed: int) -> Draw:
    """The changes of one sample of a size (height, width); they depend on the seed alone."""
    rng = random.Random(seed)
    flip = rng.random() < config.flip
    down, right = (round(rng.uniform(-config.shift, config.shift) * side) for side in size)
    scale = math.exp(rng.uniform(-1, 1) * math.log1p(config.scale))
    brightness, contrast, saturation, hue = (rng.uniform(-1, 1) * config.colour for _ in range(4))
    return Draw(
        flip, (right, down), scale, (1 + brightness, 1 + contrast, 1 + saturation, hue / 10)
    )


def augmented(batch: TryOnBatch, change: Draw) -> TryOnBatch:
    """One sample changed; it must hold the modalities that `needed` names."""
    given = {name: getattr(batch, name) for name in MODALITIES}
    tensors: Tensors = {name: tensor for name, tensor in given.items() if tensor is not None}
    if change.flip:
        tensors = {name: _flipped(name, t, batch.size) for name, t in tensors.items()}
    if change.moves:
        tensors = {name: _moved(name, t, change, batch.size) for name, t in tensors.items()}
    if change.colour != (1, 1, 1, 0):
        tensors |= _coloured(tensors, change.colour)
    if "pose_heatmaps" in tensors and (change.flip or change.moves):
        joints = tensors["keypoints"][0].numpy()
        tensors["pose_heatmaps"] = torch.from_numpy(heatmaps(joints, batch.size))[None]
    return replace(batch, **tensors)  # type: ignore[arg-type]


def _flipped(name: Modality, tensor: Tensor, size: tuple[int, int]) -> Tensor:
    """Mirrored, with left and right swapped; heatmaps are left as they are."""
    if KINDS[name] == "joints":
        return _flipped_joints(tensor, size) if name == "keypoints" else tensor
    mirrored: Tensor = v2.horizontal_flip(tensor)
    if KINDS[name] == "labels":
        return _swap(COUNT, MIRRORED.items())[mirrored]
    return _swapped_parts(mirrored) if name == "densepose" else mirrored


def _flipped_joints(joints: Tensor, size: tuple[int, int]) -> Tensor:
    """(1, 18, 3); a missing joint stays (0, 0, 0)."""
    points = v2.horizontal_flip(KeyPoints(joints[..., :2], canvas_size=size))
    return _with_points(joints, points)[:, _swap(joints.shape[1], JOINT_PAIRS)]


def _with_points(joints: Tensor, points: Tensor) -> Tensor:
    """Joints at other places; missing ones stay (0, 0, 0)."""
    moved = torch.cat([points.as_subclass(Tensor), joints[..., 2:]], dim=-1)
    found = (joints[..., :2] != 0).any(dim=-1, keepdim=True)
    return torch.where(found, moved, torch.zeros_like(moved))


def _swap(count: int, pairs: Iterable[tuple[int, int]]) -> Tensor:
    """0..count-1 with some pairs swapped, to index with."""
    table = torch.arange(count)
    for one, other in pairs:
        table[one], table[other] = other, one
    return table


def _swapped_parts(rendering: Tensor) -> Tensor:
    """The DensePose rendering (1, 3, H, W) with left and right parts in each other's colour.

    Each pixel keeps its distance to its part's colour, so that JPEG's noise stays.
    """
    palette = _palette()
    pixels = rendering[0].flatten(1).T
    part = torch.cdist(pixels, palette).argmin(dim=1)
    other = _swap(len(palette), PART_PAIRS)[part]
    swapped = (pixels - palette[part] + palette[other]).clamp(-1, 1)
    return swapped.T.reshape(rendering.shape).contiguous()


@cache
def _palette() -> Tensor:
    """Colours of the background and DensePose's 24 parts in [-1, 1], (25, 3): part x 255 / 24 in
    the colour map parula, black for none, as VITON-HD's renderings have them."""
    levels = (np.arange(25) * 255 / 24).astype(np.uint8)[:, None]
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_PARULA)[:, 0, ::-1].copy()
    colours[0] = 0
    return torch.from_numpy(colours).float() / 127.5 - 1


def _moved(name: Modality, tensor: Tensor, change: Draw, size: tuple[int, int]) -> Tensor:
    """Scaled about the middle, then shifted; heatmaps are left as they are."""
    if KINDS[name] == "joints":
        return _moved_joints(tensor, change, size) if name == "keypoints" else tensor
    if KINDS[name] == "picture":
        return _warped(tensor, change, InterpolationMode.BILINEAR)
    planes = tensor if tensor.ndim == 4 else tensor[:, None]
    nearest = _warped(planes.float(), change, InterpolationMode.NEAREST).to(tensor.dtype)
    return nearest.reshape(tensor.shape)


def _warped(planes: Tensor, change: Draw, mode: InterpolationMode) -> Tensor:
    """(1, C, H, W), continued beyond its border by its outermost pixels."""
    height, width = planes.shape[-2:]
    sides = zip(change.shift, (width, height), strict=True)
    reach = [abs(shift) + math.ceil(side / 2) for shift, side in sides]
    padded = v2.pad(planes, reach, padding_mode="edge")
    right, down = change.shift
    warped = v2.affine(padded, 0.0, [right, down], change.scale, [0.0, 0.0], interpolation=mode)
    cut: Tensor = v2.center_crop(warped, [height, width])
    return cut.contiguous()


def _moved_joints(joints: Tensor, change: Draw, size: tuple[int, int]) -> Tensor:
    """(1, 18, 3). A joint names the middle of a pixel, v2's points its corner."""
    points = KeyPoints(joints[..., :2] + 0.5, canvas_size=size)
    moved = v2.affine(points, 0.0, [*change.shift], change.scale, [0.0, 0.0])
    return _with_points(joints, moved - 0.5)


def _coloured(tensors: Tensors, colour: tuple[float, float, float, float]) -> Tensors:
    """Photograph, garment and agnostic image in other colours."""
    changed = {name: _recoloured(tensors[name], colour) for name in COLOURED if name in tensors}
    if "agnostic" in changed:
        grey = torch.tensor(GREY / 127.5 - 1)
        cover = tensors["agnostic_mask"].bool() & _is_grey(tensors["agnostic"])
        changed["agnostic"] = torch.where(cover, grey, changed["agnostic"])
    return changed


def _is_grey(picture: Tensor) -> Tensor:
    """Pixels at most 4 levels from the covering grey, (1, 1, H, W); JPEG moves it that far."""
    near: Tensor = ((picture * 127.5 + 127.5 - GREY).abs() <= 4).all(dim=1, keepdim=True)
    return near


def _recoloured(picture: Tensor, colour: tuple[float, float, float, float]) -> Tensor:
    """(1, 3, H, W) in [-1, 1]; each pixel depends on itself alone.

    Contrast is about mid-grey: v2's is about the picture's mean, which the cover changes.
    """
    brightness, contrast, saturation, hue = colour
    shown = v2.adjust_brightness((picture + 1) / 2, brightness)
    shown = ((shown - 0.5) * contrast + 0.5).clamp(0, 1)
    shown = v2.adjust_saturation(shown, saturation)
    turned: Tensor = v2.adjust_hue(shown, hue)
    return (turned * 2 - 1).clamp(-1, 1)

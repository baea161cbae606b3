"""One sample's modalities, each read or computed when it is asked for, and only once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tryonbench.batch import Modality
from tryonbench.data import agnostic, dresscode, keypoints
from tryonbench.data.labels import COUNT
from tryonbench.data.layout import Folder, Split
from tryonbench.data.modalities import Stored, as_tensor, stored_as
from tryonbench.data.pairs import Pair
from tryonbench.errors import InputError
from tryonbench.images import Pixels, cut, decode, image_size, nearest, shrunk

if TYPE_CHECKING:
    from torch import Tensor

NEEDS: dict[Modality, tuple[Folder, ...]] = {
    "image": ("image",),
    "cloth": ("cloth",),
    "cloth_mask": ("cloth_mask",),
    "agnostic": ("agnostic",),
    "agnostic_mask": ("agnostic_mask",),
    "parse": ("parse",),
    "parse_agnostic": ("parse_agnostic",),
    "keypoints": ("keypoints",),
    "pose_heatmaps": ("keypoints",),
    "densepose": ("densepose",),
}
COMPUTED: dict[Modality, tuple[Folder, ...]] = {
    "agnostic": ("image", "parse", "keypoints"),
    "agnostic_mask": ("parse", "keypoints"),
    "parse_agnostic": ("parse", "keypoints"),
}
"""Computed from these where a copy lacks their folder."""


def missing_folders(split: Split, modality: Modality) -> list[str]:
    """The folders that are missing for a modality; empty if it can be read or computed."""
    if all(split.has(folder) for folder in NEEDS[modality]):
        return []
    if modality == "cloth_mask" and split.is_dresscode:
        return []
    sources = COMPUTED.get(modality, NEEDS[modality])
    return [split.places[folder].folder for folder in sources if not split.has(folder)]


@dataclass(frozen=True, eq=False)
class Sample:
    """A pair's files, at a size (height, width)."""

    split: Split
    pair: Pair
    size: tuple[int, int]

    @cached_property
    def _photo(self) -> Image.Image:
        return decode(self.split.path("image", self.pair.person), "RGB")

    @cached_property
    def photo(self) -> Pixels:
        """The person's photograph at its own size, uint8 (H, W, 3)."""
        return np.asarray(self._photo)

    @cached_property
    def parse(self) -> Pixels:
        """The photograph's label map at its own size, uint8 (H, W).

        Raises:
            InputError: its size is not the photograph's, or it holds a label over 19.
        """
        labels = self._labels("parse")
        if labels.shape != self.photo_size:
            path = self.split.path("parse", self.pair.person)
            own, photo = ("x".join(map(str, s)) for s in (labels.shape, self.photo_size))
            raise InputError(f"{path} is {own}, but the photograph is {photo}")
        return labels

    @cached_property
    def photo_size(self) -> tuple[int, int]:
        """Height and width of the photograph, from its header."""
        return image_size(self.split.path("image", self.pair.person))

    @cached_property
    def body25(self) -> keypoints.Array:
        """Body25 joints in pixels of the photograph, (25, 3)."""
        path = self.split.path("keypoints", self.pair.person)
        if not self.split.is_dresscode:
            return keypoints.read_body25(path)
        joints = dresscode.read_joints(path)
        return keypoints.rescaled(joints, dresscode.KEYPOINT_SIZE, self.photo_size)

    @cached_property
    def coco18(self) -> keypoints.Array:
        """COCO-18 joints in pixels of `size`, (18, 3)."""
        return keypoints.rescaled(keypoints.coco18(self.body25), self.photo_size, self.size)

    def array(self, modality: Modality) -> Stored:
        """One modality at `size`, as `tryonbench.data.modalities` keeps it."""
        return READERS[stored_as(modality)](self)

    def load(self, modality: Modality) -> Tensor:
        """One modality as a tensor with a leading axis of 1; ranges as in `TryOnBatch`."""
        return as_tensor(modality, self.array(modality), self.size)[None]

    def _labels(self, folder: Folder) -> Pixels:
        return parse_labels(self.split, self.split.path(folder, self.pair.person))

    def _has(self, folder: Folder) -> bool:
        return self.split.path(folder, self.pair.person).is_file()

    def _picture(self, folder: Folder, name: str) -> Stored:
        return self._scaled(decode(self.split.path(folder, name), "RGB"))

    def _scaled(self, image: Image.Image) -> Stored:
        return shrunk(image, self.size)

    @cached_property
    def _cover(self) -> agnostic.Mask:
        """What the agnostic image covers, at the photograph's size."""
        return agnostic.agnostic_mask(self.parse, self.body25, self.split.category)


def parse_labels(split: Split, path: Path) -> Pixels:
    """The labels 0..19 of a parse map, uint8 (H, W); DressCode's are translated.

    Raises:
        InputError: it cannot be read, or holds a label that does not exist.
    """
    labels = np.asarray(decode(path, "P"))
    if split.is_dresscode and path.parent.name == split.places["parse"].folder:
        return dresscode.lip_labels(labels, path)
    if labels.max() >= COUNT:
        raise InputError(f"{path} holds the label {labels.max()}; the last is {COUNT - 1}")
    return labels


def _cloth_mask(sample: Sample) -> Stored:
    path = sample.split.path("cloth_mask", sample.pair.cloth)
    if path.is_file() or not sample.split.is_dresscode:
        return cut(decode(path, "L"), sample.size)
    cloth = np.asarray(decode(sample.split.path("cloth", sample.pair.cloth), "RGB"))
    return cut(Image.fromarray(dresscode.garment_mask(cloth)), sample.size)


def _agnostic(sample: Sample) -> Stored:
    if sample._has("agnostic"):
        return sample._picture("agnostic", sample.pair.person)
    return sample._scaled(Image.fromarray(agnostic.covered(sample.photo, sample._cover)))


def _agnostic_mask(sample: Sample) -> Stored:
    if sample._has("agnostic_mask"):
        mask = decode(sample.split.path("agnostic_mask", sample.pair.person), "L")
    else:
        mask = Image.fromarray(sample._cover.astype(np.uint8) * 255)
    return cut(mask, sample.size)


def _parse_agnostic(sample: Sample) -> Stored:
    if sample._has("parse_agnostic"):
        return nearest(sample._labels("parse_agnostic"), sample.size)
    hidden = agnostic.parse_agnostic(sample.parse, sample.body25, sample.split.category)
    return nearest(hidden, sample.size)


READERS: dict[Modality, Callable[[Sample], Stored]] = {
    "image": lambda s: s._scaled(s._photo),
    "cloth": lambda s: s._picture("cloth", s.pair.cloth),
    "cloth_mask": _cloth_mask,
    "agnostic": _agnostic,
    "agnostic_mask": _agnostic_mask,
    "parse": lambda s: nearest(s.parse, s.size),
    "parse_agnostic": _parse_agnostic,
    "keypoints": lambda s: s.coco18,
    "densepose": lambda s: s._picture("densepose", s.pair.person),
}

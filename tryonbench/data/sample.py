"""One sample's modalities, each read or computed when it is asked for, and only once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tryonbench.batch import Modality
from tryonbench.data import agnostic, keypoints
from tryonbench.data.labels import COUNT
from tryonbench.data.layout import Folder, Split
from tryonbench.data.pairs import Pair
from tryonbench.errors import InputError
from tryonbench.images import Filter, Pixels, decode, resized, to_tensor

RESIZE: Filter = "lanczos"
"""Filter for photographs, garments and renderings; label maps are always resized nearest."""

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
COMPUTED: tuple[Modality, ...] = ("agnostic", "agnostic_mask", "parse_agnostic")
"""Computed from the photograph, `parse` and `keypoints` where a copy lacks their folder."""


def missing_folders(split: Split, modality: Modality) -> list[str]:
    """The folders that are missing for a modality; empty if it can be read or computed."""
    if all(split.has(folder) for folder in NEEDS[modality]):
        return []
    sources: tuple[Folder, ...] = (
        ("parse", "keypoints") if modality in COMPUTED else NEEDS[modality]
    )
    return [split.places[folder].folder for folder in sources if not split.has(folder)]


@dataclass(frozen=True, eq=False)
class Sample:
    """A pair's files, at a size (height, width)."""

    split: Split
    pair: Pair
    size: tuple[int, int]

    @cached_property
    def photo(self) -> Pixels:
        """The person's photograph at its own size, uint8 (H, W, 3)."""
        return np.asarray(decode(self.split.path("image", self.pair.person), "RGB"))

    @cached_property
    def parse(self) -> Pixels:
        """The photograph's label map at its own size, uint8 (H, W).

        Raises:
            InputError: its size is not the photograph's, or it holds a label over 19.
        """
        labels = self._labels("parse")
        if labels.shape != self.photo.shape[:2]:
            path = self.split.path("parse", self.pair.person)
            raise InputError(f"{path} is {_hw(labels)}, but the photograph is {_hw(self.photo)}")
        return labels

    @cached_property
    def body25(self) -> keypoints.Array:
        """Body25 joints in pixels of the photograph, (25, 3)."""
        return keypoints.read_body25(self.split.path("keypoints", self.pair.person))

    @cached_property
    def coco18(self) -> keypoints.Array:
        """COCO-18 joints in pixels of `size`, (18, 3)."""
        own = (self.photo.shape[0], self.photo.shape[1])
        return keypoints.rescaled(keypoints.coco18(self.body25), own, self.size)

    def load(self, modality: Modality) -> Tensor:
        """One modality as a tensor with a leading axis of 1; ranges as in `TryOnBatch`."""
        return LOADERS[modality](self)[None]

    def _labels(self, folder: Folder) -> Pixels:
        path = self.split.path(folder, self.pair.person)
        labels = np.asarray(decode(path, "P"))
        if labels.max() >= COUNT:
            raise InputError(f"{path} holds the label {labels.max()}; the last is {COUNT - 1}")
        return labels

    def _has(self, folder: Folder) -> bool:
        return self.split.path(folder, self.pair.person).is_file()

    def _picture(self, folder: Folder, name: str) -> Tensor:
        return self._scaled(decode(self.split.path(folder, name), "RGB"))

    def _scaled(self, image: Image.Image) -> Tensor:
        return to_tensor(np.asarray(resized(image, self.size, RESIZE)))

    def _nearest(self, labels: Pixels) -> Tensor:
        image = resized(Image.fromarray(labels), self.size, "nearest")
        return torch.from_numpy(np.array(image)).long()

    def _threshold(self, mask: Image.Image) -> Tensor:
        """A soft or JPEG-ringing mask, resized and cut at 128, (1, H, W)."""
        scaled = np.asarray(resized(mask, self.size, "bilinear"))
        return torch.from_numpy(scaled >= 128).float()[None]


def _hw(pixels: Pixels) -> str:
    return f"{pixels.shape[0]}x{pixels.shape[1]}"


def _cloth_mask(sample: Sample) -> Tensor:
    return sample._threshold(decode(sample.split.path("cloth_mask", sample.pair.cloth), "L"))


def _agnostic(sample: Sample) -> Tensor:
    if sample._has("agnostic"):
        return sample._picture("agnostic", sample.pair.person)
    covered = agnostic.agnostic_image(sample.photo, sample.parse, sample.body25)
    return sample._scaled(Image.fromarray(covered))


def _agnostic_mask(sample: Sample) -> Tensor:
    if sample._has("agnostic_mask"):
        mask = decode(sample.split.path("agnostic_mask", sample.pair.person), "L")
    else:
        drawn = agnostic.agnostic_mask(sample.parse, sample.body25)
        mask = Image.fromarray(drawn.astype(np.uint8) * 255)
    return sample._threshold(mask)


def _parse_agnostic(sample: Sample) -> Tensor:
    if sample._has("parse_agnostic"):
        return sample._nearest(sample._labels("parse_agnostic"))
    return sample._nearest(agnostic.parse_agnostic(sample.parse, sample.body25))


LOADERS: dict[Modality, Callable[[Sample], Tensor]] = {
    "image": lambda s: s._scaled(Image.fromarray(s.photo)),
    "cloth": lambda s: s._picture("cloth", s.pair.cloth),
    "cloth_mask": _cloth_mask,
    "agnostic": _agnostic,
    "agnostic_mask": _agnostic_mask,
    "parse": lambda s: s._nearest(s.parse),
    "parse_agnostic": _parse_agnostic,
    "keypoints": lambda s: torch.from_numpy(s.coco18),
    "pose_heatmaps": lambda s: torch.from_numpy(keypoints.heatmaps(s.coco18, s.size)),
    "densepose": lambda s: s._picture("densepose", s.pair.person),
}

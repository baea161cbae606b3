"""What is wrong with the files of one id, each decoded once, and what they look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tryonbench.data.check.content import Decoded, content_faults
from tryonbench.data.check.duplicates import Print, fingerprint
from tryonbench.data.check.findings import Fault, Level
from tryonbench.data.check.pose import pose_faults
from tryonbench.data.jobs import Job
from tryonbench.data.layout import Folder, Split
from tryonbench.data.sample import parse_labels
from tryonbench.errors import InputError
from tryonbench.images import Pixels, decode

MASKS: tuple[Folder, ...] = ("cloth_mask", "agnostic_mask")
LABEL_MAPS: tuple[Folder, ...] = ("parse", "parse_agnostic", "truth_parse")
PRINTED: tuple[Folder, ...] = ("image", "cloth")
"""Folders in which files that occur twice are looked for."""


@dataclass(frozen=True)
class Look:
    """What is kept of an id's files."""

    name: str
    faults: tuple[Fault, ...]
    sizes: tuple[tuple[int, int], ...]
    """Height and width of the photograph and of the garment, as far as they are there."""
    prints: dict[Folder, Print]


def look_at(job: Job) -> Look:
    """Decode every file of an id and note what is wrong."""
    split = job.opened()
    pictures, faults = _decoded(split, job.name)
    faults += content_faults(split, job.name, pictures)
    faults += pose_faults(split, job.name, pictures.get("image"))
    shown = {folder: pictures[folder] for folder in PRINTED if folder in pictures}
    prints = {f: fingerprint(split.path(f, job.name), pixels) for f, pixels in shown.items()}
    sizes = tuple((pixels.shape[0], pixels.shape[1]) for pixels in shown.values())
    return Look(job.name, tuple(faults), sizes, prints)


def _decoded(split: Split, name: str) -> tuple[Decoded, list[Fault]]:
    """The pictures, masks (grey levels) and label maps that could be read, and those that not."""
    pictures: Decoded = {}
    faults: list[Fault] = []
    for folder in _folders_of(split, name):
        path = split.path(folder, name)
        try:
            pictures[folder] = _read(split, folder, path)
        except InputError:
            level, kind = _why(folder, path)
            faults.append(Fault(level, kind, str(path.relative_to(split.folder))))
    return pictures, faults


def _folders_of(split: Split, name: str) -> Iterator[Folder]:
    for folder in split.places:
        if folder != "keypoints" and split.path(folder, name).is_file():
            yield folder


def _read(split: Split, folder: Folder, path: Path) -> Pixels:
    if folder in LABEL_MAPS:
        return parse_labels(split, path)
    return np.asarray(decode(path, "L" if folder in MASKS else "RGB"))


def _why(folder: Folder, path: Path) -> tuple[Level, str]:
    """A label map that can be decoded as a picture was refused for its labels."""
    if folder in LABEL_MAPS:
        try:
            decode(path, "L")
        except InputError:
            return "error", "unreadable"
        return "error", "label map without palette or with unknown labels"
    return "error", "unreadable"

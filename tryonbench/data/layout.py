"""Where VITON-HD's files lie: the v3.2 layout, and that of the older official sample pack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tryonbench.errors import InputError, listed

Folder = Literal[
    "image",
    "cloth",
    "cloth_mask",
    "parse",
    "parse_agnostic",
    "keypoints",
    "densepose",
    "agnostic",
    "agnostic_mask",
    "truth",
    "truth_parse",
]


@dataclass(frozen=True)
class Place:
    """A folder of a split and how its files end."""

    folder: str
    ending: str


V32: dict[Folder, Place] = {
    "image": Place("image", ".jpg"),
    "cloth": Place("cloth", ".jpg"),
    "cloth_mask": Place("cloth-mask", ".jpg"),
    "parse": Place("image-parse-v3", ".png"),
    "parse_agnostic": Place("image-parse-agnostic-v3.2", ".png"),
    "keypoints": Place("openpose_json", "_keypoints.json"),
    "densepose": Place("image-densepose", ".jpg"),
    "agnostic": Place("agnostic-v3.2", ".jpg"),
    "agnostic_mask": Place("agnostic-mask", "_mask.png"),
    "truth": Place("unpaired-truth", ".png"),
    "truth_parse": Place("unpaired-parse", ".png"),
}
LEGACY: dict[Folder, Place] = V32 | {
    "parse": Place("image-parse", ".png"),
    "keypoints": Place("openpose-json", "_keypoints.json"),
}


@dataclass(frozen=True)
class Split:
    """One split of a data root, in one of the layouts."""

    root: Path
    name: str
    places: dict[Folder, Place]

    @property
    def folder(self) -> Path:
        return self.root / self.name

    def path(self, folder: Folder, name: str) -> Path:
        """The file of an id (`00017_00`) or, for truths, of a pair (`PERSON__GARMENT`)."""
        place = self.places[folder]
        return self.folder / place.folder / f"{name}{place.ending}"

    def has(self, folder: Folder) -> bool:
        """Whether this copy of the data set has the folder."""
        return (self.folder / self.places[folder].folder).is_dir()

    def ids(self, folder: Folder) -> list[str]:
        """The ids that have a file in a folder, sorted."""
        place = self.places[folder]
        files = (self.folder / place.folder).glob(f"*{place.ending}")
        return sorted(file.name.removesuffix(place.ending) for file in files)


def open_split(root: Path, name: str) -> Split:
    """Find a split of a VITON-HD root and its layout.

    Raises:
        InputError: no such root or split, or there are no photographs in it.
    """
    if not root.is_dir():
        raise InputError(f"the data folder {root} does not exist; make one: tryonbench data synth")
    if not (root / name / "image").is_dir():
        raise InputError(f'{root} has no split "{name}" ({name}/image); {_splits_found(root)}')
    legacy = (root / name / "image-parse").is_dir() and not (
        root / name / "image-parse-v3"
    ).is_dir()
    split = Split(root, name, LEGACY if legacy else V32)
    if not split.ids("image"):
        raise InputError(f"{split.folder / 'image'} holds no .jpg photographs")
    return split


def splits(root: Path) -> list[str]:
    """The splits that a root has."""
    return sorted(folder.parent.name for folder in root.glob("*/image"))


def _splits_found(root: Path) -> str:
    """What to do about a missing split."""
    names = splits(root)
    if names:
        return f"found: {listed(names)} (choose with --split)"
    return "a VITON-HD root holds train/image, test/image, cloth/, …"

"""Where the files lie: VITON-HD v3.2, its older official sample pack, DressCode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tryonbench.data.dresscode import CATEGORIES, GARMENTS
from tryonbench.data.labels import UPPER
from tryonbench.errors import InputError, listed
from tryonbench.shards.path import in_shards

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
DRESSCODE: dict[Folder, Place] = V32 | {
    "image": Place("images", "_0.jpg"),
    "cloth": Place("images", "_1.jpg"),
    "parse": Place("label_maps", "_4.png"),
    "keypoints": Place("keypoints", "_2.json"),
}
"""What DressCode does not have keeps VITON-HD's names, so that copies may add it."""


@dataclass(frozen=True)
class Split:
    """One split of a data root, in one of the layouts."""

    root: Path
    name: str
    places: dict[Folder, Place]
    members: frozenset[str] | None = None
    """The ids of the split where all splits share their folders, as in DressCode."""

    @property
    def folder(self) -> Path:
        return self.root if self.is_dresscode else self.root / self.name

    @property
    def is_dresscode(self) -> bool:
        return self.places == DRESSCODE

    @property
    def category(self) -> str:
        """What is put on: `upper_body`, `lower_body` or `dresses`."""
        return self.root.resolve().name if self.is_dresscode else "upper_body"

    @property
    def garment_labels(self) -> tuple[int, ...]:
        """The labels that a garment has in the person's parse map."""
        return GARMENTS[self.category] if self.is_dresscode else UPPER

    def pair_list(self, name: str, pairing: Literal["paired", "unpaired"]) -> Path:
        """The file of a pair list. `test_pairs.txt` stands for the split's own; DressCode has one a
        pairing for its test split."""
        own = f"{self.name}_pairs.txt" if name == "test_pairs.txt" else name
        if self.is_dresscode and own == "test_pairs.txt":
            return self.root / f"test_pairs_{pairing}.txt"
        return self.root / own

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
        names = (file.name.removesuffix(place.ending) for file in files)
        return sorted(n for n in names if self.members is None or n in self.members)


def open_split(root: Path, name: str) -> Split:
    """Find a split of a VITON-HD root or of a category folder of DressCode, and its layout.

    The root may be kept in shards.

    Raises:
        InputError: no such root or split, or there are no photographs in it.
    """
    root = in_shards(root)
    if not root.is_dir():
        raise InputError(f"the data folder {root} does not exist; make one: tryonbench data synth")
    if is_dresscode(root):
        return _open_dresscode(root, name)
    if not (root / name / "image").is_dir():
        raise InputError(f'{root} has no split "{name}" ({name}/image); {_splits_found(root)}')
    legacy = (root / name / "image-parse").is_dir() and not (
        root / name / "image-parse-v3"
    ).is_dir()
    split = Split(root, name, LEGACY if legacy else V32)
    if not split.ids("image"):
        raise InputError(f"{split.folder / 'image'} holds no .jpg photographs")
    return split


def is_dresscode(root: Path) -> bool:
    """Whether a root is a category folder of DressCode."""
    return root.resolve().name in CATEGORIES and (root / "images").is_dir()


def _open_dresscode(root: Path, name: str) -> Split:
    """The persons and garments of a split's lists."""
    members = frozenset(_dresscode_ids(_dresscode_lists(root, name)))
    if not members:
        raise InputError(f'{root} has no split "{name}"; {_splits_found(root)}')
    return Split(root, name, DRESSCODE, members)


def _dresscode_lists(root: Path, name: str) -> list[Path]:
    return sorted({*root.glob(f"{name}_pairs.txt"), *root.glob(f"{name}_pairs_*paired.txt")})


def _dresscode_ids(lists: Iterable[Path]) -> Iterable[str]:
    """The ids in some pair lists, `NNNNNN` of `NNNNNN_0.jpg`."""
    for file in lists:
        for word in file.read_text(encoding="utf-8-sig").split():
            yield dresscode_id(word)


def dresscode_id(name: str) -> str:
    """`020714_0.jpg` and `020714_1.jpg` are both `020714`: the person and the garment worn."""
    stem = name.removesuffix(".jpg")
    return stem[:-2] if stem.endswith(("_0", "_1")) else stem


def splits(root: Path) -> list[str]:
    """The splits that a root has."""
    root = in_shards(root)
    if is_dresscode(root):
        return [name for name in ("test", "train") if any(_dresscode_lists(root, name))]
    return sorted(folder.parent.name for folder in root.glob("*/image"))


def _splits_found(root: Path) -> str:
    """What to do about a missing split."""
    names = splits(root)
    if names:
        return f"found: {listed(names)} (choose with --split)"
    return (
        "a VITON-HD root holds train/image, test/image, cloth/, …; of DressCode, give a category's "
        "folder (upper_body, lower_body, dresses); shards need their shards.json, which "
        "`tryonbench data shard` writes last"
    )

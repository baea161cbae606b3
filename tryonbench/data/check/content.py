"""Do the pictures of one id fit each other: sizes, masks, and what they hide of the garment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tryonbench.data.agnostic import GREY, Mask, labelled
from tryonbench.data.check.findings import Fault, Level
from tryonbench.data.layout import Folder, Split
from tryonbench.images import Pixels

Decoded = dict[Folder, Pixels]
"""The readable files of an id: uint8, (H, W, 3) pictures, (H, W) masks and label maps."""

SIZED_AS: dict[Folder, tuple[Folder, Level]] = {
    "parse": ("image", "error"),
    "parse_agnostic": ("image", "error"),
    "agnostic_mask": ("image", "warning"),
    "agnostic": ("image", "warning"),
    "densepose": ("image", "warning"),
    "cloth_mask": ("cloth", "warning"),
}
"""Whose size a file must have. Loaders refuse label maps of another size, and stretch the rest."""

HIDING: tuple[Folder, ...] = ("agnostic_mask", "parse_agnostic", "agnostic", "image")
"""What shows whether the garment is hidden."""
COVER_LIMIT = 0.10
"""Share of the garment that a mask or an agnostic picture may leave open. Long garments reach below
what VITON-HD's rule covers; on 9 real photographs the rule leaves 0.54 % at most, on 60 procedural
ones 0.49 %, while half the masks of somebody else leave more than this."""
LABEL_LIMIT = 0.01
"""The same for agnostic label maps. They have the garment's labels removed: 0 in good ones."""
SAME_LEVELS = 24
"""Two colours are the same up to so many levels of 255: VITON-HD's agnostic pictures differ from
the photographs by no more in 99.9 % of the pixels of face and trousers."""


def content_faults(split: Split, name: str, pictures: Decoded) -> list[Fault]:
    """Sizes, empty and full masks, and what shows the garment though it should hide it."""
    uniform = list(_uniform(pictures))
    blank = {folder for _, _, folder in uniform}
    varied = {folder: pixels for folder, pixels in pictures.items() if folder not in blank}
    faults = [*_sizes(split, pictures), *uniform, *_uncovered(split, varied)]
    return [
        Fault(level, kind, str(split.path(folder, name).relative_to(split.folder)))
        for level, kind, folder in faults
    ]


def _sizes(split: Split, pictures: Decoded) -> Iterator[tuple[Level, str, Folder]]:
    for folder, (source, level) in SIZED_AS.items():
        if not _fit(pictures, folder, source):
            what = "the photograph" if source == "image" else "the garment"
            yield level, f"{split.places[folder].folder} has another size than {what}", folder


def _fit(pictures: Decoded, first: Folder, second: Folder) -> bool:
    """Whether two pictures have the same size, as far as both are there."""
    if first not in pictures or second not in pictures:
        return True
    return pictures[first].shape[:2] == pictures[second].shape[:2]


def _uniform(pictures: Decoded) -> Iterator[tuple[Level, str, Folder]]:
    """Masks of nothing or of everything."""
    for folder in ("cloth_mask", "agnostic_mask"):
        if folder in pictures:
            share = (pictures[folder] >= 128).mean()
            if share in (0, 1):
                yield "warning", f"{'full' if share else 'empty'} mask", folder


def _uncovered(split: Split, pictures: Decoded) -> Iterator[tuple[Level, str, Folder]]:
    """Files that should hide the garment, as the parse map has it, and do not."""
    garment = labelled(pictures["parse"], split.garment_labels) if "parse" in pictures else None
    if garment is None or not garment.any():
        return
    fitting = (f for f in HIDING if f in pictures and _fit(pictures, f, "parse"))
    for folder, seen in _seen(split, {f: pictures[f][garment] for f in fitting}):
        limit = LABEL_LIMIT if folder == "parse_agnostic" else COVER_LIMIT
        if seen.mean() > limit:
            kind = f"{split.places[folder].folder} leaves over {limit:.0%} of the garment visible"
            yield "warning", kind, folder


def _seen(split: Split, garment: Decoded) -> Iterator[tuple[Folder, Mask]]:
    """Which of the garment's pixels, (N,) or (N, 3), each file leaves visible."""
    if "agnostic_mask" in garment:
        yield "agnostic_mask", garment["agnostic_mask"] < 128
    if "parse_agnostic" in garment:
        yield "parse_agnostic", labelled(garment["parse_agnostic"], split.garment_labels)
    if "agnostic" in garment and "image" in garment:
        yield "agnostic", _still_photo(garment["agnostic"], garment["image"])


def _still_photo(agnostic: Pixels, photo: Pixels) -> Mask:
    """Which pixels (N, 3) have the photograph's colour, and that is not the grey fill; (N,)."""
    kept = (np.abs(agnostic.astype(np.int16) - photo) <= SAME_LEVELS).all(axis=1)
    grey = (np.abs(photo.astype(np.int16) - GREY) <= SAME_LEVELS).all(axis=1)
    shown: Mask = kept & ~grey
    return shown

"""Images that are, in whole or in part, the photograph or the ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
from PIL import Image

from tryonbench.data.agnostic import Mask
from tryonbench.data.check.findings import Fault
from tryonbench.data.sample import Sample, missing_folders
from tryonbench.data.truth import is_own_garment, truth_path
from tryonbench.errors import InputError
from tryonbench.images import Filter, Pixels, decode, resized

ROUNDING = 1
"""Levels of 255 by which equal pixels may differ: one rounding to 8 bits."""
TILES = (32, 24)
"""Rows and columns of the area means that near copies are told by; tiles have 8x8 pixels at least,
as JPEG's blocks have, so that its losses average out."""
NEAR_LEVELS = 6.0
"""Largest difference of a tile's mean colour at which an image is nearly a copy.

As JPEG q75, 45 real photographs differ by 2.2 levels at most at 512x384 and by 4.8 at 256x192, 120
procedural ones by 5.7 (256x192); resized by another filter (not nearest) by 3.5. Of 600 outputs of
three trained methods at 64x48 none is nearer to the truth than 9.9, and one person in two garments
differs by 18 at least."""
DETAIL = 8.0
"""Levels between neighbours from which a pixel shows detail. Flat ground is equal by chance: of all
pixels outside the mask, JPEG q95 and a blur of half a pixel leave 0.9 equal."""
REPAINTED = 0.75
"""Share of the detailed pixels outside the mask, equal to the photograph, that tells of pasting.

Pasting gives 1, and less where a method's own mask covers more. Without it, 3 real photographs and
60 procedural ones at 512x384 and 256x192 reach 0.47 when blurred by half a pixel, 0.42 as JPEG q95,
0.72 when resized by another filter, 0.68 with noise of one level. JPEG q95 of the published files
at their own size reaches 0.90, which is the photograph's own quantisation again."""
LEAST_DETAIL = 20
"""Detailed pixels outside the mask that a share needs."""

TRUTH, PERSON = "the ground truth (leak)", "the input person (copied)"


def copy_faults(name: str, sample: Sample, pixels: Pixels, exact: bool) -> Iterator[Fault]:
    """Copied, leaked, or pasted into the photograph.

    Args:
        pixels: the output at the sample's size, uint8 (H, W, 3).
        exact: it was saved at that size, so that single pixels can be compared.

    Raises:
        InputError: the photograph or the ground truth cannot be read.
    """
    own = is_own_garment(sample.pair)
    photos = _versions(sample.photo, sample.size)
    whole = list(_copy_of(name, photos, pixels, TRUTH if own else PERSON, exact))
    truth = None if own else truth_path(sample.split, sample.pair)
    if truth:
        whole += _copy_of(name, _opened(truth, sample.size), pixels, TRUTH, exact)
    yield from whole
    if exact and not whole:
        yield from _pasted(name, sample, photos, pixels)


def _copy_of(
    name: str, versions: Sequence[Pixels], pixels: Pixels, what: str, exact: bool
) -> Iterator[Fault]:
    """Equal up to rounding, or nearly equal everywhere, however the source was resized."""
    if exact and any(_equal(version, pixels).all() for version in versions):
        yield Fault("error", f"identical to {what}", name)
        return
    far = min(farthest_tile(version, pixels) for version in versions)
    if far <= NEAR_LEVELS:
        yield Fault("warning", f"near identical to {what}", f"{name}: {far:.1f} levels apart")


def _opened(path: Path, size: tuple[int, int]) -> list[Pixels]:
    return _versions(np.asarray(decode(path, "RGB")), size)


def _versions(picture: Pixels, size: tuple[int, int]) -> list[Pixels]:
    """A picture at a size, by each filter that others may have taken; itself if it has that size.

    OpenCV's bilinear filter halves as an area mean does.
    """
    if picture.shape[:2] == size:
        return [picture]
    image = Image.fromarray(picture)
    area = cv2.resize(picture, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    others = (np.asarray(resized(image, size, kind)) for kind in get_args(Filter))
    return [area.astype(np.uint8), *others]


def _equal(first: Pixels, second: Pixels) -> Mask:
    """Which pixels are equal up to rounding, (H, W)."""
    same: Mask = np.asarray(cv2.absdiff(first, second)).max(axis=2) <= ROUNDING
    return same


def farthest_tile(first: Pixels, second: Pixels) -> float:
    """The largest difference of two pictures' area means, in levels, averaged over RGB.

    Both uint8 (H, W, 3). Detail finer than the 32x24 tiles counts for nothing.
    """
    rows, columns = (min(n, side // 8) or 1 for n, side in zip(TILES, first.shape[:2], strict=True))
    one, two = (
        cv2.resize(picture.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        for picture in (first, second)
    )
    return float(np.abs(one - two).mean(axis=2).max())


def _pasted(name: str, sample: Sample, photos: Sequence[Pixels], pixels: Pixels) -> Iterator[Fault]:
    """The photograph, or the agnostic picture made from it, outside the agnostic mask."""
    mask = _agnostic_mask(sample)
    if mask is None:
        yield Fault("note", "pasting outside the mask not checked: no agnostic masks", name)
        return
    detailed = ~mask & _detailed(pixels)
    equal = _most_equal([*photos, *_agnostic_pictures(sample)], pixels, detailed)
    if detailed.sum() >= LEAST_DETAIL and equal[detailed].mean() >= REPAINTED:
        outside, inside = equal[~mask].mean(), equal[mask].mean()
        kind = "the photograph is pasted outside the mask (repaint); share of equal pixels"
        yield Fault("warning", kind, f"{name}: outside {outside:.1%}, inside {inside:.1%}")


def _most_equal(versions: Sequence[Pixels], pixels: Pixels, where: Mask) -> Mask:
    """Which pixels equal those of the version that has most of them in a region."""
    return max((_equal(version, pixels) for version in versions), key=lambda e: e[where].sum())


def _agnostic_pictures(sample: Sample) -> list[Pixels]:
    """The data set's agnostic picture, whose JPEG data are others than the photograph's."""
    path = sample.split.path("agnostic", sample.pair.person)
    return _opened(path, sample.size) if path.is_file() else []


def _agnostic_mask(sample: Sample) -> Mask | None:
    """What the agnostic image hides, (H, W), if the data tell."""
    if missing_folders(sample.split, "agnostic_mask"):
        return None
    try:
        return sample.array("agnostic_mask").astype(bool)
    except InputError:
        return None


def _detailed(pixels: Pixels) -> Mask:
    """Pixels that differ from the one to the left or above, (H, W)."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = np.abs(np.diff(grey, axis=1, prepend=grey[:, :1]))
    down = np.abs(np.diff(grey, axis=0, prepend=grey[:1]))
    shown: Mask = np.maximum(across, down) >= DETAIL
    return shown

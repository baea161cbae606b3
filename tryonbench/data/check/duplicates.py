"""Pictures that occur twice: the same bytes, or the same to the eye.

A photograph's perceptual hash is its 8x8 area means in RGB. Two pictures look the same if no mean
differs by more than `LOOK_LEVELS`. The usual 64-bit DCT hash was measured too and not taken: it
sees no colour and, of garments on white, mostly the outline: 56 of 24,090 pairs of different
procedural garments lay within 4 bits, where JPEG at quality 50 alone cost up to 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tryonbench.data.check.findings import Fault
from tryonbench.files import file_sha256
from tryonbench.images import Pixels

GRID = 8
LOOK_LEVELS = 6
"""Largest difference of two 8x8 means, in levels of 255, at which pictures look the same.

Measured on 43 garments and 45 photographs of VITON-HD: JPEG at quality 50 costs 3 levels at most,
at quality 30 5, a resize to 90 % 1; different garments differ by 54 at least, photographs by 80.
Of 220 procedural ones at 256x192, JPEG at quality 50 costs 6; but for one twin (7), garments differ
by 18 at least."""

WHAT = {"image": "photographs", "cloth": "garments"}


class Print(NamedTuple):
    """What is kept of a picture: 224 bytes."""

    sha256: bytes
    means: bytes
    """RGB of the 8x8 area means, uint8."""


Prints = Mapping[str, Print]
"""By id."""


def fingerprint(path: Path, pixels: Pixels) -> Print:
    """The print of a picture, uint8 (H, W, 3), and of its file."""
    means = cv2.resize(pixels, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return Print(bytes.fromhex(file_sha256(path)), means.tobytes())


def repeats(what: str, prints: Prints) -> Iterator[Fault]:
    """Pictures that occur twice in one split."""
    same = _same_within(prints)
    alike = _alike_within({name: p for name, p in prints.items() if name not in same})
    yield from _faults(f"{what} twice", same)
    yield from _faults(f"{what} that look the same", alike)


def shared(what: str, prints: Prints, train: Prints) -> Iterator[Fault]:
    """Pictures of a split that occur in the training split as well."""
    same = _same_in(prints, train)
    alike = _alike_in({name: p for name, p in prints.items() if name not in same}, train)
    yield from _faults(f"{what} that are in train as well", same, "train/")
    yield from _faults(f"{what} that look like one in train", alike, "train/")


def _faults(kind: str, matches: Mapping[str, str], folder: str = "") -> Iterator[Fault]:
    for name, other in sorted(matches.items()):
        yield Fault("warning", kind, f"{name} = {folder}{other}")


def _same_within(prints: Prints) -> dict[str, str]:
    """Each repeat, and the first with its bytes."""
    first: dict[bytes, str] = {}
    firsts = {name: first.setdefault(p.sha256, name) for name, p in sorted(prints.items())}
    return {name: other for name, other in firsts.items() if other != name}


def _same_in(prints: Prints, others: Prints) -> dict[str, str]:
    known = {p.sha256: name for name, p in others.items()}
    return {name: known[p.sha256] for name, p in prints.items() if p.sha256 in known}


def _alike_within(prints: Prints) -> dict[str, str]:
    """Pictures whose nearest other picture looks the same; of two, the later names the earlier."""
    names = sorted(prints)
    nearest = _nearest(prints, prints, 2)
    pairs = ((names[i], names[j]) for i, j in nearest if i != j)
    return {max(pair): min(pair) for pair in pairs}


def _alike_in(prints: Prints, others: Prints) -> dict[str, str]:
    names, known = sorted(prints), sorted(others)
    return {names[i]: known[j] for i, j in _nearest(prints, others, 1)}


def _nearest(prints: Prints, others: Prints, count: int) -> Iterator[tuple[int, int]]:
    """Positions (sorted by id) of pictures and of their nearest others that look the same.

    By a k-d tree: about n log n, as hardly any two of these points are so near each other.
    """
    from scipy.spatial import cKDTree

    if not prints or not others:
        return
    distances, found = cKDTree(_points(others)).query(
        _points(prints), k=range(1, count + 1), p=np.inf, distance_upper_bound=LOOK_LEVELS + 0.5
    )
    for i, rank in zip(*np.nonzero(np.isfinite(distances)), strict=True):
        yield int(i), int(found[i, rank])


def _points(prints: Prints) -> NDArray[np.float64]:
    """(N, 192), sorted by id."""
    means = [np.frombuffer(prints[name].means, np.uint8) for name in sorted(prints)]
    return np.stack(means).astype(np.float64)

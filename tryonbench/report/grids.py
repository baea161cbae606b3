"""How the pictures of fixed samples changed in the course of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tryonbench.errors import InputError
from tryonbench.images import decode
from tryonbench.report.thumbnails import Thumbnail, data_uri
from tryonbench.runs import Run

TIMES = 6
"""Grids of a run that are shown, evenly over the training, the first and last among them."""
TALLEST = 420
"""Pixels of a grid."""


@dataclass(frozen=True)
class Grid:
    """The fixed samples after so many images."""

    images: int
    picture: Thumbnail


@dataclass(frozen=True)
class Strip:
    """The grids of one run, in the order of time."""

    method: str
    grids: tuple[Grid, ...]


def strips_of(runs: Sequence[Run], names: Mapping[Path, str]) -> list[Strip]:
    """One for each run that kept sample grids."""
    found = [Strip(names[run.folder], _grids(run, names[run.folder])) for run in runs]
    return sorted((strip for strip in found if strip.grids), key=lambda strip: strip.method)


def _grids(run: Run, method: str) -> tuple[Grid, ...]:
    files = sorted(file for file in run.grid(0).parent.glob("*.png") if file.stem.isdecimal())
    if not files:
        return ()
    places = np.unique(np.linspace(0, len(files) - 1, TIMES).round().astype(int))
    return tuple(grid for i in places if (grid := _grid(files[i], method)))


def _grid(file: Path, method: str) -> Grid | None:
    """A grid's picture; none if its file is broken."""
    images = int(file.stem)
    try:
        picture = decode(file, "RGB")
    except InputError:
        return None
    share = min(1.0, TALLEST / picture.height)
    size = max(1, round(picture.height * share)), max(1, round(picture.width * share))
    alt = f"samples of {method} after {images:,} images"
    return Grid(images, Thumbnail(data_uri(picture, size), alt, size[1], size[0]))

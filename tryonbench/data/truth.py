"""The right answer for a pair, where a data set knows it, and which pixels are garment in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryonbench.data.agnostic import labelled
from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import parse_labels
from tryonbench.images import decode, resized


def is_own_garment(pair: Pair) -> bool:
    """Whether the photograph itself shows the pair."""
    return pair.person == pair.cloth


def truth_path(split: Split, pair: Pair) -> Path | None:
    """The true picture of a pair: the photograph, or the procedural data's, or None."""
    if is_own_garment(pair):
        return split.path("image", pair.person)
    path = split.path("truth", pair.truth)
    return path if path.is_file() else None


def region_path(split: Split, pair: Pair) -> Path:
    """The parse map of the true picture, there or not."""
    if is_own_garment(pair):
        return split.path("parse", pair.person)
    return split.path("truth_parse", pair.truth)


def garment_region(split: Split, pair: Pair, size: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Where the true picture shows the garment, (H, W), or None where no parse says so."""
    path = region_path(split, pair)
    if not path.is_file():
        return None
    parse = parse_labels(split, path) if is_own_garment(pair) else np.asarray(decode(path, "P"))
    shown = labelled(parse, split.garment_labels)
    return np.asarray(resized(Image.fromarray(shown), size, "nearest"))

"""What a data folder's pictures are like: counts, labels, joints, colours, masks, compression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryonbench.data.colours import Lab, colour_name
from tryonbench.data.jobs import Job
from tryonbench.data.keypoints import BODY25
from tryonbench.data.labels import LABELS
from tryonbench.data.layout import Split, open_split, splits
from tryonbench.data.measure import Measures, measure
from tryonbench.data.pairs import pairs_of
from tryonbench.errors import InputError
from tryonbench.pool import in_order

Stats = dict[str, Any]
"""JSON: see `split_stats`."""


def root_stats(root: Path, workers: int | None = None) -> Stats:
    """`{"root": …, "splits": {name: split_stats}}`.

    Args:
        workers: number of processes; by default all cores, or one for a small split.

    Raises:
        InputError: not a data root, or a file cannot be read.
    """
    opened = [open_split(root, name) for name in splits(root) or ["train"]]
    found = {split.name: split_stats(split, workers) for split in opened}
    return {"root": str(root), "splits": found}


def split_stats(split: Split, workers: int | None = None) -> Stats:
    """Counts, sizes and measures of a split; what its files do not tell is left out.

    Shares and rates are 0..1: of labels, the mean over photographs; of joints, the share of
    persons in whom it was found. COCO-18 is these 25 without the mid hip and the feet.

    Raises:
        InputError: a file cannot be read.
    """
    persons, garments = split.ids("image"), split.ids("cloth")
    jobs = [Job(split.root, split.name, name) for name in sorted({*persons, *garments})]
    rows = list(in_order(measure, jobs, f"measure {split.name}", workers))
    counts = {"persons": len(persons), "garments": len(garments)}
    return {**counts, **_pair_counts(split), **_known(_measured(rows))}


def _pair_counts(split: Split) -> Stats:
    """Persons with their own garment, and lines of the unpaired list (None without one)."""
    try:
        listed = len(pairs_of(split, "unpaired", f"{split.name}_pairs.txt").pairs)
    except InputError:
        listed = None
    own = len(set(split.ids("image")) & set(split.ids("cloth")))
    return {"own_garment_pairs": own, "listed_pairs": listed}


def _known(stats: Mapping[str, Any]) -> Stats:
    return {name: value for name, value in stats.items() if value}


def _measured(rows: Sequence[Measures]) -> Stats:
    return {
        "sizes": _sizes(rows),
        "jpeg_quality": _spread([row.quality for row in rows]),
        "agnostic_mask": _spread([row.cover for row in rows]),
        "labels": _means(LABELS, [row.labels for row in rows if row.labels is not None]),
        "joints": _means(BODY25, [row.joints for row in rows if row.joints is not None]),
        "garment_colours": _colours([row.colour for row in rows if row.colour]),
        "garment_lab": _lab([row.colour for row in rows if row.colour]),
        "attributes": _attributes(rows),
    }


def _sizes(rows: Sequence[Measures]) -> dict[str, int]:
    """Photographs of each size, HEIGHTxWIDTH, the commonest first."""
    counts = Counter(f"{row.size[0]}x{row.size[1]}" for row in rows if row.size)
    return dict(counts.most_common())


def _spread(values: Sequence[float | None]) -> dict[str, float]:
    known = np.array([value for value in values if value is not None])
    if not len(known):
        return {}
    return {"mean": float(known.mean()), "min": float(known.min()), "max": float(known.max())}


def _means(names: Sequence[str], rows: Sequence[NDArray[Any]]) -> dict[str, float]:
    """The mean of each column, by name."""
    if not rows:
        return {}
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))


def _colours(colours: Sequence[Lab]) -> dict[str, float]:
    """Share of the garments whose mean colour has a name, the commonest first."""
    counts = Counter(map(colour_name, colours))
    return {name: count / len(colours) for name, count in counts.most_common()}


def _lab(colours: Sequence[Lab]) -> dict[str, list[float]]:
    """Mean and standard deviation of the garments' mean colours in CIELAB."""
    if not colours:
        return {}
    return {"mean": np.mean(colours, axis=0).tolist(), "std": np.std(colours, axis=0).tolist()}


def _attributes(rows: Sequence[Measures]) -> dict[str, dict[str, int]]:
    """How often each value was drawn, by attribute."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for attribute, value in row.attributes:
            counts.setdefault(attribute, Counter())[value] += 1
    return {attribute: dict(found.most_common()) for attribute, found in counts.items()}

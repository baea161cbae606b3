"""Rows of the data's own pictures, which no method makes: what a number means for the others.

`truth-jpeg75` is the ground truth saved as JPEG of quality 75 and read back: what pictures score
that nobody tells from perfect ones. `split-half` is the distance of one random half of the
photographs from the other: what perfect pictures of other people score at that number of images.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair, PairList
from tryonbench.data.truth import truth_path
from tryonbench.generation import Task
from tryonbench.images import Pixels, save_png
from tryonbench.metrics.halves import persons_of
from tryonbench.metrics.views import open_picture, saved, truth_view
from tryonbench.processes.world import dealt
from tryonbench.progress import progress
from tryonbench.protocols import Codec, Protocol

TRUTH_JPEG, SPLIT_HALF = "truth-jpeg75", "split-half"
FLOOR = (TRUTH_JPEG, SPLIT_HALF)
CODEC: Codec = "jpeg75"
CODE = ("tryonbench.floor", "tryonbench.images", "tryonbench.metrics.views")
"""What decides the pictures."""


def write_truths(task: Task, folder: Path, todo: list[int], title: str) -> None:
    """Write `ID.png` for the pairs at some positions, as they come back from JPEG; of several
    processes each writes its share."""
    ids, pairs, mine = task.pairs.ids, task.pairs.pairs, dealt(todo, 1)
    with progress(title, len(mine)) as update:
        for done, position in enumerate(mine, 1):
            pixels = truth_as_jpeg(task.split, pairs[position], task.protocol)
            save_png(folder / f"{ids[position]}.png", pixels)
            update(done)


def truth_as_jpeg(split: Split, pair: Pair, protocol: Protocol) -> Pixels:
    """The true picture, resized as the protocol resizes it, after JPEG: uint8 (H, W, 3).

    Real unpaired pairs have no truth; then it is the photograph of the person.

    Raises:
        InputError: the picture cannot be read.
    """
    path = truth_path(split, pair) or split.path("image", pair.person)
    seen = truth_view(protocol).of(open_picture(path))
    return np.asarray(saved(Image.fromarray(np.rint(seen).astype(np.uint8)), CODEC))


def floor_note(name: str, split: Split, pairs: PairList) -> str | None:
    """What the row is, where its name does not say it."""
    if name == SPLIT_HALF:
        half = len(persons_of(pairs.pairs)) // 2
        return (
            f"between two random halves of the photographs, {half} images each, at which FID is "
            "higher than at more"
        )
    if pairs.pairs and truth_path(split, pairs.pairs[0]) is None:
        return "the photographs themselves: real unpaired pairs have no ground truth"
    return None

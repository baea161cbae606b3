"""The pictures of some items in memory: each file decoded once, each view of it made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample
from tryonbench.data.truth import garment_region, is_own_garment, truth_path
from tryonbench.errors import InputError
from tryonbench.images import UnfitPicture
from tryonbench.metrics.base import Region
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.views import Decoded, Picture, Size, View, as_unit, open_picture

CHUNK = 8
"""Images that are in memory at a time, and as many that are decoded ahead."""

Kind = Literal["outputs", "truths", "photographs"]
In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True)
class Item:
    """An image to score and the pair it shows."""

    id: str
    output: Path
    pair: Pair


@dataclass(frozen=True)
class Wanted:
    """Which pictures an evaluation looks at besides the outputs."""

    truths: bool
    photographs: bool
    sizes: frozenset[Size]
    """What the outputs must have, by the protocols that resize no output; none: any."""


@dataclass
class Chunk:
    """Some items with their decoded pictures; a view of one kind is stacked once."""

    split: Split
    items: Sequence[Item]
    outputs: list[Decoded]
    truths: list[Decoded]
    photographs: list[Decoded]
    _seen: dict[tuple[Kind, View], list[Picture]] = field(default_factory=dict)

    def pictures(self, kind: Kind, view: View) -> list[Picture]:
        """The outputs, truths or photographs in a view."""
        if (kind, view) not in self._seen:
            decoded: list[Decoded] = getattr(self, kind)
            self._seen[kind, view] = [view.of(picture) for picture in decoded]
        return self._seen[kind, view]

    def unit(self, kind: Kind, view: View) -> Tensor:
        """The same as float32 (N, 3, H, W) in [0, 1]."""
        return as_unit(self.pictures(kind, view))

    def region(self, name: Region, size: Size) -> Tensor | None:
        """The pixels of a region, bool (N, H, W), if they are known of all items."""
        regions = [_region(self.split, item.pair, name, size) for item in self.items]
        known = [region for region in regions if region is not None]
        return torch.from_numpy(np.stack(known)) if len(known) == len(regions) else None


def _region(split: Split, pair: Pair, name: Region, size: Size) -> NDArray[np.bool_] | None:
    if name == "garment":
        return garment_region(split, pair, size)
    return ~Sample(split, pair, size).array("agnostic_mask")


def load_chunk(
    split: Split, items: Sequence[Item], wanted: Wanted, problems: Problems
) -> Chunk | None:
    """Decode the pictures of some items; None if an output has a problem, which is noted.

    Raises:
        InputError: a photograph or a truth cannot be read.
    """
    outputs = [_output(item, wanted, problems) for item in items]
    whole = [output for output in outputs if output is not None]
    if len(whole) < len(items):
        return None
    photographs = [_photograph(split, item) for item in items] if wanted.photographs else []
    truths = [
        photographs[i] if wanted.photographs and is_own_garment(item.pair) else _truth(split, item)
        for i, item in enumerate(items if wanted.truths else ())
    ]
    return Chunk(split, items, whole, truths, photographs)


def _output(item: Item, wanted: Wanted, problems: Problems) -> Decoded | None:
    """An output, or None with the problem noted."""
    try:
        picture = open_picture(item.output)
    except UnfitPicture as error:
        problems.add("unfit", str(error).replace(str(item.output), item.output.name, 1))
        return None
    except InputError:
        problems.add("unreadable", item.output.name)
        return None
    size = picture.image.height, picture.image.width
    wrong = sorted(wanted.sizes - {size})
    for height, width in wrong:
        problems.add(f"not {height}x{width}", f"{item.output.name} is {size[0]}x{size[1]}")
    return None if wrong else picture


def _photograph(split: Split, item: Item) -> Decoded:
    return open_picture(split.path("image", item.pair.person))


def _truth(split: Split, item: Item) -> Decoded:
    path = truth_path(split, item.pair)
    if path is None:
        raise InputError(f"{split.folder} has the true picture of some pairs only")
    return open_picture(path)


def ahead(work: Callable[[In], Out], inputs: Iterable[In]) -> Iterator[Out]:
    """`map`, with the next input worked on in a thread while the caller uses the last result."""
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
        waiting = None
        for each in inputs:
            following = pool.submit(work, each)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


def chunks(items: Sequence[In]) -> Iterator[Sequence[In]]:
    """The items, CHUNK at a time."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))

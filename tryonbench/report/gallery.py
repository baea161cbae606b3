"""The gallery: person, garment, ground truth and every method's image, sample by sample."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tryonbench.data.truth import truth_path
from tryonbench.metrics.outputs import ENDINGS
from tryonbench.report.attributes import Attributes
from tryonbench.report.charts.base import digits
from tryonbench.report.choose import chosen
from tryonbench.report.images import PerImage, Source
from tryonbench.report.lost import images_of
from tryonbench.report.thumbnails import Thumbnail, Wanted, thumbnails
from tryonbench.results.cells import metric_style

NO_TRUTH = "no ground truth in real unpaired data"
NO_IMAGE = "no image"
BEFORE = ("Person", "Garment", "Ground truth")
"""The columns before the methods."""


@dataclass(frozen=True)
class Size:
    """How much of the pictures the file carries."""

    samples: int = 96
    tallest: int = 256
    """Pixels; taller pictures are reduced."""
    full: bool = False
    """Whether pictures link to their files."""


DEFAULT = Size()


@dataclass(frozen=True)
class Sample:
    """A row of the gallery."""

    id: str
    position: int
    """In the pair list."""
    pictures: tuple[Thumbnail, ...]
    """Person, garment, truth, then the methods."""
    links: tuple[str | None, ...]
    """To the files, if they are linked."""


@dataclass(frozen=True)
class Gallery:
    """The pictures of some samples, and the values of all."""

    images: PerImage
    attributes: Attributes
    samples: tuple[Sample, ...] = ()

    @property
    def methods(self) -> tuple[str, ...]:
        return self.images.methods

    @property
    def total(self) -> int:
        return len(self.images.ids)

    @property
    def photographs(self) -> bool:
        return bool(self.images.source and self.images.source.photographs and self.samples)

    @cached_property
    def data(self) -> dict[str, Any]:
        """What the page's script sorts, filters and searches by."""
        metrics = [
            {
                "key": column.key,
                "label": column.heading,
                "decimals": metric_style(column.key).decimals,
                "higher": column.higher_is_better,
            }
            for column in self.images.metrics
        ]
        scales = [metric_style(column.key).scale for column in self.images.metrics]
        values = [
            [
                [digits(float(v) * scale, 5) for v in self.images.values[method][column.key]]
                for column, scale in zip(self.images.metrics, scales, strict=True)
            ]
            for method in self.methods
        ]
        return {
            "ids": self.images.ids,
            "methods": self.methods,
            "metrics": metrics,
            "values": values,
            "attributes": self.attributes,
            "columns": [*BEFORE, *self.methods],
        }


def gallery_of(images: PerImage, attributes: Attributes, size: Size, out: Path) -> Gallery:
    """The gallery of a table's rows; without data or protocol, one without pictures.

    Args:
        out: the folder of the page, from which files are linked.
    """
    if not images.source:
        return Gallery(images, attributes)
    positions = chosen(images, size.samples)
    folders = {entry.name: images_of(entry) for entry in images.entries}
    rows = [list(_row(images.source, images.ids[i], folders)) for i in positions]
    flat = [one for row in rows for one in row]
    made = iter(thumbnails(flat, images.source.protocol.size, size.tallest))
    samples = tuple(
        Sample(images.ids[i], i, tuple(islice(made, len(row))), _links(row, out, size.full))
        for i, row in zip(positions, rows, strict=True)
    )
    return Gallery(images, attributes, samples)


def _row(source: Source, name: str, folders: Mapping[str, Path]) -> Iterator[Wanted]:
    """The pictures of a sample."""
    split, pair = source.split, source.pairs[name]
    yield Wanted(split.path("image", pair.person), f"person {pair.person}", NO_IMAGE)
    yield Wanted(split.path("cloth", pair.cloth), f"garment {pair.cloth}", NO_IMAGE)
    yield Wanted(truth_path(split, pair), f"ground truth of {name}", NO_TRUTH)
    for method, folder in folders.items():
        yield Wanted(_output(folder, name), f"{name} by {method}", NO_IMAGE)


def _links(files: Sequence[Wanted], out: Path, full: bool) -> tuple[str | None, ...]:
    """Addresses of the files, as seen from the page; none unless asked for."""
    base = out.resolve()
    if not full:
        return (None,) * len(files)
    return tuple(
        quote(Path(os.path.relpath(one.path.resolve(), base)).as_posix()) if one.path else None
        for one in files
    )


def _output(folder: Path, name: str) -> Path | None:
    """The image of a sample."""
    found = (folder / f"{name}{ending}" for ending in (*ENDINGS, *map(str.upper, ENDINGS)))
    return next((file for file in found if file.is_file()), None)

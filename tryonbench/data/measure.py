"""What `data stats` reads off the files of one id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryonbench.data.agnostic import agnostic_mask
from tryonbench.data.colours import Lab, mean_lab
from tryonbench.data.dresscode import garment_mask
from tryonbench.data.jobs import Job
from tryonbench.data.keypoints import found
from tryonbench.data.labels import COUNT
from tryonbench.data.layout import Folder
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample
from tryonbench.files import read_json
from tryonbench.images import decode, open_image

STANDARD_SUM = 3688
"""Sum of the luminance table in Annex K of the JPEG standard, which quality 50 uses."""


@dataclass(frozen=True)
class Measures:
    """The measures of an id; None for what its files do not tell."""

    size: tuple[int, int] | None = None
    """Height and width of the photograph."""
    quality: float | None = None
    """Estimated JPEG quality of the photograph."""
    labels: NDArray[np.float64] | None = None
    """Share of the pixels of each parse label, (20,)."""
    joints: NDArray[np.bool_] | None = None
    """Which Body25 joints were found, (25,)."""
    cover: float | None = None
    """Share of the photograph that the agnostic mask covers."""
    colour: Lab | None = None
    """Mean colour of the garment."""
    attributes: tuple[tuple[str, str], ...] = ()
    """What a procedural set says: category, pattern, pose of each arm."""


def measure(job: Job) -> Measures:
    """Read an id's files and measure them.

    Raises:
        InputError: a file cannot be read.
    """
    split = job.opened()
    there = {folder for folder in split.places if split.path(folder, job.name).is_file()}
    sample = Sample(split, Pair(job.name, job.name), (1, 1))
    photo = split.path("image", job.name)
    return Measures(
        size=sample.photo_size if "image" in there else None,
        quality=jpeg_quality(photo) if "image" in there else None,
        labels=_label_shares(sample) if {"image", "parse"} <= there else None,
        joints=found(sample.body25) if {"image", "keypoints"} <= there else None,
        cover=_cover(sample, there),
        colour=garment_colour(sample) if "cloth" in there else None,
        attributes=tuple(_attributes(split.folder / "attributes" / f"{job.name}.json")),
    )


def jpeg_quality(path: Path) -> float | None:
    """The quality setting, as libjpeg's scale of the standard table; None if not a JPEG.

    Exact to about 1 for files that use the standard tables, a guess for others.
    """
    with open_image(path) as image:
        tables: dict[int, list[int]] = getattr(image, "quantization", {})
    if not tables:
        return None
    scale = 100 * sum(tables[0]) / STANDARD_SUM
    return 100 - scale / 2 if scale <= 100 else 5000 / scale


def _label_shares(sample: Sample) -> NDArray[np.float64]:
    return np.bincount(sample.parse.ravel(), minlength=COUNT) / sample.parse.size


def _cover(sample: Sample, there: set[Folder]) -> float | None:
    """From the mask's file, or from what the loader would compute in its place."""
    if "agnostic_mask" in there:
        path = sample.split.path("agnostic_mask", sample.pair.person)
        return float((np.asarray(decode(path, "L")) >= 128).mean())
    if not {"image", "parse", "keypoints"} <= there:
        return None
    return float(agnostic_mask(sample.parse, sample.body25, sample.split.category).mean())


def garment_colour(sample: Sample) -> Lab | None:
    """The mean colour where the garment's mask, or else what is not white, shows it."""
    picture = np.asarray(decode(sample.split.path("cloth", sample.pair.cloth), "RGB"))
    path = sample.split.path("cloth_mask", sample.pair.cloth)
    known = np.asarray(decode(path, "L")) if path.is_file() else None
    fits = known is not None and known.shape == picture.shape[:2]
    mask = (known if known is not None and fits else garment_mask(picture)) >= 128
    return mean_lab(picture, mask) if mask.any() else None


def _attributes(path: Path) -> Iterator[tuple[str, str]]:
    """Names and values of what a procedural sample was drawn with."""
    if not path.is_file():
        return
    drawn = read_json(path)
    yield "category", drawn["garment"]["category"]
    yield "pattern", drawn["garment"]["look"]["pattern"]
    for arm in ("right", "left"):
        yield f"{arm} arm", drawn["person"]["pose"][arm]["name"]

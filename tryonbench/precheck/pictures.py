"""What is wrong with one image, decoded once, and what of it is compared with the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tryonbench.data.check.duplicates import Print, fingerprint
from tryonbench.data.check.findings import Fault
from tryonbench.data.colours import Lab, mean_lab
from tryonbench.data.jobs import Job
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample
from tryonbench.errors import InputError
from tryonbench.images import Filter, Pixels, decode, resized
from tryonbench.precheck.coding import file_faults, pixel_faults
from tryonbench.precheck.copies import copy_faults
from tryonbench.precheck.garments import garment_place

CONSTANT = 2
"""Largest range of levels of an image without content: rounding, and what JPEG makes of one
colour. Of 45 real photographs and 120 procedural pictures each ranges over 200 and more."""
ASPECT = 0.01
"""Relative difference of height / width that is rounding: one pixel in 100. Squashing to a square
changes it by a third."""


class Output(NamedTuple):
    """An image to look at."""

    job: Job
    file: Path
    pair: Pair
    size: tuple[int, int]
    """Height and width that the protocol asks for."""
    resize: Filter


@dataclass(frozen=True)
class Look:
    """What is kept of an image; only faults if it cannot be read."""

    faults: tuple[Fault, ...]
    size: tuple[int, int] | None = None
    print: Print | None = None
    """None for a constant image."""
    colour: Lab | None = None
    """Mean colour where the person wears the garment; None if that is not known."""


def look_at(output: Output) -> Look:
    """Decode an image and note what is wrong with it.

    Raises:
        InputError: a file of the data set cannot be read.
    """
    try:
        image = decode(output.file, "RGB")
    except InputError as error:
        return Look((_refused(output, error),))
    pixels = np.asarray(image)
    size = (image.height, image.width)
    faults = [*_size_faults(output, size), *file_faults(output.file)]
    if np.ptp(pixels, axis=(0, 1)).max() <= CONSTANT:
        return Look((*faults, Fault("error", "constant", output.file.name)), size)
    faults += pixel_faults(output.file, pixels)
    fitted = np.asarray(resized(image, output.size, output.resize))
    sample = Sample(output.job.opened(), output.pair, output.size)
    faults += copy_faults(output.job.name, sample, fitted, exact=size == output.size)
    return Look(tuple(faults), size, fingerprint(output.file, pixels), _colour(sample, fitted))


def _refused(output: Output, error: InputError) -> Fault:
    """What cannot be decoded, and what `eval` will not take."""
    kind = "unreadable" if error.__cause__ else "refused"
    return Fault("error", kind, str(error).removeprefix(f"{output.file.parent}/"))


def _size_faults(output: Output, size: tuple[int, int]) -> Iterator[Fault]:
    """Another size than the protocol's, and whether the aspect ratio is another as well."""
    if size == output.size:
        return
    wanted = f"{output.size[0]}x{output.size[1]}"
    aspect = (size[0] / size[1]) / (output.size[0] / output.size[1])
    kind = "squashed or cropped: another aspect ratio than" if abs(aspect - 1) > ASPECT else "not"
    yield Fault("error", f"{kind} {wanted}", f"{output.file.name} is {size[0]}x{size[1]}")


def _colour(sample: Sample, pixels: Pixels) -> Lab | None:
    place = garment_place(sample.split, sample.pair.person, sample.size)
    return mean_lab(pixels, place) if place is not None else None

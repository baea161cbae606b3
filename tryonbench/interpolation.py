"""A row of pictures of one person, from one garment to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.checkpoint import is_export
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import Folder, Split
from tryonbench.data.pairs import Pair, PairList
from tryonbench.errors import InputError, did_you_mean
from tryonbench.files import make_folder
from tryonbench.generation import device
from tryonbench.images import save_png, to_pixels
from tryonbench.seeds import image_seed
from tryonbench.subjects import Subject, load_subject, subject_size

FOLDER = "interpolations"
"""In a run's folder, where its rows are saved."""


@runtime_checkable
class Interpolates(Protocol):
    """What a method offers beyond the contract if it can dress a person between two garments."""

    def interpolate(
        self, batch: TryOnBatch, other: TryOnBatch, shares: Sequence[float], seeds: Sequence[int]
    ) -> Tensor:
        """Images of the persons of `batch`, (N, 3, H, W) in [-1, 1].

        Args:
            other: the same persons with other garments.
            shares: one a row, in [0, 1]; 0 = the garment of `batch`, 1 = that of `other`.
            seeds: one a row.
        """


@dataclass(frozen=True)
class Row:
    """What is shown."""

    split: Split
    garments: tuple[str, str]
    """Ids of the first and the last garment."""
    person: str | None
    """Id; None: the split's first."""
    steps: int
    """Pictures in the row, both ends included."""


def save_row(subject: Subject, row: Row, out: Path | None) -> Path:
    """Write `PERSON__A__B.png`, the pictures side by side, in `out` or in the run's folder.

    Raises:
        InputError: the method cannot interpolate, or an id is unknown.
    """
    _refuse_other_methods(subject)
    person = row.person or row.split.ids("image")[0]
    _refuse_unknown(row.split, "image", person)
    for garment in row.garments:
        _refuse_unknown(row.split, "cloth", garment)
    images = _images(subject, row, person)
    path = (
        make_folder(out or subject.run.folder / FOLDER) / f"{person}__{'__'.join(row.garments)}.png"
    )
    save_png(path, to_pixels(torch.cat(list(images), 2)[None])[0])
    return path


def _refuse_other_methods(subject: Subject) -> None:
    if subject.checkpoint and is_export(subject.checkpoint):
        raise InputError(f"{subject.run.name} is an export and generates alone; name its run")
    method = subject.method_class()
    if method is None or not issubclass(method, Interpolates):
        raise InputError(
            f"{subject.method} cannot interpolate between garments; "
            "name a run of a method that has `interpolate`"
        )


def _refuse_unknown(split: Split, folder: Folder, name: str) -> None:
    known = split.ids(folder)
    if name not in known:
        raise InputError(f'no "{name}" in {split.folder / folder}; {did_you_mean(name, known)}')


def _images(subject: Subject, row: Row, person: str) -> Tensor:
    """The pictures from the first garment to the last, all with one seed, (steps, 3, H, W)."""
    size = subject_size(subject, row.split)
    method = load_subject(subject, size)
    assert isinstance(method, Interpolates)
    method.networks.to(device()).eval()
    pairs = PairList(tuple(Pair(person, garment) for garment in row.garments), paired=False)
    dataset = VitonHD(row.split, pairs, size, method.info.inputs)
    first, last = (joined([dataset[i]] * row.steps).to(device()) for i in range(2))
    shares = torch.linspace(0, 1, row.steps).tolist()
    with torch.inference_mode():
        return method.interpolate(first, last, shares, [image_seed(0, person)] * row.steps)

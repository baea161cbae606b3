"""A split at one size, decoded and resized once: memory-mapped arrays that any reader can share.

`<cache>/prepared/<name>/` holds `meta.json` and one `.npy` a modality, a row a person or garment.
The arrays are what `Sample.array` returns, so that tensors are the same with and without.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tryonbench.batch import Modality
from tryonbench.data.default import cache_folder
from tryonbench.data.layout import Split
from tryonbench.data.modalities import OF_GARMENT, Stored, array_shape, array_type, stored_as
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample
from tryonbench.environment import code_digest
from tryonbench.errors import InputError
from tryonbench.files import (
    canonical_json,
    digest,
    file_sha256,
    make_folder,
    read_json_if_whole,
    write_json,
)
from tryonbench.pool import results

Progress = Callable[[int], None]
"""Called with the number of persons and garments that are done."""


@dataclass(frozen=True)
class Plan:
    """What is prepared: the rows of each array, and where."""

    split: Split
    size: tuple[int, int]
    modalities: tuple[Modality, ...]
    persons: tuple[str, ...]
    cloths: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return prepared_folder(self.split, self.size)

    def rows(self, modality: Modality) -> tuple[str, ...]:
        """The ids of an array's rows."""
        return self.cloths if modality in OF_GARMENT else self.persons

    def bytes(self) -> int:
        """Size on disk."""
        return sum(
            len(self.rows(m)) * prod(array_shape(m, self.size)) * np.dtype(array_type(m)).itemsize
            for m in self.modalities
        )


def prepared_folder(split: Split, size: tuple[int, int]) -> Path:
    """Where a split is prepared at a size (height, width)."""
    root = split.root.resolve()
    name = f"{root.name}-{split.name}-{size[0]}x{size[1]}-{digest(str(root))[:8]}"
    return cache_folder() / "prepared" / name


def plan(split: Split, size: tuple[int, int], modalities: Sequence[Modality]) -> Plan:
    """The arrays of some modalities for every person and garment of a split."""
    kept = tuple(dict.fromkeys(stored_as(modality) for modality in modalities))
    return Plan(split, size, kept, tuple(split.ids("image")), tuple(split.ids("cloth")))


def prepare(wanted: Plan, workers: int | None = None, progress: Progress | None = None) -> Prepared:
    """Write the arrays, or go on where it was interrupted; nothing if they are up to date.

    Raises:
        InputError: a file cannot be read, or the disk has too little room.
    """
    known, signature = open_prepared(wanted.folder), _signature(wanted)
    if known and known.meta["signature"] == signature:
        return known
    content = _content(wanted)
    if known and known.meta["content"] == content:
        write_json(wanted.folder / "meta.json", {**known.meta, "signature": signature})
        return Prepared(wanted.folder)
    folder = wanted.folder.with_name(f"{wanted.folder.name}.partial")
    meta = {**_described(wanted), "content": content, "signature": signature}
    if read_json_if_whole(folder / "meta.json") != meta:
        _allocate(wanted, folder)
        write_json(folder / "meta.json", meta)
    _fill(wanted, folder, workers, progress)
    shutil.rmtree(wanted.folder, ignore_errors=True)
    folder.rename(wanted.folder)
    return Prepared(wanted.folder)


def _described(wanted: Plan) -> dict[str, Any]:
    return {
        "version": 1,
        "root": str(wanted.split.root.resolve()),
        "split": wanted.split.name,
        "size": list(wanted.size),
        "modalities": list(wanted.modalities),
        "persons": list(wanted.persons),
        "cloths": list(wanted.cloths),
    }


def _allocate(wanted: Plan, folder: Path) -> None:
    """Empty arrays of the right shapes."""
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    needed, free = wanted.bytes(), shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{folder} needs {needed / 1e9:.1f} GB, but {free / 1e9:.1f} GB are free; set "
            "TRYONBENCH_CACHE to a larger disk, or prepare for one method (--method)"
        )
    for modality in wanted.modalities:
        shape = (len(wanted.rows(modality)), *array_shape(modality, wanted.size))
        _create(folder / f"{modality}.npy", array_type(modality), shape)
    _create(folder / "done.npy", np.bool_, (len(wanted.persons) + len(wanted.cloths),))


def _create(path: Path, kind: type[np.generic], shape: tuple[int, ...]) -> None:
    np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)


def _fill(wanted: Plan, folder: Path, workers: int | None, progress: Progress | None) -> None:
    """Read every person and garment that is not done."""
    done = np.load(folder / "done.npy", mmap_mode="r+")
    jobs = [int(job) for job in np.flatnonzero(~done)]
    for number, job in enumerate(results(partial(_read, wanted, folder), jobs, workers), 1):
        done[job] = True
        if progress:
            progress(len(done) - len(jobs) + number)


def _read(wanted: Plan, folder: Path, job: int) -> int:
    """Write the rows of one person, or of one garment; the job's number."""
    is_person = job < len(wanted.persons)
    row = job if is_person else job - len(wanted.persons)
    name = wanted.persons[row] if is_person else wanted.cloths[row]
    sample = Sample(wanted.split, Pair(name, name), wanted.size)
    for modality in wanted.modalities:
        if (modality in OF_GARMENT) != is_person:
            rows = np.load(folder / f"{modality}.npy", mmap_mode="r+")
            rows[row] = sample.array(modality)
    return job


@dataclass(frozen=True)
class Prepared:
    """Arrays that were prepared."""

    folder: Path

    @cached_property
    def meta(self) -> dict[str, Any]:
        found: dict[str, Any] = read_json_if_whole(self.folder / "meta.json") or {}
        return found

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[str, int]]:
        """Row by id of persons and of garments."""
        persons, cloths = self.meta["persons"], self.meta["cloths"]
        return {n: i for i, n in enumerate(persons)}, {n: i for i, n in enumerate(cloths)}

    @cached_property
    def _arrays(self) -> dict[Modality, Stored]:
        names: list[Modality] = self.meta["modalities"]
        return {name: np.load(self.folder / f"{name}.npy", mmap_mode="r") for name in names}

    def has(self, modality: Modality) -> bool:
        """Whether a modality was prepared."""
        return stored_as(modality) in self.meta["modalities"]

    def array(self, modality: Modality, pair: Pair) -> Stored:
        """One modality of a pair, as `Sample.array` returns it."""
        kept = stored_as(modality)
        persons, cloths = self._rows
        row = cloths[pair.cloth] if kept in OF_GARMENT else persons[pair.person]
        return np.asarray(self._arrays[kept][row])


def open_prepared(folder: Path) -> Prepared | None:
    """What was prepared in a folder, if it is complete."""
    found = Prepared(folder)
    return found if found.meta else None


def find_prepared(split: Split, size: tuple[int, int]) -> Prepared | None:
    """The prepared arrays of a split at a size, if there are any and no file changed since."""
    found = open_prepared(prepared_folder(split, size))
    if found is None:
        return None
    same = found.meta["signature"] == _signature(plan(split, size, found.meta["modalities"]))
    return found if same else None


def _signature(wanted: Plan) -> str:
    """Changes with name, length or date of any file, the code that reads, Pillow, or torch."""
    stats = [(str(file), file.stat()) for file in _files(wanted)]
    files = [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]
    return digest(canonical_json([files, _reader(), _described(wanted)]))


def _content(wanted: Plan) -> str:
    """Changes with the content of any file, the code that reads, Pillow, or torch."""
    files = [[file.name, file_sha256(file)] for file in _files(wanted)]
    return digest(canonical_json([files, _reader(), _described(wanted)]))


def _reader() -> list[str]:
    code = [code_digest(name) for name in ("tryonbench.data", "tryonbench.images")]
    return [*code, version("pillow"), version("torch")]


def _files(wanted: Plan) -> list[Path]:
    """Every file that the arrays may be read from."""
    split = wanted.split
    places = [place for folder, place in split.places.items() if split.has(folder)]
    folders = dict.fromkeys(split.folder / place.folder for place in places)
    return sorted(file for folder in folders for file in folder.iterdir() if file.is_file())

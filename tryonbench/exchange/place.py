"""From a file of results to runs that tables, `compare` and reports can show."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tryonbench.errors import InputError
from tryonbench.exchange.collect import kept_parcel
from tryonbench.exchange.schema import Parcel, read_exchange, write_exchange
from tryonbench.files import file_sha256, write_json
from tryonbench.results.store import write_halves, write_result, write_samples
from tryonbench.runs import IMPORTED, Run, named_run, runs_below

PROTOCOL = re.compile(r"[\w.@+=,-]+(/[\w.@+=,-]+)*")
LONGEST = 200
"""Bytes of a name; file systems take 255."""
ELSEWHERE = "import into another folder: --runs DIR"


@dataclass(frozen=True)
class Arrival:
    """A result and where it came from."""

    parcel: Parcel
    run: Run
    source: str
    """The file's name, and the first digits of its SHA-256."""


def arrivals(files: Sequence[Path], root: Path) -> list[Arrival]:
    """The results of some files with the runs below `root` that they would become.

    Raises:
        InputError: a file cannot be read, a name in it would leave the folder, or it has not as
            many values as images.
    """
    found = [
        Arrival(parcel, named_run(root, parcel.result.run), _source(file))
        for file in files
        for parcel in read_exchange(file)
    ]
    for one in found:
        _refuse_unsafe(one.parcel)
        _refuse_unequal(one.parcel)
    return found


def _source(file: Path) -> str:
    return f"{file.name} (SHA-256 {file_sha256(file)[:12]})"


def _refuse_unsafe(parcel: Parcel) -> None:
    """The names of run and protocol become paths, and are printed."""
    name, run = parcel.result.protocol, parcel.result.run
    if not run.isprintable() or run.startswith("."):
        raise InputError(f"{run!r} cannot name a run; the file is broken or forged")
    if max(len(name), len(run.encode())) > LONGEST:
        raise InputError(f'"{name[:40]}…" or its run has too long a name; the file is forged')
    if not PROTOCOL.fullmatch(name) or any(not part.strip(".") for part in name.split("/")):
        raise InputError(f'"{name}" cannot name a protocol; the file is broken or forged')


def _refuse_unequal(parcel: Parcel) -> None:
    """Values and ids become one table."""
    values = parcel.per_image or {}
    if "id" in values or any(len(own) != len(parcel.images) for own in values.values()):
        raise InputError(f"{parcel.label} has not one value an image; the file is broken or forged")


def place(found: Sequence[Arrival]) -> list[Run]:
    """Make runs of results; those that are there already stay as they are.

    Returns:
        The runs that are new or have new results.

    Raises:
        InputError: a run of that name is another one. Then nothing was written.
    """
    runs = {one.run.folder: one.run for one in found}
    new = {folder: _new(run, [a for a in found if a.run == run]) for folder, run in runs.items()}
    for arrived in new.values():
        for one in arrived.values():
            _write(one)
        if arrived:
            _write_manifest(next(iter(arrived.values())))
    return [runs[folder] for folder, arrived in new.items() if arrived]


def _new(run: Run, arrived: Sequence[Arrival]) -> dict[str, Arrival]:
    """By protocol, the results that the run does not have.

    Raises:
        InputError: the run, or a result of it, is another one.
    """
    known = _known(run)
    new: dict[str, Arrival] = {}
    for one in arrived:
        protocol = one.parcel.result.protocol
        before = new[protocol].parcel if protocol in new else known.get(protocol)
        if before is None:
            new[protocol] = one
        elif before != one.parcel:
            raise InputError(f"{run.folder} has another result of {protocol}; {ELSEWHERE}")
    every = [*known.values(), *(one.parcel for one in arrived)]
    if len({parcel.origin.identity for parcel in every}) > 1:
        raise InputError(f"{run.folder} is a run with other settings; {ELSEWHERE}")
    return new


def _known(run: Run) -> dict[str, Parcel]:
    """The results that an imported run has, by protocol.

    Raises:
        InputError: it was measured here.
    """
    if not run.manifest_path.is_file():
        return {}
    if run.manifest()["kind"] != IMPORTED:
        raise InputError(f"{run.folder} was measured here; {ELSEWHERE}")
    root = run.folder / "imported"
    names = [str(file.relative_to(root).with_suffix("")) for file in root.rglob("*.json")]
    return {name: kept_parcel(run, name) for name in names}


def _write(arrival: Arrival) -> None:
    """The result with its values; then the parcel as it came, which says that they are there."""
    import pandas as pd

    parcel, run = arrival.parcel, arrival.run
    name = parcel.result.protocol
    if parcel.per_image is not None:
        values = {key: np.array(own, np.float64) for key, own in parcel.per_image.items()}
        write_samples(run.samples(name), pd.DataFrame({"id": list(parcel.images), **values}))
    if parcel.halves is not None:
        write_halves(run.halves(name), {key: np.array(own) for key, own in parcel.halves.items()})
    write_result(run.result(name), parcel.result.model_copy(update={"imported": arrival.source}))
    write_exchange(run.parcel(name), [parcel])


def _write_manifest(arrival: Arrival) -> None:
    """The origin's, marked: where it came from, and that it was not measured here."""
    origin = arrival.parcel.origin
    values = origin.model_dump(mode="json", exclude={"kind", "trained_on"})
    if origin.trained_on:
        data = origin.trained_on.model_dump(mode="json")
        values["data"] = {"root": data.pop("name"), **data}
    marked = {"kind": IMPORTED, "was": origin.kind, "imported": arrival.source}
    day = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(arrival.run.manifest_path, {"schema": 1, **marked, "imported_on": day, **values})


def refuse_measured(root: Path) -> None:
    """
    Raises:
        InputError: a folder holds a run that was measured here.
    """
    for run in runs_below(root):
        if run.manifest()["kind"] != IMPORTED:
            raise InputError(f"{run.folder} was measured here; name another folder with --page DIR")


def remove_imported(root: Path) -> None:
    """Remove the imported runs of a folder."""
    for run in runs_below(root):
        if run.manifest()["kind"] == IMPORTED:
            shutil.rmtree(run.folder)

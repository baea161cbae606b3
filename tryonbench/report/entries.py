"""The results of some runs, each with its run and the name it has everywhere in the report."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tryonbench.errors import InputError
from tryonbench.results.schema import Result
from tryonbench.results.store import read_result, result_files
from tryonbench.results.tables import row_names
from tryonbench.runs import OVERFIT, Run

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One result."""

    name: str
    run: Run
    result: Result


@dataclass(frozen=True)
class Collected:
    """What a report is made of."""

    runs: Sequence[Run]
    entries: Sequence[Entry]
    left_out: Sequence[str]
    """Why a run or a result is not in it."""


def collect(runs: Sequence[Run]) -> Collected:
    """Every result of the runs; what cannot be read is left out, with the reason.

    Raises:
        InputError: there is no readable result.
    """
    left_out: list[str] = []
    readable = [run for run in runs if _kept(left_out, run.manifest)]
    files = [(run, file) for run in readable for file in result_files(run.folder)]
    read = [(run, _kept(left_out, partial(read_result, file))) for run, file in files]
    called = run_names(readable)
    found = [(run, _called(result, called[run.folder])) for run, result in read if result]
    if not found:
        also = f" (left out: {'; '.join(left_out)})" if left_out else ""
        raise InputError(f"no run has results yet{also}; make some: tryonbench eval --all")
    names = row_names([result for _, result in found])
    entries = [Entry(name, run, result) for name, (run, result) in zip(names, found, strict=True)]
    return Collected(readable, entries, left_out)


def without_results(runs: Sequence[Run]) -> list[str]:
    """A line that names those that have none, if there are any."""
    names = [
        run.name
        for run in runs
        if not result_files(run.folder) and run.manifest()["kind"] != OVERFIT
    ]
    if not names:
        return []
    return [
        f"without results, so in no table: {', '.join(names)}; make some: "
        f"tryonbench eval {shlex.join(names)}"
    ]


def run_names(runs: Sequence[Run]) -> dict[Path, str]:
    """The name of each run; its folder where several runs have the same name."""
    times = Counter(run.name for run in runs)
    return {run.folder: run.name if times[run.name] == 1 else str(run.folder) for run in runs}


def _called(result: Result, name: str) -> Result:
    """The result as of the run that it lies in: in a copied folder it names the original."""
    return result.model_copy(update={"run": name})


def _kept(left_out: list[str], read: Callable[[], T]) -> T | None:
    """What is read, or None with the reason noted."""
    try:
        return read()
    except InputError as error:
        left_out.append(str(error))
        return None


def names_by_folder(runs: Sequence[Run], entries: Sequence[Entry]) -> dict[Path, str]:
    """The name of each run; a run without results goes by its folder's name."""
    known = {entry.run.folder: entry.name for entry in entries}
    return {run.folder: known.get(run.folder, run.name) for run in runs}

"""The results of some runs, each with its run and the name it has everywhere in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.results.schema import Result
from tryonbench.results.store import results_of
from tryonbench.results.tables import row_names
from tryonbench.runs import Run


@dataclass(frozen=True)
class Entry:
    """One result."""

    name: str
    run: Run
    result: Result


def entries_of(runs: Sequence[Run]) -> list[Entry]:
    """Every result of the runs.

    Raises:
        InputError: there is none, or one cannot be read.
    """
    found = [(run, result) for run in runs for result in results_of([run.folder])]
    if not found:
        raise InputError("no run has results yet; make some: tryonbench eval --all")
    names = row_names([result for _, result in found])
    return [Entry(name, run, result) for name, (run, result) in zip(names, found, strict=True)]


def names_by_folder(runs: Sequence[Run], entries: Sequence[Entry]) -> dict[Path, str]:
    """The name of each run; a run without results goes by its folder's name."""
    known = {entry.run.folder: entry.name for entry in entries}
    return {run.folder: known.get(run.folder, run.name) for run in runs}

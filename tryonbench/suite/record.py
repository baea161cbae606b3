"""What became of a suite's jobs, kept on disk after each change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import ValidationError

from tryonbench.config import Strict
from tryonbench.files import read_json_if_whole, write_json
from tryonbench.runs import only_here
from tryonbench.suite.plan import Job

STATES = "states"
State = Literal["waiting", "running", "done", "failed", "blocked", "stopped"]


class Entry(Strict):
    """A job's state."""

    job: str
    """Its name."""
    state: State = "waiting"
    key: str = ""
    """Of the job when it ran."""
    seconds: float | None = None
    """How long it took when it was last done."""
    message: str = ""
    """The last line of a job that failed, or why it could not run."""


def _entry(file: Path) -> Entry | None:
    """None of a file that is broken or of another version: its job counts as not done."""
    with suppress(ValidationError):
        return Entry.model_validate(read_json_if_whole(file))
    return None


class Record:
    """The states by job: a file a job, so that jobs on many machines can write their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = map(_entry, sorted((folder / STATES).glob("*.json")))
        self.entries = {entry.job: entry for entry in found if entry}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """
        Raises:
            InputError: another process of this machine runs this suite.
        """
        with only_here(self.folder, "run"):
            yield

    def of(self, job: Job) -> Entry:
        return self.entries.get(job.name, Entry(job=job.name))

    def note(self, job: Job, state: State, seconds: float | None = None, message: str = "") -> None:
        """Write a job's new state; the time of its last success is kept."""
        took = self.of(job).seconds if seconds is None else seconds
        entry = Entry(job=job.name, state=state, key=job.key, seconds=took, message=message)
        self.entries[job.name] = entry
        path = self.folder / STATES / f"{quote(job.name, safe=' ')}.json"
        write_json(path, entry.model_dump())

    def log(self, job: Job) -> Path:
        """Where a job's lines go."""
        return self.folder / f"{job.name.replace('/', '-').replace(' ', '-')}.log"

    def holds(self, job: Job) -> bool:
        """Whether a job was done by this command and code, and what it made is still there."""
        entry = self.of(job)
        there = all(path.exists() for path in job.makes)
        return entry.state == "done" and entry.key == job.key and there


def left(jobs: Iterable[Job], record: Record, again: bool) -> list[Job]:
    """The jobs that have to run: those not done, and those behind them.

    Args:
        again: all of them; each finds out itself what is missing.
    """
    found: dict[str, Job] = {}
    for job in jobs:
        if again or not record.holds(job) or any(name in found for name in job.after):
            found[job.name] = job
    return list(found.values())

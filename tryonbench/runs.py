"""A run folder: manifest, checkpoints, log, outputs, results."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from typing import Any

from tryonbench.errors import InputError, TakenError, listed, masked
from tryonbench.files import local_lock, read_json_if_whole, write_json

MANIFEST = "manifest.json"
OVERFIT = "overfit"
"""The kind of a run that learnt a few samples by heart: no result of a method."""
IMPORTED = "imported"
"""The kind of a run whose results were read from a file (`tryonbench results import`)."""


@dataclass(frozen=True)
class Run:
    """Paths inside `runs/<run>/`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def manifest_path(self) -> Path:
        return self.folder / MANIFEST

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def broken_off(self) -> Path:
        """Says why the training stopped, if it went wrong."""
        return self.folder / "broken-off.txt"

    @property
    def log(self) -> Path:
        """JSON lines: one record every `log_every` steps."""
        return self.folder / "log.jsonl"

    def grid(self, images: int) -> Path:
        """Pictures of fixed samples after so many images of the training."""
        return self.folder / "samples" / f"{images:09d}.png"

    def outputs(self, protocol: str) -> Path:
        """Generated images, `ID.png`."""
        return self.folder / "outputs" / protocol

    def result(self, protocol: str) -> Path:
        return self.folder / "results" / f"{protocol}.json"

    def samples(self, protocol: str) -> Path:
        """Per-image values."""
        return self.folder / "results" / f"{protocol}.parquet"

    def parcel(self, protocol: str) -> Path:
        """Of an imported run: the result as it came."""
        return self.folder / "imported" / f"{protocol}.json"

    def halves(self, protocol: str) -> Path:
        """Distances between sets of images, of all and of random halves."""
        return self.folder / "results" / f"{protocol}.npz"

    def efficiency(self, size: tuple[int, int], batch: int) -> Path:
        """What the method costs at a size and batch."""
        return self.folder / "efficiency" / f"{size[0]}x{size[1]}-batch{batch}.json"

    def manifest(self) -> dict[str, Any]:
        """
        Raises:
            InputError: this is not a run folder, or its manifest is broken.
        """
        if not self.manifest_path.is_file():
            raise InputError(f"{self.folder} is not a run folder ({MANIFEST} is missing)")
        manifest: dict[str, Any] = read_json_if_whole(self.manifest_path)
        if not isinstance(manifest, dict) or not manifest.keys() >= {"kind", "method", "family"}:
            raise InputError(
                f"{self.manifest_path} is no manifest of a run; restore it from a copy, or begin "
                "the run again in another folder"
            )
        return manifest

    @property
    def trainer(self) -> Path:
        """Names the process that trains the run, or did when it was killed."""
        return self.folder / "trainer.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes of this machine from training the same run, and take it from those
        of other machines: what they hold of it may be dead, and no file tells.

        Raises:
            InputError: another process of this machine is training it.
        """
        with only_here(self.folder, "trained"):
            try:
                yield
            finally:
                if read_json_if_whole(self.trainer) == _this_process():
                    self.trainer.unlink(missing_ok=True)

    def take(self) -> None:
        """Write down that this process trains the run from now on."""
        write_json(self.trainer, _this_process())

    def refuse_taken(self) -> None:
        """
        Raises:
            TakenError: another process has taken the run since.
        """
        other = read_json_if_whole(self.trainer)
        if isinstance(other, dict) and other != _this_process():
            raise TakenError(
                f"{self.folder} was taken by process {other.get('process')} on "
                f"{other.get('host')}, which goes on with it; this one has stopped"
            )

    def write_manifest(self, values: dict[str, Any]) -> None:
        """Record what this run is, when and by which command, without passwords, it was made."""
        created, command = datetime.now(UTC).isoformat(timespec="seconds"), [*map(masked, sys.argv)]
        made = {"created": created, "command": command}
        write_json(self.manifest_path, {"schema": 1, **values, **made})


def _this_process() -> dict[str, Any]:
    return {"host": gethostname(), "process": os.getpid()}


@contextmanager
def only_here(folder: Path, what: str) -> Iterator[None]:
    """Keep other processes of this machine from the same work on a folder.

    Raises:
        InputError: another process is at it; `what` says at what.
    """
    from filelock import Timeout

    try:
        with local_lock(folder).acquire(timeout=0):
            yield
    except Timeout as error:
        raise InputError(f"{folder} is being {what} by another process") from error


def named_run(root: Path, name: str) -> Run:
    """The run of a name below a folder of runs.

    Raises:
        InputError: the name would leave the folder, or is none.
    """
    if not name.strip() or name in (".", "..") or set(name) & set("/\\\0"):
        raise InputError(f'"{name}" cannot name a run: it is one folder below {root} (--runs)')
    if name.startswith("-"):
        raise InputError(f'"{name}" cannot name a run: commands would take it for an option')
    return Run(root / name)


def runs_below(folder: Path) -> list[Run]:
    """The runs in a folder, by name."""
    return [Run(file.parent) for file in sorted(folder.glob(f"*/{MANIFEST}"))]


def find_runs(paths: Iterable[Path], root: Path) -> list[Run]:
    """Runs given by folder or by name below `root`; all of `root` if none is given.

    Raises:
        InputError: one is not a run, or there is none at all.
    """
    found = [find_run(path, root) for path in paths] or runs_below(root)
    if not found:
        raise InputError(f"no runs in {root}; make some: tryonbench eval --all")
    return found


def find_run(path: Path, root: Path) -> Run:
    """A run given by folder or by name.

    Raises:
        InputError: there is no such run.
    """
    for folder in (path, root / path):
        if (folder / MANIFEST).is_file():
            return Run(folder)
    names = [run.name for run in runs_below(root)]
    raise InputError(f"{path} is not a run; found in {root}: {listed(names) or 'none'}")


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """Records of a JSON-lines log; other lines, as one cut by a kill, are left out."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict):
            yield record

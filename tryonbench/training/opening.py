"""A run's folder before its training begins or goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tryonbench.checkpoint import BEST, MODEL
from tryonbench.runs import MANIFEST, Run
from tryonbench.training.checkpoints import remove_unfinished


def open_run(run: Run, manifest: dict[str, Any], fresh: bool) -> None:
    """Write the manifest of a run that has no checkpoint to go on from, and take the run."""
    if fresh:
        for folder in (run.folder, run.folder.with_name(f"{run.name}@{BEST}")):
            _delete(folder)
    if not has_checkpoint(run):
        run.write_manifest(manifest)
    run.take()


def tidy(run: Run) -> None:
    """What is left to do of a run whose process was killed right after its last checkpoint."""
    run.take()
    remove_unfinished(run)


def _delete(folder: Path) -> None:
    """Delete a run, its manifest last: what a kill leaves is still a run, to begin again."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != MANIFEST:
            entry.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def has_checkpoint(run: Run) -> bool:
    """Whether there is something to go on from."""
    return any(run.checkpoints.glob(f"[0-9]*/{MODEL}"))

"""The checkpoint folders of a run: whole or not there, the last two kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tryonbench.checkpoint import BEST, MODEL, TRAINING, load_training, save_weights
from tryonbench.config import RunConfig
from tryonbench.runs import Run
from tryonbench.storage import storing

KEPT = 2
"""The one before the last is for a last one that a full disk or a bad step has spoilt."""


def save_checkpoint(
    run: Run,
    config: RunConfig[Any],
    weights: Mapping[str, Tensor],
    state: Mapping[str, Any],
) -> None:
    """Write the folder `checkpoints/IMAGES`, then drop the older ones.

    Args:
        weights: of the networks that generate, by `network.parameter`.
        state: of the training; its `images` name the folder.

    Raises:
        StorageError: the disk is full or read-only.
        TakenError: a process on another machine has gone on with the run.
    """
    run.refuse_taken()
    with _new_folder(run.checkpoints / f"{state['images']:09d}") as folder:
        save_weights(folder / MODEL, config, state["images"], weights)
        with (folder / TRAINING).open("wb") as stream:  # torch's own file hides why it fails
            torch.save(dict(state), stream)
    _drop_old(run)


def _drop_old(run: Run) -> None:
    """Delete all checkpoints but the last ones, none half under its name."""
    for old in _folders(run)[:-KEPT]:
        hidden = old.with_name(f".{old.name}.old.tmp")
        old.replace(hidden)
        shutil.rmtree(hidden)


def save_best(run: Run, config: RunConfig[Any], weights: Mapping[str, Tensor], images: int) -> None:
    """Write `checkpoints/best`, weights alone, after so many images."""
    save_weights(run.checkpoints / BEST / MODEL, config, images, weights)


def newest_state(run: Run) -> dict[str, Any] | None:
    """The training state of the last checkpoint, if there is one.

    Raises:
        InputError: it is corrupted.
    """
    folders = _folders(run)
    return load_training(folders[-1] / TRAINING) if folders else None


def remove_unfinished(run: Run) -> None:
    """Delete what a kill has left of a checkpoint that was written or dropped."""
    for folder in run.checkpoints.glob(".*.tmp"):
        shutil.rmtree(folder)
    _drop_old(run)


def last_good(run: Run) -> str:
    """Which checkpoint a run that breaks off leaves, in words."""
    folders = _folders(run)
    return f"the last checkpoint, {folders[-1]}, is kept" if folders else "there is no checkpoint"


def _folders(run: Run) -> list[Path]:
    return sorted(run.checkpoints.glob("[0-9]*"))


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder; it takes the target's name only if the block succeeds.

    Raises:
        StorageError: the disk is full or read-only.
    """
    temporary, old = (target.with_name(f".{target.name}.{os.getpid()}.{n}.tmp") for n in "12")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        with storing(target.parent):
            temporary.mkdir(parents=True)
            yield temporary
            if target.exists():
                target.replace(old)  # whole or gone: half a checkpoint would be read as one
            temporary.replace(target)
    finally:
        for folder in (temporary, old):
            shutil.rmtree(folder, ignore_errors=True)

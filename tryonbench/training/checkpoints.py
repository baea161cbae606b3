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
    """
    with _new_folder(run.checkpoints / f"{state['images']:09d}") as folder:
        save_weights(folder / MODEL, config, state["images"], weights)
        torch.save(dict(state), folder / TRAINING)
    for old in _folders(run)[:-KEPT]:
        shutil.rmtree(old)


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
    """Delete what a kill has left of a checkpoint."""
    for folder in run.checkpoints.glob(".*.tmp"):
        shutil.rmtree(folder)


def last_good(run: Run) -> str:
    """Which checkpoint a run that breaks off leaves, in words."""
    folders = _folders(run)
    return f"the last checkpoint, {folders[-1]}, is kept" if folders else "there is no checkpoint"


def _folders(run: Run) -> list[Path]:
    return sorted(run.checkpoints.glob("[0-9]*"))


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder; it takes the target's name only if the block succeeds."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(target, ignore_errors=True)
        temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)

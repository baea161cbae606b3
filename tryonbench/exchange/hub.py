"""Hugging Face's `.eval_results/*.yaml`: scores that a model's page and a leaderboard show.

The fields are those of github.com/huggingface/hub-docs, eval_results.yaml at 2be4979, and of
huggingface_hub, _eval_results.py at a576620: a list of `dataset` (`id`, `task_id`), `value`, and
optionally `source` (`url`) and `notes`. Each task has one value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tryonbench.errors import InputError, did_you_mean, listed
from tryonbench.exchange.schema import Parcel
from tryonbench.files import write_text

DATASET = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Board:
    """The leaderboard on the Hub."""

    dataset: str
    """ORG/NAME of the benchmark's dataset repository."""
    tasks: Mapping[str, str]
    """By metric, the task's id in the dataset's `eval.yaml`."""
    source: str | None = None
    """Address of what the values come from."""


def board_of(dataset: str | None, tasks: Sequence[str], source: str | None) -> Board:
    """The options of `results export --format hf`.

    Args:
        tasks: METRIC=TASK_ID each.

    Raises:
        InputError: one is missing or cannot be.
    """
    if not dataset or not DATASET.fullmatch(dataset):
        raise InputError("--format hf needs the leaderboard's dataset: --dataset ORG/NAME")
    pairs = [task.partition("=") for task in tasks]
    if not pairs or not all(key and task for key, _, task in pairs):
        raise InputError("--format hf needs the leaderboard's tasks: --task METRIC=TASK_ID")
    found = {key: task for key, _, task in pairs}
    if len(found) < len(pairs) or len(set(found.values())) < len(pairs):
        raise InputError("--task names a metric or a task twice; a task has one value")
    if source is not None and not source.startswith(("https://", "http://")):
        raise InputError(f'--source "{source}" is no address; give one that begins with https://')
    return Board(dataset, found, source)


def hub_entries(parcels: Sequence[Parcel], board: Board) -> list[dict[str, Any]]:
    """The entries of the file.

    Raises:
        InputError: there is not exactly one result, or it has no value of a metric asked for.
    """
    if len(parcels) != 1:
        names = listed([parcel.label for parcel in parcels])
        raise InputError(
            f"a model's page has one value a task, and there are several results ({names}): name "
            "one run, and one --protocol"
        )
    return [_entry(parcels[0], board, key, task) for key, task in board.tasks.items()]


def _entry(parcel: Parcel, board: Board, key: str, task: str) -> dict[str, Any]:
    metrics = parcel.result.metrics
    if key not in metrics:
        raise InputError(f'{parcel.label} has no metric "{key}"; {did_you_mean(key, metrics)}')
    if (value := metrics[key].value) is None:
        raise InputError(f"{parcel.label} has no value of {key}: {metrics[key].missing}")
    result = parcel.result
    notes = f"{key}, {result.protocol}, fingerprint {result.fingerprint}, n = {result.n}"
    entry = {"dataset": {"id": board.dataset, "task_id": task}, "value": value}
    return entry | ({"source": {"url": board.source}} if board.source else {}) | {"notes": notes}


def write_hub(path: Path, parcels: Sequence[Parcel], board: Board) -> None:
    """Write the file, for `.eval_results/` of the model's repository.

    Raises:
        InputError: see `hub_entries`; or the path is a folder.
    """
    entries = hub_entries(parcels, board)
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file to write with --out FILE")
    write_text(path, yaml.safe_dump(entries, sort_keys=False, allow_unicode=True))

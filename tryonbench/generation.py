"""From a method to a folder of images, one PNG a pair."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Subset

from tryonbench.batch import TryOnBatch
from tryonbench.config import Precision
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList
from tryonbench.data.prepared import find_prepared
from tryonbench.errors import TryonbenchError
from tryonbench.files import make_folder, read_json_if_whole, write_json
from tryonbench.images import is_whole_png, save_png, to_pixels
from tryonbench.method import TryOnMethod
from tryonbench.precision import generating
from tryonbench.processes.world import dealt, world
from tryonbench.progress import progress
from tryonbench.protocols import Protocol
from tryonbench.seeds import image_seed

KEY = "generation.json"
"""Says which checkpoint, code, protocol and data a folder's images come from."""


@dataclass(frozen=True)
class Task:
    """What is generated."""

    protocol: Protocol
    split: Split
    pairs: PairList
    key: str
    """Hash of checkpoint, code, protocol and data; images of another key are thrown away."""
    precision: Precision = "32-true"


def device() -> torch.device:
    """The accelerator if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def generate_images(
    method: TryOnMethod, task: Task, folder: Path, todo: list[int], title: str
) -> None:
    """Write `ID.png` for the pairs at some positions, each file whole or not there; of several
    processes each writes its share.

    Raises:
        TryonbenchError: the method returned something else than images of the right size.
    """
    total = len(task.pairs.pairs)
    method.networks.to(device()).eval()
    with progress(title, total, total - len(todo)) as update:
        done = total - len(todo)
        for batch in _batches(method, task, dealt(todo, task.protocol.batch_size)):
            _write(method, task, batch, folder)
            done += len(batch) * world().count
            update(min(done, total))


def missing_positions(task: Task, folder: Path) -> list[int]:
    """The positions of the pairs without a whole image; images of another key are removed.

    Images are looked for before the key is read: those that another process has made since under
    the same key stay.
    """
    wanted, filled = {"key": task.key}, any(folder.glob("*.png"))
    if (known := read_json_if_whole(folder / KEY)) != wanted:
        if filled or known is not None:
            shutil.rmtree(folder, ignore_errors=True)
        write_json(make_folder(folder) / KEY, wanted)
    there = {file.stem for file in folder.glob("*.png") if is_whole_png(file)}
    return [i for i, name in enumerate(task.pairs.ids) if name not in there]


def _batches(method: TryOnMethod, task: Task, todo: list[int]) -> Iterator[TryOnBatch]:
    """The samples at some positions, with nothing loaded that the method did not declare."""
    size = task.protocol.size
    prepared = find_prepared(task.split, size)
    dataset = VitonHD(task.split, task.pairs, size, method.info.inputs, prepared)
    yield from DataLoader(
        Subset(dataset, todo), batch_size=task.protocol.batch_size, collate_fn=joined
    )


def _write(method: TryOnMethod, task: Task, batch: TryOnBatch, folder: Path) -> None:
    protocol = task.protocol
    seeds = [image_seed(protocol.seed, name) for name in batch.ids]
    with generating(device().type, task.precision):
        images = method.generate(batch.to(device()), seeds)
    expected = (len(batch), 3, *protocol.size)
    if tuple(images.shape) != expected:
        name = method.info.name
        raise TryonbenchError(f"{name} returned shape {tuple(images.shape)}, not {expected}")
    for name, pixels in zip(batch.ids, to_pixels(images), strict=True):
        save_png(folder / f"{name}.png", pixels)

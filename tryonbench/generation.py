"""From a method to a folder of images, one PNG a pair."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader

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

    They are made in the batches that they have when all are made: what was interrupted ends with
    the same bytes.

    Raises:
        TryonbenchError: the method returned something else than images of the right size.
    """
    total, missing = len(task.pairs.pairs), {task.pairs.ids[position] for position in todo}
    groups = batches_with(todo, task.protocol.batch_size, total)
    method.networks.to(device()).eval()
    with progress(title, total, total - len(todo)) as update:
        done = total - len(todo)
        for batch in _batches(method, task, dealt(groups, 1)):
            done += _write(method, task, batch, folder, missing) * world().count
            update(min(done, total))


def batches_with(positions: Sequence[int], size: int, total: int) -> list[list[int]]:
    """The batches of all positions, in order, that hold some of them: of another batch a picture's
    last bit may be another one.

    >>> batches_with([1, 6], 2, 7)
    [[0, 1], [6]]
    """
    numbers = dict.fromkeys(position // size for position in positions)
    return [list(range(n * size, min((n + 1) * size, total))) for n in numbers]


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


def _batches(method: TryOnMethod, task: Task, groups: list[list[int]]) -> Iterator[TryOnBatch]:
    """The samples at positions, with nothing loaded that the method did not declare."""
    size = task.protocol.size
    prepared = find_prepared(task.split, size)
    dataset = VitonHD(task.split, task.pairs, size, method.info.inputs, prepared)
    yield from DataLoader(dataset, batch_sampler=groups, collate_fn=joined)


def _write(
    method: TryOnMethod, task: Task, batch: TryOnBatch, folder: Path, missing: Collection[str]
) -> int:
    """Write those of a batch's images that are missing; their number."""
    protocol = task.protocol
    seeds = [image_seed(protocol.seed, name) for name in batch.ids]
    with generating(device().type, task.precision):
        images = method.generate(batch.to(device()), seeds)
    expected = (len(batch), 3, *protocol.size)
    if tuple(images.shape) != expected:
        name = method.info.name
        raise TryonbenchError(f"{name} returned shape {tuple(images.shape)}, not {expected}")
    made = zip(batch.ids, to_pixels(images), strict=True)
    wanted = [(name, pixels) for name, pixels in made if name in missing]
    for name, pixels in wanted:
        save_png(folder / f"{name}.png", pixels)
    return len(wanted)

"""VITON-HD as a torch dataset that yields `TryOnBatch`es."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import count, islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler, get_worker_info

from tryonbench.batch import MODALITIES, Modality, TryOnBatch
from tryonbench.config import AugmentConfig
from tryonbench.data.layout import Split
from tryonbench.data.modalities import as_tensor
from tryonbench.data.pairs import PairList
from tryonbench.data.prepared import Prepared
from tryonbench.data.sample import Sample, missing_folders
from tryonbench.errors import InputError, listed
from tryonbench.files import digest, known_sha256
from tryonbench.images import image_size
from tryonbench.pool import cores
from tryonbench.seeds import derive

NO_CHANGES = AugmentConfig()
EVERY = slice(None)
WORTH_THREADS = 128 * 96
"""Pixels of a photograph from which decoding takes longer than passing it to a thread."""


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """The threads that decode; a forked process needs its own."""
    return ThreadPoolExecutor(min(4, cores()), thread_name_prefix="decode")


class VitonHD(Dataset[TryOnBatch]):
    """Samples of a split, each a batch of one, at one size and with the modalities asked for."""

    def __init__(
        self,
        split: Split,
        pairs: PairList,
        size: tuple[int, int],
        modalities: Sequence[Modality],
        prepared: Prepared | None = None,
    ) -> None:
        """
        Args:
            prepared: arrays to read in place of the files.

        Raises:
            InputError: the copy lacks a folder that a modality needs.
        """
        self.split, self.pairs, self.size, self.ids = split, pairs, size, pairs.ids
        self.prepared, self.threaded = prepared, False
        if pairs.pairs and split.path("image", pairs.pairs[0].person).is_file():
            photo = image_size(split.path("image", pairs.pairs[0].person))
            self.threaded = photo[0] * photo[1] >= WORTH_THREADS
        self.modalities = tuple(name for name in MODALITIES if name in modalities)
        lacking = {f for name in self.modalities for f in missing_folders(split, name)}
        if lacking:
            raise InputError(f"{split.folder} lacks the folders {listed(sorted(lacking))}")

    def __len__(self) -> int:
        return len(self.pairs.pairs)

    def __getitem__(self, index: int) -> TryOnBatch:
        pair = self.pairs.pairs[index]
        load = partial(self._load, Sample(self.split, pair, self.size))
        loaded = (_threads(os.getpid()).map if self._decodes_in_threads() else map)(
            load, self.modalities
        )
        tensors: dict[str, Any] = dict(zip(self.modalities, loaded, strict=True))
        ids = (self.ids[index],)
        return TryOnBatch(ids, (pair.person,), (pair.cloth,), self.size, **tensors)

    def _decodes_in_threads(self) -> bool:
        """Whether decoding is worth threads: Pillow lets go of the interpreter, but the cores are
        taken where the loader has processes of its own."""
        prepared = self.prepared and all(map(self.prepared.has, self.modalities))
        return self.threaded and not prepared and get_worker_info() is None

    def _load(self, sample: Sample, name: Modality) -> Tensor:
        """One modality with a leading axis of 1."""
        if self.prepared is None or not self.prepared.has(name):
            return sample.load(name)
        return as_tensor(name, self.prepared.array(name, sample.pair), self.size)[None]


def joined(batches: Sequence[TryOnBatch]) -> TryOnBatch:
    """Batches of the same size and modalities as one."""

    def column(name: str) -> Tensor | None:
        tensors = [getattr(batch, name) for batch in batches]
        return None if tensors[0] is None else torch.cat(tensors)

    tensors: dict[str, Any] = {name: column(name) for name in MODALITIES}
    return TryOnBatch(
        ids=tuple(i for batch in batches for i in batch.ids),
        person_ids=tuple(i for batch in batches for i in batch.person_ids),
        cloth_ids=tuple(i for batch in batches for i in batch.cloth_ids),
        size=batches[0].size,
        **tensors,
    )


class EndlessShuffle(Sampler[tuple[int, int]]):
    """Epoch after epoch, each in an order set by (seed, epoch), from any position on.

    It yields (position, index). The stream is a pure function of the position, so a resumed run
    sees the same data.
    """

    def __init__(self, length: int, seed: int, start: int) -> None:
        self.length, self.seed, self.start = length, seed, start

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(count(self.start), self._indices(), strict=False)

    def _indices(self) -> Iterator[int]:
        first, offset = divmod(self.start, self.length)
        for epoch in count(first):
            generator = torch.Generator().manual_seed(derive("epoch", self.seed, epoch))
            yield from torch.randperm(self.length, generator=generator).tolist()[offset:]
            offset = 0


class RowsOfBatches(Sampler[list[tuple[int, int]]]):
    """Batches of what a sampler yields, some rows of each."""

    def __init__(self, samples: EndlessShuffle, batch_size: int, rows: slice) -> None:
        self.samples, self.batch_size, self.rows = samples, batch_size, rows

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        endless = iter(self.samples)
        while True:
            yield list(islice(endless, self.batch_size))[self.rows]


class TrainingSamples(Dataset[TryOnBatch]):
    """A dataset's samples by (position in the training, index), changed at random if asked for."""

    def __init__(self, dataset: VitonHD, augment: AugmentConfig, seed: int) -> None:
        self.dataset, self.augment, self.seed = dataset, augment, seed

    def __getitem__(self, key: tuple[int, int]) -> TryOnBatch:
        position, index = key
        sample = self.dataset[index]
        if not self.augment.is_on:
            return sample
        from tryonbench.data.augment import augmented, draw  # torchvision takes seconds to import

        seed = derive("augment", self.seed, position)
        return augmented(sample, draw(self.augment, sample.size, seed))


def _outlive_interrupts(worker: int) -> None:
    """A stop signal often goes to a whole process group; the training ends its loaders itself,
    after it has saved."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def training_loader(
    dataset: VitonHD,
    batch_size: int,
    seed: int,
    start: int,
    workers: int,
    augment: AugmentConfig = NO_CHANGES,
    rows: slice = EVERY,
) -> DataLoader[TryOnBatch]:
    """Endless shuffled batches from the image number `start` on; no sample is dropped.

    Args:
        workers: loading processes, one a core at most.
        rows: of each batch, those to load.
    """
    samples = EndlessShuffle(len(dataset), seed, start)
    return DataLoader(
        TrainingSamples(dataset, augment, seed),
        batch_sampler=RowsOfBatches(samples, batch_size, rows),
        num_workers=min(workers, cores()),
        collate_fn=joined,
        worker_init_fn=_outlive_interrupts,
        pin_memory=torch.cuda.is_available(),
    )


def fingerprint(split: Split, pairs: PairList, every_photograph: bool = False) -> str:
    """12 hex digits that change with the pairs, or with the content of any file of theirs.

    Args:
        every_photograph: whether any photograph of the split counts, too.
    """
    photographs = split.ids("image") if every_photograph else ()
    lines = [pairs.digest, *(known_sha256(split.path("image", name)) for name in photographs)]
    for pair in pairs.pairs:
        named = dict.fromkeys(split.places, pair.person)
        named |= {"cloth": pair.cloth, "cloth_mask": pair.cloth}
        named |= {"truth": pair.truth, "truth_parse": pair.truth}
        files = (split.path(folder, name) for folder, name in named.items())
        lines += [f"{file.name} {known_sha256(file)}" for file in files if file.is_file()]
    return digest(*lines)[:12]

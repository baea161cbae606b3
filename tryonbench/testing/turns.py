"""Processes that share a batch, played in one: threads of which one runs at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import TypeVar

import torch
from torch import Tensor

from tryonbench.processes.rows import Rows, having
from tryonbench.processes.world import World

Value = TypeVar("Value")


class Turns:
    """Whose turn it is, and what was added up so far."""

    def __init__(self, count: int) -> None:
        self.running = Condition()
        """Held by the one that runs."""
        self.shares: list[list[Tensor]] = [[] for _ in range(count)]
        """What each has given, in that order."""
        self.ended: set[int] = set()

    def add_up(self, rank: int, x: Tensor) -> None:
        """Put in place of a tensor the sum of those that all give; the others run until then.

        Raises:
            AssertionError: another has ended without giving one.
        """
        number = len(self.shares[rank])
        self.shares[rank].append(x.clone())
        self.running.notify_all()
        self.running.wait_for(lambda: self._given(number) or self.ended)
        assert self._given(number), "not every process takes as many means over the batch"
        x.copy_(torch.stack([own[number] for own in self.shares]).sum(0))

    def _given(self, number: int) -> bool:
        return all(len(own) > number for own in self.shares)


class PlayedRows(Rows):
    """The rows of one that takes its turns with others."""

    def __init__(self, total: int, place: World, turns: Turns) -> None:
        super().__init__(total, place)
        self.turns = turns

    def add_up(self, x: Tensor) -> None:
        """The others have torch's global generator, and their own rows, in the meantime."""
        with having(None), torch.random.fork_rng(devices=[]):
            self.turns.add_up(self.place.rank, x)


def by_turns(work: Callable[[PlayedRows], Value], count: int, total: int) -> list[Value]:
    """What `work` returns for the rows of each of some processes that share a batch.

    Raises:
        Exception: what it raised for one of them.
    """
    turns = Turns(count)

    def take(rank: int) -> Value:
        with turns.running:
            try:
                rows = PlayedRows(total, World(rank, count, rank, count), turns)
                with having(rows), torch.random.fork_rng(devices=[]):
                    return work(rows)
            finally:
                turns.ended.add(rank)
                turns.running.notify_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(take, range(count)))

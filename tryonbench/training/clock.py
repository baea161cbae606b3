"""Where the time of a training goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass
class Spent:
    """Some seconds, and how many of them went by waiting for data."""

    seconds: float = 0.0
    waited: float = 0.0

    @property
    def wait_share(self) -> float:
        """In [0, 1]."""
        return self.waited / self.seconds if self.seconds else 0.0


class Clock:
    """Seconds of updates and of waiting for their data; validation, grids and saving apart."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Since the run began."""
        self.own = Spent()
        """Of this process."""
        self._recent = Spent()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        started = time.monotonic()
        yield
        self._count(time.monotonic() - started)

    def waiting(self, items: Iterator[Item]) -> Iterator[Item]:
        """The items; the time until each is there counts as waiting."""
        while True:
            started = time.monotonic()
            try:
                item = next(items)
            except StopIteration:
                return
            passed = time.monotonic() - started
            self._count(passed, passed)
            yield item

    def _count(self, seconds: float, waited: float = 0.0) -> None:
        self.seconds += seconds
        for spent in (self.own, self._recent):
            spent.seconds += seconds
            spent.waited += waited

    def recent_wait(self) -> float:
        """Share of the time spent waiting since this was last asked, in [0, 1]."""
        recent, self._recent = self._recent, Spent()
        return recent.wait_share

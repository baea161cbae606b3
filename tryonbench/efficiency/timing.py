"""Timing repeated calls: warm-up untimed, a minimum count and a minimum duration."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import Any, Protocol

import torch

WARMUP = 2
BLOCKS = 8
"""After each of so many blocks of calls the memory is read, outside the timed calls."""
MOST_CALLS = 10_000
"""Enough of calls that take next to nothing, whatever their duration in all."""
SPARE = 1.1
"""Calls planned beyond what the warm-up asks for, so that one round suffices."""

Call = Callable[[], object]


class Clock(Protocol):
    """Marks points in the work of a device."""

    def mark(self) -> Any:
        """A point between two calls."""

    def wait(self) -> None:
        """Until all work is done; only then are marks compared."""

    def seconds(self, first: Any, second: Any) -> float:
        """From one mark to the next."""


class WallClock:
    """Of a device that has done its work when a call returns."""

    def mark(self) -> float:
        return time.perf_counter()

    def wait(self) -> None:
        pass

    def seconds(self, first: float, second: float) -> float:
        return second - first


class CudaClock:
    """Events in the queue of the GPU: the processor runs ahead and waits once, at the end."""

    def mark(self) -> torch.cuda.Event:
        event: torch.cuda.Event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    def wait(self) -> None:
        torch.cuda.synchronize()

    def seconds(self, first: torch.cuda.Event, second: torch.cuda.Event) -> float:
        milliseconds: float = first.elapsed_time(second)
        return milliseconds / 1000


def clock_of(device: torch.device) -> Clock:
    return CudaClock() if device.type == "cuda" else WallClock()


@dataclass(frozen=True)
class Enough:
    """When to stop: both must be reached."""

    calls: int
    seconds: float


@dataclass(frozen=True)
class Timed:
    """What a round of calls took, and the memory held between its blocks."""

    seconds: list[float] = field(default_factory=list)
    held: list[tuple[int, int]] = field(default_factory=list)
    """Calls done so far, and bytes held then."""

    def reached(self, enough: Enough) -> bool:
        count = len(self.seconds)
        by_time = sum(self.seconds) >= enough.seconds or count >= MOST_CALLS
        return count >= enough.calls and by_time


def timed_once(call: Call, clock: Clock) -> float:
    """Seconds of one call, waited for."""
    clock.wait()
    first = clock.mark()
    call()
    second = clock.mark()
    clock.wait()
    return clock.seconds(first, second)


def warmed_up(call: Call, clock: Clock) -> float:
    """Calls whose times do not count; seconds of the last, from which the rest is planned."""
    return [timed_once(call, clock) for _ in range(WARMUP)][-1]


def call_times(
    call: Call, clock: Clock, enough: Enough, expected: float, held: Callable[[], int]
) -> Timed:
    """Time `call` until it is enough.

    Args:
        expected: seconds of a call, about.
        held: bytes that the process holds.
    """
    done = Timed(held=[(0, held())])
    while not done.reached(enough):
        _add_round(done, call, clock, _planned(done, enough, expected), held)
    return done


def _planned(done: Timed, enough: Enough, expected: float) -> int:
    """Calls of the next round."""
    mean = sum(done.seconds) / len(done.seconds) if done.seconds else expected
    lacking = enough.seconds - sum(done.seconds)
    by_time = ceil(SPARE * lacking / mean) if mean > 0 else 1
    by_time = min(by_time, MOST_CALLS - len(done.seconds))
    return max(1, by_time, enough.calls - len(done.seconds))


def _add_round(done: Timed, call: Call, clock: Clock, count: int, held: Callable[[], int]) -> None:
    """Blocks of calls, each with a mark before and after every call; one wait at the end."""
    size = ceil(count / BLOCKS)
    blocks, calls = [], len(done.seconds)
    for start in range(0, count, size):
        length = min(size, count - start)
        blocks.append(_block(call, clock, length))
        calls += length
        done.held.append((calls, held()))
    clock.wait()
    done.seconds.extend(clock.seconds(a, b) for marks in blocks for a, b in pairwise(marks))


def _block(call: Call, clock: Clock, length: int) -> list[Any]:
    """A block's marks, one more than calls."""
    marks = [clock.mark()]
    for _ in range(length):
        call()
        marks.append(clock.mark())
    return marks

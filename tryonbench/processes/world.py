"""The processes that share a command's work, and what they tell each other.

All of them run the same command. What is called here is called by all, in the same order; alone,
each function does the plain thing.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar, cast
from weakref import WeakSet

from tryonbench.errors import TryonbenchError

LOST = 75
"""Exit code of a process that ends because another one did."""
PATIENCE = timedelta(hours=12)
"""How long one waits for another that is alive, such as for the first to measure the cost."""
SHARED_THREADS = "TRYONBENCH_SHARED_THREADS"
"""Set where `OMP_NUM_THREADS` is a process's share of the cores, and not the user's choice."""
GONE = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "Socket closed")
"""What the library says when another process has died."""

Value = TypeVar("Value")
Item = TypeVar("Item")


class ProcessFailed(RuntimeError):
    """Work that processes share has failed in one; says in which, with its traceback."""


@dataclass(frozen=True)
class World:
    """A process's place among those that share the work."""

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    """Among those of this machine."""
    local_count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this one writes files and prints."""
        return self.rank == 0

    def __str__(self) -> str:
        """
        >>> str(World(1, 3))
        'process 2 of 3 (rank 1)'
        """
        return f"process {self.rank + 1} of {self.count} (rank {self.rank})"


_world = World()
_raised_everywhere = WeakSet[Exception]()


def world() -> World:
    """This process's place; alone unless it has joined others."""
    return _world


def enter(place: World) -> None:
    """From here on this process has a place among others."""
    global _world
    _world = place


def leave() -> None:
    """Wait for the others at the end, so that none sees another go while it still works."""
    from torch import distributed

    with _others_there():
        distributed.barrier()
    distributed.destroy_process_group()


def on_first(work: Callable[[], Value]) -> Value:
    """What the first process's `work` returns; the others wait for it.

    Raises:
        Exception: what it raised there, raised everywhere.
    """
    if _world.count == 1:
        return work()
    from torch import distributed

    told = [_tried(work) if _world.is_first else _Outcome[Value]()]
    with _others_there():
        distributed.broadcast_object_list(told, src=0)
    return _values(told)[0]


def each(work: Callable[[], Value]) -> list[Value]:
    """What `work` returns in each process, by rank.

    Raises:
        Exception: what it raised in one of them, raised everywhere.
    """
    if _world.count == 1:
        return [work()]
    from torch import distributed

    told = [_Outcome[Value]() for _ in range(_world.count)]
    with _others_there():
        distributed.all_gather_object(told, _tried(work))
    return _values(told)


def jointly(work: Callable[[], Value]) -> Value:
    """What `work` returns in this process; it may not call what is called by all.

    Raises:
        Exception: what it raised in one of the processes, raised everywhere.
    """
    own: list[Value] = []
    each(lambda: own.append(work()))
    return own[0]


def is_everywhere(error: Exception) -> bool:
    """Whether all processes have an error, and so can go on with something else together."""
    return _world.count == 1 or error in _raised_everywhere


def agreed(*flags: bool) -> tuple[bool, ...]:
    """Which of some flags are set in any of the processes."""
    if _world.count == 1:
        return flags
    import torch
    from torch import distributed

    found = torch.tensor(flags, dtype=torch.int32)
    with _others_there():
        distributed.all_reduce(found, distributed.ReduceOp.MAX)
    return tuple(bool(flag) for flag in found)


def dealt(items: Sequence[Item], size: int) -> list[Item]:
    """This process's share of the items, dealt in groups of a size, as cards are.

    A batch of one process is a batch of one of several: its numbers are the same.

    >>> dealt("abcdefg", 2)
    ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    """
    groups = range(_world.rank * size, len(items), _world.count * size)
    return [item for start in groups for item in items[start : start + size]]


def gathered(shares: Sequence[Sequence[Item]], size: int) -> list[Item]:
    """The items in their order, of shares that were dealt in groups of a size.

    >>> gathered([[0, 1, 4], [2, 3]], 2)
    [0, 1, 2, 3, 4]
    """
    total = sum(len(share) for share in shares)
    found: list[Item] = []
    for group in range(-(-total // size)):
        start = group // len(shares) * size
        found += shares[group % len(shares)][start : start + size]
    return found


def lost_others(error: BaseException) -> bool:
    """Whether an error only says that another process is gone."""
    return _world.count > 1 and any(sign in str(error) for sign in GONE)


@contextmanager
def _others_there() -> Iterator[None]:
    """
    Raises:
        SystemExit: another process is gone; it has said why.
    """
    try:
        yield
    except RuntimeError as error:
        if lost_others(error):
            raise SystemExit(LOST) from error
        raise


@dataclass(frozen=True)
class _Outcome(Generic[Value]):
    """What some work came to in one process."""

    value: Value | None = None
    error: TryonbenchError | None = None
    trace: str = ""
    """Of an error that a user cannot mend."""


def _tried(work: Callable[[], Value]) -> _Outcome[Value]:
    try:
        return _Outcome(work())
    except TryonbenchError as error:
        return _Outcome(error=error)
    except Exception:
        return _Outcome(trace=f"{_world}: {traceback.format_exc()}")


def _values(outcomes: Sequence[_Outcome[Value]]) -> list[Value]:
    """
    Raises:
        TryonbenchError: that of the first process that had one.
        ProcessFailed: a process failed otherwise.
    """
    for outcome in outcomes:
        if outcome.error is not None or outcome.trace:
            error = outcome.error or ProcessFailed(outcome.trace)
            _raised_everywhere.add(error)
            raise error
    return [cast(Value, outcome.value) for outcome in outcomes]

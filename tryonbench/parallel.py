"""The same work on many items: several processes, results in order, progress on stderr."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from typing import TypeVar

from tryonbench.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 64
"""Up to so many items one process is faster: starting others takes some seconds."""
CHUNK = 8
"""Items that a process takes at a time."""


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], title: str, workers: int | None = None
) -> Iterator[Result]:
    """`work` on each item; a result is yielded as soon as those before it are done.

    Ctrl-C, or leaving the loop, ends the processes.

    Args:
        work: a function of a module, as other processes must find it.
        workers: number of processes; by default all cores, or one where there are few items.
    """
    wanted = workers or (1 if len(items) <= FEW else _cores())
    with progress(title, len(items)) as update:
        for done, result in enumerate(_results(work, items, wanted), 1):
            update(done)
            yield result


def _results(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int
) -> Iterator[Result]:
    if workers == 1:
        yield from map(work, items)
        return
    with get_context("spawn").Pool(workers, _start_worker) as pool:
        yield from pool.imap(work, items, CHUNK)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which ends the pool; keep to one core."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


def _cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Jobs spread over processes: each on one core, all gone when the parent goes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.pool import Pool
from typing import TypeVar

import cv2

from tryonbench.interrupts import deferred_interrupts
from tryonbench.progress import progress

CHUNK = 8
"""Most jobs that a worker takes at a time."""
FEW = 64
"""Up to so many jobs one process is faster: starting others takes some seconds."""

Job = TypeVar("Job")
Result = TypeVar("Result")


def cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int | None = None,
    ordered: bool = False,
) -> Iterator[Result]:
    """What `work` returns for each job, as soon as it is there.

    Args:
        work: can be pickled.
        workers: processes; by default one a core. With one, this process does the work.
        ordered: in the order of the jobs.

    Raises:
        Exception: what `work` raised first; the other processes are stopped.
    """
    workers = min(workers or cores(), len(jobs))
    if workers <= 1:
        with _single_thread():
            yield from map(work, jobs)
        return
    chunk = max(1, min(CHUNK, len(jobs) // (4 * workers)))
    with _started(workers) as pool:
        yield from (pool.imap if ordered else pool.imap_unordered)(work, jobs, chunk)


def _started(workers: int) -> Pool:
    """The processes; a stop waits until each has been told what to do, or it dies with a traceback.

    Raises:
        KeyboardInterrupt: the user asked to stop.
    """
    with deferred_interrupts() as stop:
        pool = get_context("spawn").Pool(workers, _start_worker)
    if stop.asked:
        pool.terminate()
        raise KeyboardInterrupt
    return pool


def in_order(
    work: Callable[[Job], Result], jobs: Sequence[Job], title: str, workers: int | None = None
) -> Iterator[Result]:
    """What `work` returns for each job, in order, with progress on stderr.

    Args:
        workers: by default one process a core, or this one alone where there are few jobs.
    """
    wanted = workers or (1 if len(jobs) <= FEW else None)
    with progress(title, len(jobs)) as update:
        for done, result in enumerate(results(work, jobs, wanted, ordered=True), 1):
            update(done)
            yield result


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which ends the pool; keep to one core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


@contextmanager
def _single_thread() -> Iterator[None]:
    """Keep OpenCV to one core, and put its setting back."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)

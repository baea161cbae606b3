"""Commands in processes that start at once (torch is imported already) and are killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from runpy import run_path
from typing import Any

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(
    [
        "tryonbench.api",
        "tryonbench.cli",
        "tryonbench.evaluation",
        "tryonbench.suite.execute",
        "tryonbench.training.start",
        "tryonbench_methods.pix2pix.method",
    ]
)
LIMIT = 1000.0
"""Seconds after which a command counts as hanging."""
CHILD = Path(__file__).with_name("child.py")
FEW = 2


def kills() -> int:
    """How many moments each command is killed at: `TRYONBENCH_KILLS`, or a few."""
    return int(os.environ.get("TRYONBENCH_KILLS") or FEW)


def start(script: Path, asked: tuple[Any, ...]) -> BaseProcess:
    """Start a script that calls its function `main`; tests are no package that it could import."""
    names = {"asked": asked}
    process = FORKED.Process(target=run_path, args=(str(script), names, "__child__"))
    process.start()
    return process


@dataclass(frozen=True)
class Moment:
    """When a process is killed: before its n-th change of a file, or after some seconds."""

    change: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (-9: killed), its time, and how many changes it made."""

    code: int
    seconds: float
    changes: int


def run(
    words: Sequence[object],
    folder: Path,
    moment: Moment | None = None,
    forks: bool = False,
) -> Ended:
    """Run `tryonbench` in a folder, killed at a moment if there is one.

    Returns when all that the process started is gone, too.

    Args:
        forks: a suite's jobs are forked, too; at a time all are killed, at a change the suite.
    """
    moment, changes = moment or Moment(), FORKED.RawValue("i", 0)
    gone, held = FORKED.Pipe(duplex=False)
    asked = ([*map(str, words)], str(folder), moment.change, changes, held, forks)
    process, since = start(CHILD, asked), time.monotonic()
    held.close()
    process.join(LIMIT if moment.seconds is None else moment.seconds)
    if process.exitcode is None:
        _kill(process)
    seconds = time.monotonic() - since
    assert gone.poll(LIMIT), "something that the command has started is still there"
    assert process.exitcode is not None
    return Ended(process.exitcode, seconds, changes.value)


def _kill(process: BaseProcess) -> None:
    """Kill a process, and those that it has forked if they are a group: as a power cut does."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def run_killed(
    words: Sequence[object], make: Callable[[], Path], moment: Moment, forks: bool = False
) -> Path:
    """Run a command that is killed at a moment, or earlier if it is over by then.

    Args:
        make: makes the folder to run in, or makes it anew.
    """
    while True:
        folder = make()
        ended = run(words, folder, moment, forks)
        print(f"{words[0]}: {moment}: {ended}")
        if ended.code == -signal.SIGKILL:
            return folder
        assert moment.seconds is not None, "the command makes the same changes each time"
        moment = Moment(seconds=moment.seconds / 2)


def moments(whole: Ended, name: str) -> Iterator[Moment]:
    """Random ones of an uninterrupted run, by changes of files and by time in turn."""
    chance = random.Random(name)
    for number in range(kills()):
        if number % 2:
            yield Moment(seconds=chance.uniform(0, whole.seconds))
        else:
            yield Moment(change=chance.randint(1, whole.changes))

"""Commands by `--devices N`, started by the real launcher in processes that are forked."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.faults.killing import start
from tryonbench.processes import launch

CHILD = Path(__file__).with_name("several_child.py")


class Forked:
    """A process, as `subprocess.Popen`."""

    def __init__(self, process: BaseProcess) -> None:
        self.process = process

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)


def launched(
    monkeypatch: pytest.MonkeyPatch,
    words: Sequence[object],
    folder: Path,
    count: int = 2,
    until: Callable[[], bool] | None = None,
) -> int:
    """The exit code of a command in a folder, shared by some processes.

    Args:
        until: says when the last process is killed.
    """

    def begin(arguments: Sequence[str], environment: Mapping[str, str]) -> Any:
        process = start(CHILD, ([*arguments], dict(environment), str(folder)))
        if until and environment["RANK"] == str(count - 1):
            Thread(target=_kill, args=(process.pid, until), daemon=True).start()
        return Forked(process)

    with monkeypatch.context() as patch:
        patch.setattr(launch, "_start", begin)
        return launch.launch(count, [*map(str, words)])


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds are over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _kill(process: int, until: Callable[[], bool]) -> None:
    """Kill a process at a moment, unless it is gone by then."""
    while Path(f"/proc/{process}").exists():
        if until():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            return
        time.sleep(0.02)

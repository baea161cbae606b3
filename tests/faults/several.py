"""Commands by `--devices N`, started by the real launcher in processes that are forked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
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
    seconds: float | None = None,
) -> int:
    """The exit code of a command in a folder, shared by some processes.

    Args:
        seconds: after which the last process is killed.
    """

    def begin(arguments: Sequence[str], environment: Mapping[str, str]) -> Any:
        process = start(CHILD, ([*arguments], dict(environment), str(folder)))
        if seconds is not None and environment["RANK"] == str(count - 1):
            killer = start(CHILD, (process.pid, seconds))
            killers.append(killer)
        return Forked(process)

    killers: list[BaseProcess] = []
    with monkeypatch.context() as patch:
        patch.setattr(launch, "_start", begin)
        code = launch.launch(count, [*map(str, words)])
    for killer in killers:
        killer.join()
    return code

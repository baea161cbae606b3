"""A command's process, started by `killing.run`: forked, and killed before a change of a file."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from runpy import run_path
from typing import Any

import torch

from tryonbench.cli import main as tryonbench

CHANGES = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}
"""Events of Python's audit hooks that can change a file."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(
    words: list[str],
    folder: str,
    last: int | None,
    changes: Any,
    held: Connection,
    forks: bool,
) -> None:
    """Run the command as typed, with its output in a file; `held` is open until it is gone.

    Args:
        last: the number of the change before which the process is killed.
        changes: counts them.
        forks: a suite's jobs are forked.
    """
    os.chdir(folder)
    os.environ["TRYONBENCH_CACHE"] = f"{folder}/cache"
    into(Path("output.txt"))
    torch.set_num_threads(1)
    sys.argv = ["tryonbench", *words]
    if forks:
        os.setsid()
        run_path(str(Path(__file__).with_name("forked.py")))["fork_jobs"]()
    sys.addaudithook(_counter(folder, last, changes))
    tryonbench()


def into(path: Path) -> None:
    """What this process prints goes into a file."""
    with path.open("ab") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)


def _counter(folder: str, last: int | None, changes: Any) -> Callable[[str, Any], None]:
    """A hook that counts this process's changes of files in a folder, and kills it before one."""
    own = os.getpid()

    def hook(event: str, arguments: Any) -> None:
        if event in CHANGES and os.getpid() == own and _is_change(event, arguments, folder):
            changes.value += 1
            if changes.value == last:
                os.kill(own, signal.SIGKILL)

    return hook


def _is_change(event: str, arguments: Any, folder: str) -> bool:
    """Names relative to an open folder are those of `shutil.rmtree`."""
    path = arguments[0]
    if event == "open":
        flags = arguments[2]
        return isinstance(path, str) and path.startswith(folder) and bool(flags & WRITING)
    inside = str(path).startswith(folder)
    return inside or (event in ("os.remove", "os.rmdir") and arguments[-1] != -1)


if __name__ == "__child__":
    main(*globals()["asked"])

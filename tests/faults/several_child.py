"""A process of a command that `several.launched` has started; or one that kills it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import torch

from tryonbench.cli import main as tryonbench


def run(words: list[str], environment: dict[str, str], folder: str) -> None:
    """The command's part of one process."""
    os.setsid()
    os.chdir(folder)
    os.environ |= environment | {"TRYONBENCH_CACHE": f"{folder}/cache"}
    torch.set_num_threads(1)
    sys.argv = ["tryonbench", *words]
    tryonbench()


def kill(process: int, seconds: float) -> None:
    """Kill a process, unless it is gone, after some seconds."""
    time.sleep(seconds)
    if Path(f"/proc/{process}").exists():
        os.kill(process, signal.SIGKILL)


if __name__ == "__child__":
    asked = globals()["asked"]
    (kill if len(asked) == 2 else run)(*asked)

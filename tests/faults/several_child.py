"""A process of a command that `several.launched` has started."""

from __future__ import annotations

import os
import sys

import torch

from tryonbench.cli import main as tryonbench


def main(words: list[str], environment: dict[str, str], folder: str) -> None:
    """The command's part of one process."""
    os.setsid()
    os.chdir(folder)
    os.environ |= environment | {"TRYONBENCH_CACHE": f"{folder}/cache"}
    torch.set_num_threads(1)
    sys.argv = ["tryonbench", *words]
    tryonbench()


if __name__ == "__child__":
    main(*globals()["asked"])

"""How one of several processes says why it ends."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from tryonbench.processes.meeting import first_says
from tryonbench.processes.world import LOST, ProcessFailed, lost_others, world

ERRORS = "TRYONBENCH_ERRORS"
"""The folder in which processes leave their last words to the one that launched them."""


def tell(message: str) -> None:
    """Print an error, once if processes fail alike; or leave it to the one that launched this."""
    place = world()
    if folder := os.environ.get(ERRORS):
        Path(folder, f"{place.rank}.txt").write_text(message, encoding="utf-8")
    elif first_says(message):
        print(f"error: {message}", file=sys.stderr)
    else:
        print(f"error: {place}: {message}", file=sys.__stderr__)


def tell_bug(error: Exception) -> int:
    """The traceback of one of several processes; the exit code."""
    if lost_others(error):
        return LOST
    if isinstance(error, ProcessFailed):
        if world().is_first:
            print(error, file=sys.stderr)
    else:
        traceback.print_exception(error, file=sys.__stderr__)
    tell(traceback.format_exception_only(error)[-1].strip().splitlines()[-1])
    return 1


def is_launched() -> bool:
    """Whether another process of tryonbench started this one, and speaks for it."""
    return ERRORS in os.environ

"""A job's process: `tryonbench`, stopped when the suite that started it is gone.

python -m tryonbench.suite.child PARENT COMMAND…
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""


def stop_with(parent: int) -> None:
    """Be asked to stop when the parent dies, even of SIGKILL; only Linux can.

    SIGUSR2 is for the parent, who asks to stop in its turn: Slurm may send it to every process.
    """
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(130)


def main() -> None:
    parent, *command = sys.argv[1:]
    stop_with(int(parent))
    sys.argv = ["tryonbench", *command]
    from tryonbench.cli import main as tryonbench

    tryonbench()


if __name__ == "__main__":
    main()

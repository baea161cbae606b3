"""Several commands at once, each on its share of the cores.

Small networks leave much of several cores idle: on two cores, two trainings of `nano` at once took
three quarters of the time of one after another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import typer

from tryonbench.cli.options import note
from tryonbench.pool import cores


def run_together(commands: Sequence[Sequence[str]]) -> None:
    """Run command lines of `tryonbench`; their lines come out mixed, as they are written.

    A command that fails leaves the others alone. When this process is interrupted, all are asked to
    stop, and waited for.

    Raises:
        typer.Exit: with the highest exit code, if one failed.
    """
    threads = str(max(1, cores() // len(commands)))
    read, write = os.pipe()
    started = [_start(command, write, threads) for command in commands]
    os.close(write)
    try:
        with os.fdopen(read, encoding="utf-8") as lines:
            for line in lines:
                note(line.rstrip())
    except BaseException:
        for process in started:
            process.terminate()
        raise
    finally:
        codes = [process.wait() for process in started]
    if any(codes):
        raise typer.Exit(max(codes))


def _start(command: Sequence[str], output: int, threads: str) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches it once, from here."""
    return subprocess.Popen(
        [sys.executable, "-m", "tryonbench", *command],
        env={**os.environ, "OMP_NUM_THREADS": threads},
        stdout=output,
        stderr=output,
        start_new_session=True,
    )

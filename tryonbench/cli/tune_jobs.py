"""Several processes at one study."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING

import typer

from tryonbench.cli.options import note
from tryonbench.pool import cores

if TYPE_CHECKING:
    from tryonbench.tune.plan import Plan


def work_together(plan: Plan, url: str, trials: int, jobs: int) -> None:
    """Run a study's trials in several processes, each on its share of the cores.

    When this process is interrupted, all are asked to stop, and waited for.

    Raises:
        typer.Exit: with the highest exit code, if one failed.
    """
    os.environ["OMP_NUM_THREADS"] = str(max(1, cores() // jobs))
    context = multiprocessing.get_context("spawn")
    arguments = (plan, url, trials, os.getpid())
    started = [context.Process(target=_work, args=arguments) for _ in range(jobs)]
    for process in started:
        process.start()
    try:
        for process in started:
            process.join()
    except BaseException:
        for process in started:
            process.terminate()
        raise
    finally:
        for process in started:
            process.join()
    if codes := [abs(process.exitcode or 0) for process in started if process.exitcode]:
        raise typer.Exit(max(codes))


def _work(plan: Plan, url: str, trials: int, parent: int) -> None:
    """In a session of its own: Ctrl-C reaches it once, from its parent."""
    from tryonbench.errors import TryonbenchError
    from tryonbench.suite.child import stop_with
    from tryonbench.tune.run import Worker
    from tryonbench.tune.study import open_study

    os.setsid()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stop_with(parent)
    try:
        Worker(open_study(plan, url), plan, note).work(trials)
    except KeyboardInterrupt:
        sys.exit(130)
    except TryonbenchError as error:
        note(f"error: {error}")
        sys.exit(error.exit_code)

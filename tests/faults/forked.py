"""A suite's jobs without the seconds that a fresh process takes to import torch."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tryonbench.suite.child import stop_with
from tryonbench.suite.plan import Job


class Forked:
    """A job's process, forked from the suite's, which has imported torch: as `subprocess.Popen`."""

    def __init__(self, job: Job, log: Path, threads: int) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        parent, self.returncode = os.getpid(), None
        self.pid = os.fork()
        if self.pid == 0:
            _job(parent, job, log)

    def _ended(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def poll(self) -> int | None:
        return self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        return self._ended(0)

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)


def _job(parent: int, job: Job, log: Path) -> None:
    """The job's process, which never returns."""
    from tryonbench.cli import main

    code = 1
    try:
        with log.open("wb") as output:
            for stream in (1, 2):
                os.dup2(output.fileno(), stream)
        stop_with(parent)
        sys.argv = ["tryonbench", *job.arguments()]
        main()
        code = 0
    except SystemExit as done:
        code = int(done.code or 0)
    finally:
        os._exit(code)


def fork_jobs() -> None:
    """Jobs start at once."""
    import tryonbench.suite.execute

    tryonbench.suite.execute.start = Forked

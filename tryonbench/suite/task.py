"""A job of a suite as submitit runs it on a machine of the cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from submitit.helpers import DelayedSubmission

from tryonbench.errors import TryonbenchError
from tryonbench.pool import cores
from tryonbench.suite.execute import reason, start
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record

STOPPED = 130
"""A command's exit code after SIGTERM, which `scancel` sends to every process."""


@dataclass
class Task:
    """The job's command in a process of its own, which saves when Slurm wants the machine back."""

    job: Job
    folder: Path
    """Of the suite's record."""
    behind: tuple[Job, ...] = ()
    """Jobs that cannot run if this one fails: Slurm drops them without a word."""
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __call__(self) -> None:
        """Run the command and write down how it ended.

        Raises:
            TryonbenchError: it failed; so the task fails, too, and those behind it do not start.
        """
        record, since = Record(self.folder), time.monotonic()
        log = record.log(self.job)
        record.note(self.job, "running")
        self.process = start(self.job, log, _threads())
        code = self.process.wait()
        if code == 0:
            record.note(self.job, "done", time.monotonic() - since)
            return
        message = reason(log, code)
        self._note_failure(record, code, message)
        raise TryonbenchError(f"{self.job.name}: {message}")

    def _note_failure(self, record: Record, code: int, message: str) -> None:
        if code == STOPPED:
            record.note(self.job, "stopped")
            return
        record.note(self.job, "failed", message=message)
        for job in self.behind:
            record.note(job, "blocked", message=f'waits for "{self.job.name}"')

    def checkpoint(self) -> DelayedSubmission:
        """Stop the command, which saves first; submitit then has the same task queued again.

        Called in a signal's handler, in the middle of `Popen.wait`, whose lock is taken: so the
        process is waited for without it, and left to be reaped.
        """
        if self.process is not None:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.process.pid, signal.SIGTERM)
                os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
        Record(self.folder).note(self.job, "stopped")
        return DelayedSubmission(Task(self.job, self.folder, self.behind))


def _threads() -> int:
    """The cores that Slurm gave the task; not every cluster binds it to them."""
    return min(cores(), int(os.environ.get("SLURM_CPUS_PER_TASK") or cores()))

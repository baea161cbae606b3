"""Running a suite's jobs: some at once, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tryonbench.files import make_folder
from tryonbench.pool import cores
from tryonbench.storage import storing
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record

POLL = 0.1
"""Seconds between two looks at the processes."""

Show = Callable[[], None]


@dataclass
class Started:
    """A job that runs."""

    job: Job
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


class Runner:
    """Starts jobs when what they wait for is done; a failure leaves the others alone."""

    def __init__(self, jobs: Sequence[Job], record: Record, at_once: int) -> None:
        """
        Args:
            jobs: those to run, each behind those it waits for.
            at_once: processes at most, each on its share of the cores.
        """
        self.record, self.at_once = record, at_once
        self.waiting = list(jobs)
        self.running: list[Started] = []
        for job in jobs:
            record.note(job, "waiting")

    def run(self, show: Show) -> None:
        """Until every job has ended.

        Raises:
            KeyboardInterrupt: the user asked to stop; all jobs have saved what they had.
        """
        try:
            while self.waiting or self.running:
                self._reap()
                self._block()
                self._start()
                show()
                time.sleep(POLL)
        except BaseException:
            self._stop()
            raise

    def _start(self) -> None:
        """Start what can run now; a job that measures runs alone."""
        for job in [job for job in self.waiting if self._is_ready(job)]:
            alone = job.alone or any(one.job.alone for one in self.running)
            if len(self.running) >= (1 if alone else self.at_once):
                continue
            self.waiting.remove(job)
            self.running.append(Started(job, self._process(job)))
            self.record.note(job, "running")

    def _is_ready(self, job: Job) -> bool:
        open_ = {one.name for one in (*self.waiting, *(s.job for s in self.running))}
        return not open_ & set(job.after)

    def _process(self, job: Job) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C reaches it once, from here."""
        threads = cores() if job.alone else max(1, cores() // self.at_once)
        return start(job, self.record.log(job), threads)

    def _reap(self) -> None:
        """Write down how jobs ended."""
        for one in [one for one in self.running if one.process.poll() is not None]:
            self.running.remove(one)
            if one.process.returncode == 0:
                self.record.note(one.job, "done", one.seconds)
            else:
                message = reason(self.record.log(one.job), one.process.returncode)
                self.record.note(one.job, "failed", message=message)

    def _block(self) -> None:
        """Jobs behind one that failed cannot run, unless they take what there is."""
        bad = [n for n, e in self.record.entries.items() if e.state in ("failed", "blocked")]
        for job in list(self.waiting):  # each stands behind those it waits for
            first = next((name for name in job.after if name in bad), None)
            if first and not job.there:
                bad.append(job.name)
                self.waiting.remove(job)
                self.record.note(job, "blocked", message=f'waits for "{first}"')

    def _stop(self) -> None:
        """Ask all jobs to stop, wait until they have saved or the user asks again, and write that
        down."""
        for one in self.running:
            one.process.terminate()
        try:
            for one in self.running:
                one.process.wait()
        finally:
            for one in self.running:
                self.record.note(one.job, "stopped")


def start(job: Job, log: Path, threads: int) -> subprocess.Popen[bytes]:
    """A job's process, which ends with this one; in a session of its own.

    Raises:
        StorageError: the log cannot be written: the disk is full or read-only.
    """
    make_folder(log.parent)
    module = "tryonbench.suite.child"
    with storing(log.parent), log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(os.getpid()), *job.arguments()],
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def reason(log: Path, code: int) -> str:
    """Why a job failed: the last line of what it wrote."""
    return (last_line(log) or f"ended with exit code {code}").removeprefix("error: ")


def last_line(log: Path) -> str:
    """The last line that is not empty; nothing of a file that is not there."""
    if not log.is_file():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 4096))
        lines = stream.read().decode("utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")

"""Starting the processes of `--devices N`, and ending them all when one fails."""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tryonbench.interrupts import StopRequest, deferred_interrupts
from tryonbench.pool import cores
from tryonbench.processes.failure import ERRORS
from tryonbench.processes.world import LOST, SHARED_THREADS, World

POLL = 0.05
"""Seconds between two looks at the processes."""
GRACE = 5.0
"""Seconds that the others have to end by themselves when one has failed, for they may have failed,
too; and as many once they are asked to stop."""


def launch(count: int, arguments: Sequence[str]) -> int:
    """Run `tryonbench ARGUMENTS` in some processes of this machine; the exit code.

    That is the code of the process that failed, 128 + N if signal N ended it; 130 after Ctrl-C,
    which is passed on to all.
    """
    temporary = TemporaryDirectory(prefix="tryonbench-processes-")
    with temporary as folder, deferred_interrupts() as stop:
        common = {"MASTER_PORT": str(_free_port()), ERRORS: folder}
        places = [World(rank, count, rank, count) for rank in range(count)]
        started = Started([_start(arguments, _environment(p) | common) for p in places])
        try:
            started.wait(stop)
        finally:
            started.end()
        return 130 if stop.asked else _told(started, Path(folder))


def _environment(place: World) -> dict[str, str]:
    """What torchrun would set."""
    own = {
        "RANK": place.rank,
        "WORLD_SIZE": place.count,
        "LOCAL_RANK": place.local_rank,
        "LOCAL_WORLD_SIZE": place.local_count,
        "GROUP_RANK": 0,
        "MASTER_ADDR": "127.0.0.1",
    }
    found = {**os.environ, **{name: str(value) for name, value in own.items()}}
    if sys.platform == "linux":
        found.setdefault("GLOO_SOCKET_IFNAME", "lo")
    if "OMP_NUM_THREADS" not in found:
        found["OMP_NUM_THREADS"] = str(max(1, cores() // place.local_count))
        found[SHARED_THREADS] = "1"
    return found


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _start(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches it once, from here; it does not outlive this one."""
    module = "tryonbench.suite.child"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(os.getpid()), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


@dataclass
class Started:
    """Processes by rank."""

    processes: Sequence[subprocess.Popen[bytes]]
    ended: dict[int, int] = field(default_factory=dict)
    """Exit codes of those that ended by themselves, in that order."""

    def wait(self, stop: StopRequest) -> None:
        """Until all have ended, or some time after one has failed; Ctrl-C is passed on once, and
        then the first has all the time that it needs to save."""
        passed_on, deadline = False, math.inf
        while len(self.ended) < len(self.processes) and time.monotonic() < deadline:
            self._look()
            if stop.asked and not passed_on:
                self._signal(signal.SIGINT)
                passed_on = True
            failed = 0 in self.ended if passed_on else any(self.ended.values())
            if failed and deadline == math.inf:
                deadline = time.monotonic() + GRACE
            time.sleep(POLL)

    def end(self) -> None:
        """Ask those that are left to stop, and kill those that do not."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(p.poll() is None for p in self.processes):
            time.sleep(POLL)
        self._signal(signal.SIGKILL)
        for process in self.processes:
            process.wait()

    def _look(self) -> None:
        for rank, process in enumerate(self.processes):
            if rank not in self.ended and (code := process.poll()) is not None:
                self.ended[rank] = code

    def _signal(self, number: signal.Signals) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                if process.poll() is None:
                    process.send_signal(number)


def _told(started: Started, folder: Path) -> int:
    """Say which process failed first, and of what; its exit code."""
    failed = {rank: code for rank, code in started.ended.items() if code}
    causes = {rank: code for rank, code in failed.items() if code != LOST} or failed
    if not causes:
        return 0
    words = {rank: _last_words(folder, rank) for rank in causes}
    rank = min(causes, key=lambda r: (causes[r] >= 0, r))
    code, count = causes[rank], len(started.processes)
    place = World(rank, count)
    if code < 0:
        how = f"was ended by {signal.Signals(-code).name}"
        why = ", perhaps for lack of memory" if code == -signal.SIGKILL else ""
        note = "the others were stopped; run the same command again to go on"
        print(f"error: {place} {how}{why}; {note}", file=sys.stderr)
        return 128 - code
    if said := words[rank]:
        alike = len(set(words.values())) == 1 and len(words) == count
        print(f"error: {said}" if alike else f"error: {place}: {said}", file=sys.stderr)
    return code


def _last_words(folder: Path, rank: int) -> str:
    file = folder / f"{rank}.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else ""

"""Starting a measuring process, and ending it when it takes too long or too much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tryonbench.efficiency.schema import Answer, Task
from tryonbench.files import read_json_if_whole
from tryonbench.memory import available_bytes, resident_bytes
from tryonbench.processes.world import SHARED_THREADS

TIME_LIMIT = 600.0
"""Seconds after which a measurement is given up."""
MARGIN = 0.8
"""Share of the available memory that a measurement may take."""
POLL = 0.02
"""Seconds between two looks at a process: what it can take beyond its limit in the meantime is well
within the margin, and looking costs a thousandth of a core."""


@dataclass(frozen=True)
class Limits:
    """What a measuring process may take.

    The resident memory of the process itself is watched from outside. A limit set in the process
    (`RLIMIT_AS`) would count addresses, of which torch with the libraries of CUDA reserves many
    gigabytes that it never fills; and libraries that are refused memory may crash instead of
    saying so.
    """

    seconds: float = TIME_LIMIT
    bytes: int | None = None
    """By default a share of what is available when the process starts."""

    def allowed_bytes(self) -> int | None:
        available = available_bytes()
        if self.bytes is not None or available is None:
            return self.bytes
        return int(available * MARGIN)


def run_task(task: Task, limits: Limits) -> Answer:
    """Measure in a fresh process; whatever happens to it is an answer."""
    with TemporaryDirectory(prefix="tryonbench-bench-") as folder:
        log, path = Path(folder) / "output.txt", Path(folder) / "answer.json"
        with log.open("wb") as output:
            process = _start(path, limits, output.fileno())
            try:
                _send(task, process)
                ended = _watched(process, limits)
            finally:
                _end(process)
        return ended or _answer(path, log, process.returncode)


def _start(path: Path, limits: Limits, output: int) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches this process alone, which ends that one."""
    module = "tryonbench.efficiency.worker"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(path), str(limits.seconds)],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """That of this process; what is measured alone has all cores, though it may be one of several
    that share them."""
    own = dict(os.environ)
    if own.pop(SHARED_THREADS, None):
        del own["OMP_NUM_THREADS"]
    return own


def _send(task: Task, process: subprocess.Popen[bytes]) -> None:
    """Say what to measure; a process that died already tells its reason elsewhere."""
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin as stream:
        stream.write(task.model_dump_json().encode())


def _watched(process: subprocess.Popen[bytes], limits: Limits) -> Answer | None:
    """Wait for a process to end; the answer where it went over a limit."""
    deadline, allowed = time.monotonic() + limits.seconds, limits.allowed_bytes()
    while process.poll() is None:
        if time.monotonic() > deadline:
            return Answer(failed=f"took over {limits.seconds:g} s (--time-limit) and was stopped")
        held = resident_bytes(process.pid)
        if allowed is not None and held is not None and held > allowed:
            text = f"took over {allowed / 2**30:.2f} GiB (--memory-limit) and was stopped"
            return Answer(out_of_memory=text)
        time.sleep(POLL)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, if they are still there."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(path: Path, log: Path, code: int) -> Answer:
    """What the process wrote, or how it died."""
    if (found := read_json_if_whole(path)) is not None:
        return Answer.model_validate(found)
    if code == -signal.SIGKILL:
        return Answer(out_of_memory="was killed from outside, as the system does without memory")
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    how = f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return Answer(failed=f"{how}: {lines[-1][:300]}" if lines else how)

"""Slurm's commands as far as submitit uses them: they write down what they are told."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.killing import start

COMMANDS = {
    "sbatch": 'n=$((100 + $(ls *.sh 2>/dev/null | wc -l))); cp "$1" $n.sh\n'
    'echo "Submitted batch job $n"',
    "scontrol": 'echo "$@" >> scontrol.txt',
    "squeue": "cat squeue.txt",
}
TASK = Path(__file__).with_name("fake_task.py")
SRUN = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do case "$1" in --output|--error) shift;; esac; shift; done
exec "$@"
"""


@dataclass(frozen=True)
class FakeSlurm:
    """The queue's folder, the commands in its `bin`, and where jobs work."""

    folder: Path
    work: Path

    def install(self) -> Path:
        """Write the commands; the folder to put on the PATH."""
        commands = self.folder / "bin"
        commands.mkdir(parents=True)
        texts = {name: f"#!/bin/sh\ncd {self.folder}\n{text}\n" for name, text in COMMANDS.items()}
        for name, text in {**texts, "srun": SRUN}.items():
            (commands / name).write_text(text)
            (commands / name).chmod(0o755)
        self.queue()
        return commands

    def queue(self, *jobs: str) -> None:
        """What `squeue` prints: the jobs that are waiting or running, a line a task."""
        (self.folder / "squeue.txt").write_text("".join(f"{job}\n" for job in jobs))

    def scripts(self) -> dict[str, str]:
        """Those submitted, by job."""
        return {path.stem: path.read_text() for path in sorted(self.folder.glob("*.sh"))}

    def option(self, job: str, name: str) -> str | None:
        """An option in a script's head."""
        found = re.search(rf"^#SBATCH --{name}=(.*)$", self.scripts()[job], re.MULTILINE)
        return found[1].strip("'") if found else None

    def requeued(self) -> list[str]:
        """The jobs that were queued again."""
        path = self.folder / "scontrol.txt"
        return path.read_text().split() if path.is_file() else []

    def run_script(self, job: str) -> int:
        """Run a job's very script, as Slurm does."""
        script = self.folder / f"{job}.sh"
        env = {**os.environ, **_variables(job, None)}
        return subprocess.run(["bash", script], env=env, cwd=self.work, check=False).returncode

    def start_task(self, job: str, task: int | None, submitted: Path) -> BaseProcess:
        """Start what the script of a task starts, forked from a process that has imported torch."""
        environment = {**os.environ, **_variables(job, task)}
        return start(TASK, (str(self.work), environment, str(submitted)))


def _variables(job: str, task: int | None) -> dict[str, str]:
    """What Slurm tells a task."""
    array = {} if task is None else {"SLURM_ARRAY_JOB_ID": job, "SLURM_ARRAY_TASK_ID": str(task)}
    return {"SLURM_JOB_ID": job, "SLURM_NTASKS": "1", "SLURM_PROCID": "0", **array}

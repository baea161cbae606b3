"""Submitting a suite to Slurm through submitit, or writing what would be submitted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING, Any

from tryonbench.errors import InputError
from tryonbench.files import read_json_if_whole, write_json
from tryonbench.suite.arrays import Array, arrays, behind, dependency
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record

if TYPE_CHECKING:
    from submitit import SlurmExecutor

SUBMITTED = "submitted.json"
"""What Slurm calls the arrays of the last launch."""


@dataclass(frozen=True)
class Resources:
    """What each task asks of Slurm."""

    minutes: int
    partition: str | None = None
    account: str | None = None
    gpus: int | None = None
    """Of trainings and evaluations."""
    cpus: int | None = None
    memory: str | None = None
    """As `sbatch --mem` takes it."""
    at_once: int = 64
    """Tasks of an array."""
    largest: int = 1000
    """Tasks of an array at most; more make another. Slurm's own limit is `MaxArraySize` - 1."""
    exclusive: bool = True
    """Whether a task that measures time has its machine to itself."""
    timeouts: int = 20
    """How often a task that reached its time limit goes on in another job."""
    setup: tuple[str, ...] = ()
    """Lines of shell before the command."""
    extra: Mapping[str, str] | None = None
    """Other options of sbatch."""


def require_submitit() -> None:
    """
    Raises:
        InputError: it is not installed.
    """
    if find_spec("submitit") is None:
        raise InputError('launch slurm needs submitit: pip install "tryonbench[slurm]"')


def require_slurm() -> None:
    """
    Raises:
        InputError: this machine cannot submit jobs.
    """
    for command in ("sbatch", "srun", "squeue"):
        if shutil.which(command) is None:
            raise InputError(
                f"{command} is not here: submit on a machine of the cluster, or look at the "
                "scripts with --dry-run"
            )


def scripts(jobs: Sequence[Job], name: str, folder: Path, asked: Resources) -> Iterator[str]:
    """What would be submitted, an array each; `ARRAYn` stands for the number that Slurm gives."""
    from submitit import SlurmExecutor

    class Printer(SlurmExecutor):
        """Works where there is no Slurm."""

        @classmethod
        def affinity(cls) -> int:
            return 1

    found = arrays(jobs, asked.largest)
    ids = [f"ARRAY{number}" for number in range(len(found))]
    for number, array in enumerate(found):
        executor = Printer(folder / "slurm", asked.timeouts)
        executor.update_parameters(**_parameters(array, found, ids, name, asked))
        if len(array.jobs) > 1:
            executor.parameters["map_count"] = len(array.jobs)
        text = executor._make_submission_file_text(executor._submitit_command_str, "")
        tasks = (f"# {n}: tryonbench {join(job.arguments())}" for n, job in enumerate(array.jobs))
        yield "\n".join([f"# ARRAY{number}: {array.name}", *tasks, text])


def submit(
    jobs: Sequence[Job], name: str, folder: Path, asked: Resources
) -> Iterator[tuple[Array, str]]:
    """Submit the arrays in order; each with the number that Slurm gave it.

    Raises:
        InputError: jobs of this suite are in the queue already, or sbatch refuses one.
    """
    from submitit.core.utils import FailedJobError

    from tryonbench.suite.task import Task

    _refuse_twice(folder)
    record = Record(folder)
    for job in jobs:
        record.note(job, "waiting")
    found, ids = arrays(jobs, asked.largest), list[str]()
    for array in found:
        executor = _executor(folder, asked.timeouts)
        executor.update_parameters(**_parameters(array, found, ids, name, asked))
        tasks = [Task(job, folder, behind(job, jobs)) for job in array.jobs]
        try:
            submitted = executor.submit_array(tasks)
        except FailedJobError as error:
            raise InputError(
                f"sbatch refuses {array.name}: {' '.join(str(error).split())}"
            ) from error
        ids.append(submitted[0].job_id.partition("_")[0])
        write_json(folder / SUBMITTED, ids)
        yield array, ids[-1]


def _executor(folder: Path, timeouts: int) -> SlurmExecutor:
    from submitit import SlurmExecutor

    return SlurmExecutor(folder / "slurm", timeouts)


def _refuse_twice(folder: Path) -> None:
    """
    Raises:
        InputError: jobs that were submitted before are waiting or running.
    """
    before: list[str] = read_json_if_whole(folder / SUBMITTED) or []
    if still := _in_queue(before):
        raise InputError(
            f"this suite's jobs {', '.join(still)} are still in the queue (squeue --me); wait for "
            f"them, or stop them: scancel {' '.join(still)}"
        )


def _in_queue(numbers: Sequence[str]) -> list[str]:
    """Which jobs are waiting or running. squeue knows them from the moment that sbatch returns, and
    fails if it knows none any more."""
    command = ["squeue", "--noheader", "--format=%F", f"--jobs={','.join(numbers)}"]
    if not numbers:
        return []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return list(dict.fromkeys(done.stdout.split()))


def _parameters(
    array: Array, before: Sequence[Array], ids: Sequence[str], name: str, asked: Resources
) -> dict[str, Any]:
    """Of `SlurmExecutor.update_parameters`. Slurm itself queues a task again if its machine fails,
    and drops one whose dependency failed, which would wait for ever."""
    own = {"requeue": True, "kill-on-invalid-dep": "yes", **(asked.extra or {})}
    values = {
        "job_name": f"{name} {array.name}".replace(" ", "-"),
        "time": asked.minutes,
        "partition": asked.partition,
        "account": asked.account,
        "gpus_per_node": asked.gpus if array.computes else None,
        "cpus_per_task": asked.cpus,
        "mem": asked.memory,
        "exclusive": True if array.alone and asked.exclusive else None,
        "array_parallelism": asked.at_once,
        "setup": list(asked.setup) or None,
        "dependency": dependency(array, before, ids),
        "additional_parameters": own,
        "srun_args": [f"--cpus-per-task={asked.cpus}"] if asked.cpus else None,
    }
    return {key: value for key, value in values.items() if value is not None}

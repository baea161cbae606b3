"""A suite's jobs as Slurm's arrays: a task a (method, protocol, seed), and what waits for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tryonbench.suite.plan import Job


@dataclass(frozen=True)
class Array:
    """Jobs of one kind that wait for the same arrays."""

    name: str
    jobs: tuple[Job, ...]
    after: tuple[int, ...]
    """Numbers of the arrays before it that it waits for."""

    @property
    def alone(self) -> bool:
        """It measures time or memory."""
        return any(job.alone for job in self.jobs)

    @property
    def computes(self) -> bool:
        """It runs networks, which an accelerator makes faster."""
        return self.jobs[0].command[0] in ("train", "eval")


def arrays(jobs: Sequence[Job], largest: int) -> list[Array]:
    """Jobs, each behind those it waits for, by kind and by what they wait for among these jobs.

    Args:
        largest: tasks of an array at most.
    """
    numbers: dict[tuple[str, bool, tuple[int, ...]], int] = {}
    place: dict[str, int] = {}
    found: list[Array] = []
    for job in jobs:
        after = tuple(dict.fromkeys(place[name] for name in job.after if name in place))
        key = (_kind(job), job.alone, after)
        if key not in numbers or len(found[numbers[key]].jobs) == largest:
            numbers[key] = len(found)
            found.append(Array(_kind(job), (), after))
        place[job.name] = number = numbers[key]
        found[number] = replace(found[number], jobs=(*found[number].jobs, job))
    return found


def _kind(job: Job) -> str:
    """What a job does, without the run it does it to: `train`, `eval synth/paired-64x48`."""
    kind = job.command[0]
    if kind == "eval":
        return job.name.replace(f" {job.command[1]}", "", 1)
    return kind if kind == "train" else job.name


def behind(job: Job, jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs that cannot run if a job fails.

    Args:
        jobs: each behind those it waits for.
    """
    found = {job.name: job}
    for other in jobs:
        if not other.there and found.keys() & set(other.after):
            found[other.name] = other
    return tuple(found.values())[1:]


def dependency(array: Array, before: Sequence[Array], ids: Sequence[str]) -> str | None:
    """What `sbatch --dependency` is told.

    Args:
        before: the arrays that were submitted, and `ids`, what Slurm calls them.
    """
    return ",".join(f"{_how(before[n], array)}:{ids[n]}" for n in array.after) or None


def _how(before: Array, array: Array) -> str:
    """A job that takes what there is waits for the end of the others, however they end. A task
    that needs one other alone waits for that one."""
    if array.jobs[0].there:
        return "afterany"
    paired = len(before.jobs) == len(array.jobs) > 1 and all(
        one.name in job.after for one, job in zip(before.jobs, array.jobs, strict=True)
    )
    return "aftercorr" if paired else "afterok"

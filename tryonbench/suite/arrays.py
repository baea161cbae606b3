"""A suite's jobs as Slurm's arrays: a task a (method, protocol, seed), and what waits for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def arrays(jobs: Sequence[Job]) -> list[Array]:
    """Jobs, each behind those it waits for, by kind and by what they wait for among these jobs."""
    numbers: dict[tuple[str, bool, tuple[int, ...]], int] = {}
    place: dict[str, int] = {}
    members: list[list[Job]] = []
    for job in jobs:
        after = tuple(dict.fromkeys(place[name] for name in job.after if name in place))
        key = (_kind(job), job.alone, after)
        if key not in numbers:
            numbers[key] = len(members)
            members.append([])
        place[job.name] = numbers[key]
        members[numbers[key]].append(job)
    found = zip(numbers, members, strict=True)
    return [Array(name, tuple(own), after) for (name, _, after), own in found]


def _kind(job: Job) -> str:
    """What a job does, without the run it does it to: `train`, `eval synth/paired-64x48`."""
    kind, *rest = job.name.split(" ")
    return " ".join([kind, *rest[1:]]) if kind in ("train", "eval") else job.name


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

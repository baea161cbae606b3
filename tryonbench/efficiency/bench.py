"""A method's benchmark: batches 1, 2, 4, … until memory ends, each in several fresh processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tryonbench.config import Precision
from tryonbench.data.default import drawn_root
from tryonbench.efficiency.journal import Journal
from tryonbench.efficiency.launch import Limits, run_task
from tryonbench.efficiency.schema import (
    Answer,
    Device,
    Measurement,
    Point,
    Row,
    Target,
    Task,
)
from tryonbench.errors import InputError
from tryonbench.synth import SynthSpec

DRAWN = 4
"""Samples that loading is timed on where no data are given."""
FALL = 0.8
"""Two batches in a row below this share of the best throughput end the search: of a single one, it
may have been the machine."""
UNTIMED = 3
"""Calls before those that count."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class How:
    """How targets are measured."""

    device: Device
    precision: Precision
    compile: bool
    batches: tuple[int, ...]
    """In this order, until one does not fit."""
    search: bool
    """End when throughput falls clearly, too."""
    repeats: int
    """Processes a batch size: what their medians differ by is the noise."""
    min_calls: int
    min_seconds: float
    limits: Limits
    data: Path | None = None
    """Read to time loading; by default samples are drawn."""

    def task(self, target: Target, batch: int, data: Path | None, first: bool) -> Task:
        """FLOPs, loading and saving are measured once a target."""
        return Task(
            target=target,
            batch=batch,
            device=self.device,
            precision=self.precision,
            compile=self.compile,
            min_calls=self.min_calls,
            min_seconds=self.min_seconds,
            extras=first,
            data=data if first else None,
        )


def doubling(most: int) -> tuple[int, ...]:
    """1, 2, 4, … up to `most`.

    >>> doubling(10)
    (1, 2, 4, 8)
    """
    return tuple(1 << n for n in range(most.bit_length()))


def bench(target: Target, how: How, journal: Journal, tell: Tell) -> Row:
    """Measure a target; what goes wrong is in the row."""
    points: list[Point] = []
    data = how.data or _drawn(target.size)
    for batch in how.batches:
        task = how.task(target, batch, data, first=not points)
        points.append(_point(task, how, journal, tell))
        if reason := _end(points) or (_futile(points, how) if how.search else None):
            break
    else:
        reason = _exhausted(points, how)
    return Row(
        target=target,
        device=how.device,
        precision=how.precision,
        compile=how.compile,
        points=points,
        best_batch=_best(points),
        ended=reason,
        problem=_problem(points),
    )


def refused(target: Target, how: How, reason: str) -> Row:
    """A target that cannot be started."""
    return Row(target=target, device=how.device, precision=how.precision, problem=reason)


def _drawn(size: tuple[int, int]) -> Path | None:
    """A few samples of a size; None where they cannot be drawn."""
    try:
        return drawn_root(SynthSpec(size=size, train=0, test=DRAWN))
    except InputError:
        return None


def _point(task: Task, how: How, journal: Journal, tell: Tell) -> Point:
    """One batch size; the first process that fails ends it."""
    runs: list[Measurement] = []
    for number in range(how.repeats):
        found = journal.once(task, number, partial(_run, task, number, how, tell))
        if found.measured is None:
            ended = {"out_of_memory": found.out_of_memory, "failed": found.failed}
            return Point(batch=task.batch, runs=runs, **ended)
        runs.append(found.measured)
        task = task.model_copy(update={"extras": False, "data": None})
    return Point(batch=task.batch, runs=runs)


def _run(task: Task, number: int, how: How, tell: Tell) -> Answer:
    tell(f"measure {task.target.label} batch {task.batch} ({number + 1} of {how.repeats})")
    return run_task(task, how.limits)


def _end(points: Sequence[Point]) -> str | None:
    """Why no larger batch can be tried."""
    last, batch = points[-1], points[-1].batch
    if last.out_of_memory:
        return f"out of memory at batch {batch}: {last.out_of_memory}"
    if last.failed:
        return f"batch {batch} failed"
    return None


def _exhausted(points: Sequence[Point], how: How) -> str:
    last = how.batches[-1]
    if how.search and _best(points) == last:
        return f"batch {last}, the largest tried, is the best; a larger --max-batch may be better"
    return f"batch {last} is the largest that was asked for"


def _futile(points: Sequence[Point], how: How) -> str | None:
    """Why the search for the best batch need not go on."""
    last, seconds = points[-1], points[-1].calls.p50 / 1000
    best = max(point.images_per_second for point in points)
    slow = [p.batch for p in points[-2:] if p.images_per_second < FALL * best]
    if len(slow) == 2:
        both = f"at batches {slow[0]} and {slow[1]}"
        return f"{both} throughput is below {FALL * 100:.0f} % of the best"
    if 2 * seconds * (how.min_calls + UNTIMED) > how.limits.seconds:
        limit = f"{how.limits.seconds:g} s (--time-limit)"
        return f"batch {2 * last.batch} would take about {limit} or more; lower --iterations"
    return None


def _best(points: Sequence[Point]) -> int | None:
    done = [p for p in points if p.runs and not p.failed and not p.out_of_memory]
    return max(done, key=lambda p: p.images_per_second).batch if done else None


def _problem(points: Sequence[Point]) -> str | None:
    """What the user has to know: a failure, a leak, or that not even the first batch fits."""
    return next(_problems(points), None)


def _problems(points: Sequence[Point]) -> Iterator[str]:
    for point in points:
        if point.failed:
            yield f"at batch {point.batch} it {_verb(point.failed)}"
        leaks = [run.leak for run in point.runs if run.leak]
        if leaks and len(leaks) == len(point.runs):
            grown = max(leak.bytes_per_call for leak in leaks) / 1e6
            yield f"leaks memory: {grown:.2g} MB ({leaks[0].kind}) more after each call"
    if points[0].out_of_memory:
        yield f"out of memory at batch {points[0].batch}: {points[0].out_of_memory}"


def _verb(reason: str) -> str:
    return reason if reason.startswith(("took ", "died ", "ended ")) else f"failed: {reason}"

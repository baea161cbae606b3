"""How long a job will take, from what such jobs took here before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from tryonbench.errors import InputError
from tryonbench.runs import Run, read_log, runs_below
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record
from tryonbench.suite.spec import Entry, Suite

Recipe = tuple[str, str]
"""Method and preset."""


def estimates(
    suite: Suite, jobs: Iterable[Job], record: Record, runs: Path
) -> dict[str, float | None]:
    """Seconds of each job by name; None where nothing like it has run here."""
    own = {job.name: record.of(job).seconds for job in jobs}
    kinds: dict[str, list[float]] = {}
    for name, seconds in own.items():
        if seconds is not None:
            kinds.setdefault(name.split()[0], []).append(seconds)
    speeds = _training_speeds(runs)
    lengths = {
        f"train {entry.run(seed)}": _length(entry, seed, Run(runs / entry.run(seed)))
        for entry in suite.methods
        for seed in entry.seeds
        if f"train {entry.run(seed)}" in own
    }
    return {name: _estimate(name, own, kinds, speeds, lengths) for name in own}


def _estimate(
    name: str,
    own: dict[str, float | None],
    kinds: dict[str, list[float]],
    speeds: dict[Recipe, list[float]],
    lengths: dict[str, tuple[Recipe, int]],
) -> float | None:
    """By the images that a training has left and the speed of others of its method and preset; else
    by the job itself, or by other jobs of its kind."""
    if name in lengths:
        recipe, images = lengths[name]
        known = speeds.get(recipe)
        return images / median(known) if known else own[name]
    if own[name] is not None:
        return own[name]
    return median(kinds[name.split()[0]]) if name.split()[0] in kinds else None


def _length(entry: Entry, seed: int, run: Run) -> tuple[Recipe, int]:
    """A training's recipe, and the images that it has left."""
    seen = [record["images"] for record in read_log(run.log) if "images" in record]
    done = seen[-1] if seen and run.checkpoints.is_dir() else 0
    return (entry.method, entry.preset_name), max(0, entry.checked(seed).images - done)


def _training_speeds(runs: Path) -> dict[Recipe, list[float]]:
    """Images per second of the trainings in a folder, by method and preset."""
    speeds: dict[Recipe, list[float]] = {}
    for run in runs_below(runs):
        if found := _speed(run):
            speeds.setdefault(found[0], []).append(found[1])
    return speeds


def _speed(run: Run) -> tuple[Recipe, float] | None:
    try:
        config = run.manifest().get("config", {})
    except InputError:
        return None
    rates = [record["images_per_s"] for record in read_log(run.log) if "images_per_s" in record]
    return ((config["method"], config["preset"]), rates[-1]) if rates else None


def together(
    jobs: Sequence[Job], seconds: dict[str, float | None], at_once: int
) -> tuple[float, int]:
    """Seconds that the jobs need at least, and of how many nothing is known.

    Jobs that run alone count in full, the others as if they filled every place.
    """
    known = [(job, found) for job in jobs if (found := seconds[job.name]) is not None]
    alone = sum(found for job, found in known if job.alone)
    shared = sum(found for job, found in known if not job.alone)
    return alone + shared / at_once, len(jobs) - len(known)

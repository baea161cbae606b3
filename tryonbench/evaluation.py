"""From a run and a protocol to a result: generate what is missing, score, measure the cost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tryonbench.efficiency import measure_efficiency
from tryonbench.efficiency.schema import Target
from tryonbench.environment import code_digest, device_name, environment, package_versions
from tryonbench.errors import InputError
from tryonbench.files import (
    canonical_json,
    digest,
    read_json_if_whole,
    refuse_unwritable,
    write_json,
)
from tryonbench.floor import SPLIT_HALF, floor_note, write_truths
from tryonbench.generation import Task, device, generate_images, missing_positions
from tryonbench.metrics.engine import Engine, Measured
from tryonbench.metrics.halves import explained_halves, measure_halves
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems, find_outputs
from tryonbench.metrics.plan import Plan, Scoring, explained, scoring_of
from tryonbench.processes.world import each, jointly, on_first
from tryonbench.request import Job, Request, job_of, result_in
from tryonbench.results.schema import DataSource, Efficiency, Result
from tryonbench.results.store import write_halves, write_result, write_samples
from tryonbench.subjects import Subject, load_subject, skip_reason


def evaluate(subject: Subject, request: Request) -> Result:
    """The result of one subject under one protocol: see `evaluate_all`."""
    return evaluate_all(subject, [request])[0]


def evaluate_all(subject: Subject, requests: Sequence[Request]) -> list[Result]:
    """The results of one subject under some protocols; from their files if nothing changed since.

    Protocols that look at the same images are scored in one pass.

    Raises:
        InputError: images are missing, extra, unreadable or of a wrong size.
    """
    jobs = jointly(lambda: _jobs(subject, requests))
    known = on_first(lambda: [_known(subject, job) for job in jobs])
    found = {job: result for job, result in zip(jobs, known, strict=True) if result}
    todo: dict[tuple[Path, str], list[Job]] = {}
    for job in jobs:
        if job not in found:
            todo.setdefault(_images(subject, job.request), []).append(job)
    for group in todo.values():
        found |= dict(zip(group, _scored(subject, group), strict=True))
    return [found[job] for job in jobs]


def _jobs(subject: Subject, requests: Sequence[Request]) -> list[Job]:
    refuse_unwritable(subject.run.folder)
    return [job_of(subject, request) for request in requests]


def explain(requests: Sequence[Request], subject: Subject | None = None) -> list[str]:
    """What evaluating a subject, or any images, under some protocols would do, a line a step."""
    if subject and subject.floor == SPLIT_HALF:
        every = [(_scoring(request), request) for request in requests]
        return [line for s, r in every for line in explained_halves(s, r.split, r.pairs.pairs)]
    lines = []
    for pairs in dict.fromkeys(request.pairs.digest for request in requests):
        same = [request for request in requests if request.pairs.digest == pairs]
        count, photographs = len(same[0].pairs.pairs), len(same[0].split.ids("image"))
        lines += explained(Plan([_scoring(request) for request in same]), count, photographs)
    return lines


def _known(subject: Subject, job: Job) -> Result | None:
    """The result that is there, or that of a protocol which the subject skips."""
    path = subject.run.result(job.request.protocol.name)
    known = result_in(path)
    if known and known.key == job.key:
        return known
    reason = skip_reason(subject, job.request.protocol)
    if reason is None:
        return None
    result = _result(subject, job, None, skipped=reason)
    write_result(path, result)
    return result


def _scoring(request: Request) -> Scoring:
    pairs = request.pairs.pairs
    return scoring_of(request.protocol, request.metrics, request.split, pairs)


def _images(subject: Subject, request: Request) -> tuple[Path, str]:
    """The folder of the images that a request looks at, and the pairs they show."""
    folder = subject.images or subject.run.outputs(request.protocol.name)
    return folder, request.pairs.digest


def generate(subject: Subject, request: Request) -> Path:
    """Make the images that are missing; the folder they are in.

    Raises:
        InputError: the subject is a distance between photographs.
    """
    if subject.images:
        return subject.images
    if subject.floor == SPLIT_HALF:
        raise InputError(f"{SPLIT_HALF} makes no images; score it: tryonbench eval {SPLIT_HALF}")
    protocol = request.protocol
    folder = subject.run.outputs(protocol.name)
    settings = protocol.fingerprint if subject.floor else canonical_json(protocol.generation)
    key = digest(subject.identity, settings, request.data)[:16]
    task = Task(protocol, request.split, request.pairs, key, subject.precision)
    if todo := on_first(lambda: missing_positions(task, folder)):
        each(lambda: _make(subject, task, folder, todo))
    return folder


def _make(subject: Subject, task: Task, folder: Path, todo: list[int]) -> None:
    """Write the images at some positions."""
    title = f"generate {subject.run.name} {task.protocol.name}"
    if subject.floor:
        write_truths(task, folder, todo, title)
    else:
        generate_images(load_subject(subject, task.protocol.size), task, folder, todo, title)


def _scored(subject: Subject, jobs: Sequence[Job]) -> list[Result]:
    """Score the images once for protocols that look at the same ones."""
    if subject.floor == SPLIT_HALF:
        return [on_first(partial(_kept, subject, job, _between_halves(job))) for job in jobs]
    first, names = jobs[0].request, ", ".join(job.request.protocol.name for job in jobs)
    folder, problems = generate(subject, first), Problems()
    find = partial(find_outputs, folder, first.pairs.ids, problems, first.allow_missing)
    there, missing = jointly(find)
    named = zip(first.pairs.ids, first.pairs.pairs, strict=True)
    items = [Item(name, there[name], pair) for name, pair in named if name in there]
    plan = Plan([job.scoring for job in jobs])
    engine = Engine(plan, first.split, items, device())
    measured = engine.measure(problems, f"score {subject.run.name} {names}")
    both = zip(jobs, measured, strict=True)
    return [on_first(partial(_kept, subject, job, found, missing)) for job, found in both]


def _between_halves(job: Job) -> Measured:
    split, pairs = job.request.split, job.request.pairs.pairs
    return measure_halves(job.scoring, split, pairs, device())


def _kept(subject: Subject, job: Job, measured: Measured, missing: Sequence[str] = ()) -> Result:
    """Write a result and its per-image values."""
    name = job.request.protocol.name
    _write_samples(subject.run.samples(name), measured)
    write_halves(subject.run.halves(name), measured.halves)
    result = _result(subject, job, measured, missing, _efficiency(subject, job.request))
    write_result(subject.run.result(name), result)
    return result


def _write_samples(path: Path, measured: Measured) -> None:
    import pandas as pd

    write_samples(path, pd.DataFrame({"id": list(measured.ids), **measured.samples}))


def _efficiency(subject: Subject, request: Request) -> Efficiency:
    if subject.images:
        return Efficiency(missing="the images were made elsewhere")
    if subject.floor:
        return Efficiency(missing="no method makes this row")
    if not request.efficiency:
        return Efficiency(missing="not measured (--no-efficiency)")
    size, batch = request.protocol.size, request.protocol.batch_size
    path, key = subject.run.efficiency(size, batch), _efficiency_key(subject)
    if (known := read_json_if_whole(path)) and known["key"] == key:
        return Efficiency.model_validate(known["efficiency"])
    target = Target(
        label=subject.run.name,
        method=subject.method,
        checkpoint=subject.checkpoint,
        settings=subject.settings,
        size=size,
    )
    measured = measure_efficiency(target, batch, subject.precision)
    if not measured.missing:
        write_json(path, {"key": key, "efficiency": measured.model_dump(mode="json")})
    return measured


def _efficiency_key(subject: Subject) -> str:
    code, torch = code_digest("tryonbench.efficiency"), package_versions()["torch"]
    return f"{subject.identity} {code} torch {torch} {device_name()}"


def _result(
    subject: Subject,
    job: Job,
    measured: Measured | None,
    missing: Sequence[str] = (),
    efficiency: Efficiency | None = None,
    skipped: str | None = None,
) -> Result:
    protocol = job.request.protocol
    return Result(
        method=subject.method + subject.variant,
        run=subject.run.name,
        family=subject.family,
        protocol=protocol.name,
        fingerprint=protocol.fingerprint,
        n=len(measured.ids) if measured else 0,
        seed=protocol.seed,
        size=protocol.size,
        pairing=protocol.pairing,
        metrics=measured.values if measured else {},
        efficiency=efficiency or Efficiency(),
        environment=environment(),
        data=_data_source(subject, job.request),
        missing_images=list(missing) or None,
        skipped=skipped,
        note=_row_note(subject, job.request),
        settings=list(subject.settings) or None,
        key=job.key,
    )


def _row_note(subject: Subject, request: Request) -> str | None:
    if subject.floor:
        return floor_note(subject.floor, request.split, request.pairs)
    return subject.note


def _data_source(subject: Subject, request: Request) -> DataSource:
    root, split = str(request.split.root.resolve()), request.split.name
    unseen = {pair.person for pair in request.pairs.pairs} <= subject.held_out
    return DataSource(
        root=root,
        split=split,
        fingerprint=request.data,
        pairs=request.pairs.digest,
        pair_file=str(request.pair_file.resolve()) if request.pair_file else None,
        trained_on_test=(subject.trained_on == f"{root} {split}" and not unseen) or None,
    )

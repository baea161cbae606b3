"""`tryonbench eval`."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tryonbench.cli import eval_options as options
from tryonbench.cli.options import (
    RUNS,
    Data,
    Json,
    PairFile,
    Protocols,
    Runs,
    data_root,
    keys_of,
    note,
)
from tryonbench.cli.precheck import check_folder
from tryonbench.cli.processes import Devices, sharing

if TYPE_CHECKING:
    from tryonbench.cli.asked import Asked
    from tryonbench.results.schema import Result
    from tryonbench.subjects import Subject


def evaluate(
    run: options.Names = None,
    all_: options.All = False,
    images: options.Images = None,
    assignments: options.Settings = None,
    data: Data = None,
    split: options.SplitName = "test",
    protocol: Protocols = None,
    preset: options.Preset = None,
    pairing: options.Pairing = None,
    pairs: PairFile = None,
    metrics: options.Metrics = None,
    allow_missing: options.AllowMissing = False,
    check: options.Check = False,
    efficiency: options.Measure = True,
    explain: options.Explain = False,
    out: options.Out = None,
    runs: Runs = RUNS,
    devices: Devices = None,
    as_json: Json = False,
) -> None:
    """Generate what is missing, score it, and print the table.

    Examples: `tryonbench eval --all`, or
    `tryonbench eval --images DIR --data ROOT --protocol viton-hd/paired-512x384`
    """
    from tryonbench.cli.asked import Asked
    from tryonbench.data.layout import open_split

    _refuse_runs(names := run or [], all_, images, assignments, out, runs)
    faults = {
        "--preset goes with --images DIR": preset and not images,
        "--preset goes with --images DIR and without --protocol": preset and protocol,
        "--pairing goes with --preset": pairing and not preset,
        "--check and --explain are two questions; ask one": check and explain,
        "--explain prints text; leave --json out": explain and as_json,
        "--metrics names none": metrics is not None and not keys_of(metrics),
    }
    _refuse(faults)
    protocols = tuple(dict.fromkeys(protocol or ()))
    wanted = protocols, keys_of(preset), pairing or "paired", keys_of(metrics)
    options_left = allow_missing, efficiency, pairs, tuple(assignments or ())
    with sharing(devices):
        asked = Asked(open_split(data_root(data), split), *wanted, *options_left)
        if check:
            check_folder(images, lambda size: asked.requests(size, paired_only=True), as_json)
        elif explain:
            _explain(names, all_, images, runs, asked)
        else:
            _evaluate(names, all_, images, out, runs, asked, as_json)


def _refuse_runs(
    names: Sequence[str],
    all_: bool,
    images: Path | None,
    assignments: Sequence[str] | None,
    out: Path | None,
    runs: Path,
) -> None:
    """Refuse options that do not say, or contradict, what is evaluated; and unknown runs."""
    from tryonbench.cli.targets import refuse_unknown

    _refuse(
        {
            "name runs, or give --all, or --images DIR": bool(names) + all_ + bool(images) != 1,
            "--set goes with runs by name": assignments and not names,
            "--out goes with --images DIR": out and not images,
        }
    )
    refuse_unknown(names, runs)


def _refuse(faults: Mapping[str, object]) -> None:
    """Refuse options that contradict each other or would do nothing: the first fault found."""
    from tryonbench.errors import InputError

    for message, there in faults.items():
        if there:
            raise InputError(message)


def _evaluate(
    names: list[str],
    all_: bool,
    images: Path | None,
    out: Path | None,
    runs: Path,
    asked: Asked,
    as_json: bool,
) -> None:
    """Score and print; exit code 3 if some of `--all` failed."""
    from tryonbench.cli.images import evaluate_images

    if images:
        outcome = _Outcome(evaluate_images(images, out, runs, asked))
    else:
        outcome = _evaluate_runs(names, all_, runs, asked)
    _show(outcome.results, as_json, asked)
    if outcome.failed:
        raise typer.Exit(3)


@dataclass
class _Outcome:
    results: list[Result]
    failed: bool = False


def _evaluate_runs(names: list[str], all_: bool, runs: Path, asked: Asked) -> _Outcome:
    """Runs and baselines one by one; with `all_`, a failure is told and the others go on."""
    from tryonbench.cli.targets import everything, subject_of
    from tryonbench.errors import TryonbenchError
    from tryonbench.processes.world import is_everywhere, on_first

    names, untrained = on_first(lambda: everything(runs)) if all_ else (names, [])
    if not all_:
        subjects = on_first(lambda: [subject_of(name, runs, asked.changes) for name in names])
        return _Outcome([result for s in subjects for result in _results(s, asked)])
    outcome = _Outcome([])
    for name in names:
        try:
            outcome.results += _results(on_first(partial(subject_of, name, runs)), asked)
        except Exception as error:
            if not is_everywhere(error):
                raise
            if not isinstance(error, TryonbenchError):
                traceback.print_exc()
            note(f"failed: {name}: {error}")
            outcome.failed = True
    for name in untrained:
        note(f"{name}: not trained; train it: tryonbench train --method {name}")
    return outcome


def _results(subject: Subject, asked: Asked) -> list[Result]:
    from tryonbench.evaluation import evaluate_all
    from tryonbench.subjects import subject_size

    return evaluate_all(subject, asked.requests(subject_size(subject, asked.source)))


def _explain(names: list[str], all_: bool, images: Path | None, runs: Path, asked: Asked) -> None:
    """Print what each subject's evaluation would do."""
    from tryonbench.cli.images import image_requests
    from tryonbench.cli.targets import everything, subject_of
    from tryonbench.evaluation import explain
    from tryonbench.subjects import subject_size

    if images:
        print("\n".join(explain(image_requests(images, asked))))
        return
    for name in everything(runs)[0] if all_ else names:
        subject = subject_of(name, runs, asked.changes)
        print(f"{subject.run.name}:")
        requests = asked.requests(subject_size(subject, asked.source))
        print("\n".join(f"  {line}" for line in explain(requests, subject)))


def _show(results: Sequence[Result], as_json: bool, asked: Asked) -> None:
    if as_json:
        rows = [result.model_dump(mode="json") for result in results]
        print(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2))
        return
    if asked.presets:
        from tryonbench.cli.presets import print_presets as show
    else:
        from tryonbench.cli.show import print_tables as show
    show(results)

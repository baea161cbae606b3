"""`tryonbench eval`."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Data, Json, PairFile, Protocols, Runs, data_root, note
from tryonbench.cli.precheck import check_folder

if TYPE_CHECKING:
    from tryonbench.cli.asked import Asked
    from tryonbench.results.schema import Result
    from tryonbench.subjects import Subject


def evaluate(
    run: Annotated[
        Optional[list[str]], typer.Argument(help="Runs, or methods that need no training.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every run and baseline.")] = False,
    images: Annotated[
        Optional[Path],
        typer.Option(help="Score a folder of images made elsewhere (ID.png|jpg)."),
    ] = None,
    data: Data = None,
    split: Annotated[str, typer.Option("--split", help="Split to evaluate on.")] = "test",
    protocol: Protocols = None,
    preset: Annotated[
        Optional[str],
        typer.Option(help="With --images: evaluate as these papers do, comma separated, or all."),
    ] = None,
    pairing: Annotated[
        Optional[str], typer.Option(help="With --preset: paired (the default) or unpaired images.")
    ] = None,
    pairs: PairFile = None,
    metrics: Annotated[Optional[str], typer.Option(help="Metrics, comma separated.")] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Score what is there; the row says so.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="With --images: say what is wrong with them, no scores.")
    ] = False,
    efficiency: Annotated[bool, typer.Option(help="Measure latency and memory.")] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Only say what would be done, and how often.")
    ] = False,
    out: Annotated[
        Optional[Path], typer.Option(help="With --images: the run folder to write.")
    ] = None,
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Generate what is missing, score it, and print the table.

    Examples: `tryonbench eval --all`, or
    `tryonbench eval --images DIR --data ROOT --protocol viton-hd/paired-512x384`
    """
    from tryonbench.cli.asked import Asked, keys_of
    from tryonbench.cli.targets import refuse_unknown
    from tryonbench.data.layout import open_split

    names = run or []
    _refuse_mixed([bool(names), all_, images is not None], preset, protocol)
    _refuse_idle(
        {
            "--pairing goes with --preset": pairing and not preset,
            "--out goes with --images DIR": out and not images,
            "--check and --explain are two questions; ask one": check and explain,
            "--explain prints text; leave --json out": explain and as_json,
            "--metrics names none": metrics is not None and not keys_of(metrics),
        }
    )
    refuse_unknown(names, runs)
    source, protocols = open_split(data_root(data), split), tuple(dict.fromkeys(protocol or ()))
    wanted = protocols, keys_of(preset), pairing or "paired", keys_of(metrics)
    asked = Asked(source, *wanted, allow_missing, efficiency, pairs)
    if check:
        check_folder(images, lambda size: asked.requests(size, paired_only=True), as_json)
    elif explain:
        _explain(names, all_, images, runs, asked)
    else:
        _evaluate(names, all_, images, out, runs, asked, as_json)


def _refuse_mixed(
    given: Sequence[bool], preset: str | None, protocol: Sequence[str] | None
) -> None:
    """
    Args:
        given: whether runs are named, whether all are asked for, whether a folder is given.
    """
    from tryonbench.errors import InputError

    if given.count(True) != 1:
        raise InputError("name runs, or give --all, or --images DIR")
    if preset and (not given[-1] or protocol):
        raise InputError("--preset goes with --images DIR and without --protocol")


def _refuse_idle(faults: Mapping[str, object]) -> None:
    """Refuse options that would do nothing, the first one that is there."""
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

    names, untrained = everything(runs) if all_ else (names, [])
    if not all_:
        subjects = [subject_of(name, runs) for name in names]
        return _Outcome([result for s in subjects for result in _results(s, asked)])
    outcome = _Outcome([])
    for name in names:
        try:
            outcome.results += _results(subject_of(name, runs), asked)
        except Exception as error:
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
        print(f"{name}:")
        size = subject_size(subject_of(name, runs), asked.source)
        print("\n".join(f"  {line}" for line in explain(asked.requests(size))))


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

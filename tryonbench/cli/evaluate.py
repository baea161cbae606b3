"""`tryonbench eval`."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Data, Json, PairFile, Protocols, Runs, data_root, note

if TYPE_CHECKING:
    from tryonbench.data.layout import Split
    from tryonbench.evaluation import Request
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
    pairs: PairFile = None,
    metrics: Annotated[Optional[str], typer.Option(help="Metrics, comma separated.")] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Score what is there; the row says so.")
    ] = False,
    efficiency: Annotated[bool, typer.Option(help="Measure latency and memory.")] = True,
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
    from tryonbench.cli.targets import refuse_unknown
    from tryonbench.data.layout import open_split
    from tryonbench.errors import InputError

    if [bool(run), all_, images is not None].count(True) != 1:
        raise InputError("name runs, or give --all, or --images DIR")
    keys = tuple(key.strip() for key in (metrics or "").split(",") if key.strip())
    asked = _Asked(tuple(dict.fromkeys(protocol or ())), keys, allow_missing, efficiency, pairs)
    refuse_unknown(run or [], runs)
    source = open_split(data_root(data), split)
    if images:
        outcome = _evaluate_images(images, out, runs, source, asked)
    else:
        outcome = _evaluate_runs(run or [], all_, runs, source, asked)
    _show(outcome.results, as_json)
    if outcome.failed:
        raise typer.Exit(3)


@dataclass(frozen=True)
class _Asked:
    """The options of an evaluation."""

    protocols: tuple[str, ...]
    metrics: tuple[str, ...]
    allow_missing: bool
    efficiency: bool
    pairs: Path | None

    def requests(
        self, size: tuple[int, int], source: Split, paired_only: bool = False
    ) -> Iterator[Request]:
        """One request a protocol, for images of a size."""
        from tryonbench.cli.targets import protocols_for
        from tryonbench.evaluation import Request

        own_list = self.pairs is not None
        for chosen in protocols_for(self.protocols, size, source, paired_only, own_list):
            yield Request(
                chosen, source, self.metrics, self.allow_missing, self.efficiency, self.pairs
            )


@dataclass
class _Outcome:
    results: list[Result]
    failed: bool = False


def _evaluate_images(
    images: Path, out: Path | None, runs: Path, source: Split, asked: _Asked
) -> _Outcome:
    """A folder under the protocols asked for; else under the paired one of its images' size."""
    from tryonbench.environment import environment
    from tryonbench.errors import InputError
    from tryonbench.evaluation import evaluate as measure
    from tryonbench.metrics.outputs import picture_size
    from tryonbench.runs import Run
    from tryonbench.subjects import images_subject

    requests = list(asked.requests(picture_size(images), source, paired_only=True))
    if not asked.protocols:
        note(f"no --protocol: the images' size fits {requests[0].protocol.name}")
    folder, place = Run(out or runs / images.resolve().name), images.resolve()
    if folder.manifest_path.is_file() and folder.manifest().get("images") != str(place):
        raise InputError(f"{folder.folder} is another run; name a folder for this one with --out")
    results = [measure(images_subject(folder, place), request) for request in requests]
    what = {"method": folder.name, "family": "external", "images": str(place)}
    folder.write_manifest({"kind": "images", **what, "environment": environment()})
    return _Outcome(results)


def _evaluate_runs(
    names: list[str], all_: bool, runs: Path, source: Split, asked: _Asked
) -> _Outcome:
    """Runs and baselines one by one; with `all_`, a failure is told and the others go on."""
    from tryonbench.cli.targets import everything, subject_of
    from tryonbench.errors import TryonbenchError

    names, untrained = everything(runs) if all_ else (names, [])
    if not all_:
        subjects = [subject_of(name, runs) for name in names]
        return _Outcome([result for s in subjects for result in _results(s, source, asked)])
    outcome = _Outcome([])
    for name in names:
        try:
            outcome.results += _results(subject_of(name, runs), source, asked)
        except Exception as error:
            if not isinstance(error, TryonbenchError):
                traceback.print_exc()
            note(f"failed: {name}: {error}")
            outcome.failed = True
    for name in untrained:
        note(f"{name}: not trained; train it: tryonbench train --method {name}")
    return outcome


def _results(subject: Subject, source: Split, asked: _Asked) -> list[Result]:
    from tryonbench.evaluation import evaluate as measure
    from tryonbench.subjects import subject_size

    requests = asked.requests(subject_size(subject, source), source)
    return [measure(subject, request) for request in requests]


def _show(results: Sequence[Result], as_json: bool) -> None:
    if as_json:
        rows = [result.model_dump(mode="json") for result in results]
        print(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2))
        return
    from tryonbench.cli.show import print_tables

    print_tables(results)

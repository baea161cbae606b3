"""`tryonbench results`: files of results that travel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, PairFile, Protocols, Runs, data_root, note

if TYPE_CHECKING:
    from tryonbench.exchange.collect import Collected

app = typer.Typer(help="Files of results that travel.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of results.")]
Out = Annotated[Path, typer.Option(help="File to write.")]
PerImage = Annotated[
    bool, typer.Option("--per-image", help="With the value of each image, which tests need.")
]
Format = Annotated[str, typer.Option("--format", help="json, or hf: .eval_results of the Hub.")]
Dataset = Annotated[
    Optional[str], typer.Option("--dataset", help="hf: the leaderboard's dataset, ORG/NAME.")
]
Task = Annotated[
    Optional[list[str]],
    typer.Option("--task", help="hf: METRIC=TASK_ID of the dataset's eval.yaml, repeatable."),
]
Source = Annotated[
    Optional[str], typer.Option("--source", help="hf: address of what the values come from.")
]


@app.command("export")
def export_results(
    out: Out,
    run: Annotated[Optional[list[Path]], typer.Argument(help="Runs; all if none is given.")] = None,
    protocol: Protocols = None,
    per_image: PerImage = False,
    format_: Format = "json",
    dataset: Dataset = None,
    task: Task = None,
    source: Source = None,
    runs: Runs = RUNS,
) -> None:
    """Write the results of runs as one file, without paths or users' names.

    Example: `tryonbench results export --out results.json`
    """
    from tryonbench.errors import InputError
    from tryonbench.exchange.collect import collect_parcels
    from tryonbench.exchange.hub import board_of, write_hub
    from tryonbench.exchange.schema import write_exchange
    from tryonbench.runs import find_runs

    if format_ not in ("json", "hf"):
        raise InputError(f'--format "{format_}" is neither json nor hf')
    if format_ == "json" and (dataset or task or source):
        raise InputError("--dataset, --task and --source go with --format hf")
    board = board_of(dataset, task or [], source) if format_ == "hf" else None
    found = collect_parcels(find_runs(run or [], runs), protocol or (), per_image)
    _tell_left_out(found, strict=bool(run))
    if board:
        write_hub(out, found.parcels, board)
    else:
        write_exchange(out, found.parcels)
    note(f"{len(found.parcels)} results: {out}")


def _tell_left_out(found: Collected, strict: bool) -> None:
    """Say what is not exported.

    Raises:
        InputError: it was asked for by name.
    """
    from tryonbench.errors import InputError

    for line in found.left_out:
        if strict:
            raise InputError(line)
        note(f"left out: {line}")


@app.command("import")
def import_results(files: Files, runs: Runs = RUNS) -> None:
    """Make runs of files of results, which tables and reports mark as imported.

    Example: `tryonbench results import theirs.json`
    """
    from tryonbench.cli.show import print_tables
    from tryonbench.exchange.check import findings_of
    from tryonbench.exchange.place import arrivals, place
    from tryonbench.results.store import results_of

    found = arrivals(files, runs)
    new = place(found)
    if doubts := [line for one in found for line in findings_of(one.parcel)]:
        also = f" and {len(doubts) - 1} more" if len(doubts) > 1 else ""
        note(f"contradicts itself: {doubts[0]}{also}; see all: tryonbench results verify FILE")
    note(f"{len(new)} runs are new or have new results; see them: tryonbench report")
    folders = dict.fromkeys(one.run.folder for one in found)
    print_tables(results_of(folders))


@app.command("merge")
def merge_results(
    files: Files,
    out: Out,
    keep_both: Annotated[
        bool, typer.Option("--keep-both", help="Keep results that contradict each other.")
    ] = False,
    page: Annotated[
        Optional[Path], typer.Option(help="Folder of a report of them, and of its runs.")
    ] = None,
) -> None:
    """Merge files of results: the same result once, contradictions refused by name.

    Example: `tryonbench results merge a.json b.json --out all.json --page leaderboard`
    """
    from tryonbench.exchange.merge import merged
    from tryonbench.exchange.place import refuse_measured
    from tryonbench.exchange.schema import write_exchange

    found = merged(files, keep_both)
    if page:
        refuse_measured(page / "runs")
    for line in found.told:
        note(line)
    write_exchange(out, found.parcels)
    note(f"{len(found.parcels)} results: {out}")
    if page:
        _write_page(out, page)


def _write_page(file: Path, page: Path) -> None:
    """The report of a file's results; its runs are made anew below it."""
    from tryonbench.exchange.place import arrivals, place, remove_imported
    from tryonbench.report import Options, build_report

    root = page / "runs"
    remove_imported(root)
    runs = place(arrivals([file], root))
    note(f"report: {build_report(runs, page, Options(figures=None), note)}")


@app.command("verify")
def verify_results(
    file: Annotated[Path, typer.Argument(help="File of results.")],
    images: Annotated[
        Optional[Path],
        typer.Option(help="Folder of runs; or of the images, where the file holds one result."),
    ] = None,
    data: Annotated[Optional[Path], typer.Option(help="Data evaluated on, or shards.")] = None,
    sample: Annotated[
        int,
        typer.Option(
            min=0,
            help="Images of each result to score again; fewer than all need `export --per-image`.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Draws the images.")] = 0,
    pairs: PairFile = None,
) -> None:
    """Check a file of results; a line for each finding, and exit code 1 if there is one.

    Example: `tryonbench results verify theirs.json --images runs --data ROOT --sample 20`
    """
    from tryonbench.exchange.verify import AtHand, verify

    root = data_root(data) if data else None
    found = verify(file, AtHand(images, root, sample, seed, pairs))
    for line in found.notes:
        note(f"not checked: {line}")
    for line in found.findings:
        print(line)
    if found.findings:
        raise typer.Exit(1)
    again = f"; {found.scored} images were scored again" if sample else ""
    print(f"{file}: nothing contradicts{again}")

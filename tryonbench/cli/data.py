"""`tryonbench data`: draw the procedural set, check a data folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tryonbench.cli.options import Json, note

app = typer.Typer(help="Make and check data sets.", no_args_is_help=True)


@app.command()
def synth(
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    size: Annotated[str, typer.Option(help="HEIGHTxWIDTH, up to 1024x768.")] = "64x48",
    train: Annotated[int, typer.Option(min=0, help="Training samples.")] = 2000,
    test: Annotated[int, typer.Option(min=1, help="Test samples.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
) -> None:
    """Draw a procedural VITON-HD: people, garments, every modality, and the unpaired truth.

    Example: `tryonbench data synth --size 256x192 --train 200 --test 20 --out data/synth`
    """
    from tryonbench.data.default import make_synth, parse_size
    from tryonbench.synth import SynthSpec

    make_synth(out, SynthSpec(size=parse_size(size), train=train, test=test, seed=seed))
    note(f"wrote {out}; train on it: tryonbench train --method NAME --data {out}")


@app.command()
def check(
    root: Annotated[Path, typer.Argument(help="A VITON-HD root.")], as_json: Json = False
) -> None:
    """Look for what would break training or evaluation. Exit code 2 if something would."""
    from tryonbench.data.check import check_root

    found = check_root(root)
    if as_json:
        print(json.dumps(found.as_dict(), indent=2))
    else:
        _print(found.as_dict())
    if found.errors:
        raise typer.Exit(2)


def _print(found: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table

    counts = found["counts"]
    assert isinstance(counts, dict)
    console = Console()
    table = Table("split", "folder", "files", title=str(found["root"]))
    for split, folders in counts.items():
        for folder, number in folders.items():
            table.add_row(split, folder, str(number))
    console.print(table)
    for kind in ("errors", "warnings"):
        lines = found[kind]
        assert isinstance(lines, list)
        for line in lines:
            console.print(f"{kind[:-1]}: {line}", markup=False, highlight=False, soft_wrap=True)
    if not found["errors"]:
        console.print("no errors")

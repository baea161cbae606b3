"""`tryonbench weights`: the pretrained weights that metrics need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryonbench.cli.options import Json, note

if TYPE_CHECKING:
    from tryonbench.weights.lookup import Status

app = typer.Typer(help="Pretrained weights that metrics need.", no_args_is_help=True)


@app.command("list")
def list_weights(as_json: Json = False) -> None:
    """All registered weights: what uses them, licence, size, and where they are."""
    from tryonbench.weights.lookup import statuses

    rows = [_row(status) for status in statuses()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("weights", "used by", "licence", "MB", box=None)
    table.add_column("state", overflow="fold")
    for row in rows:
        state = row["path"] if row["state"] == "found" else row["state"]
        size = f"{row['bytes'] / 1e6:.0f}"
        table.add_row(row["name"], row["used_by"] or "—", row["licence"], size, state)
    Console().print(table)


def _row(status: Status) -> dict[str, Any]:
    weights = status.weights
    source = weights.official
    return {
        "name": weights.name,
        "used_by": weights.used_by,
        "licence": weights.licence,
        "file": source.file,
        "url": source.url,
        "sha256": source.sha256,
        "bytes": source.size,
        "state": _state(status),
        "path": status.path and str(status.path),
    }


def _state(status: Status) -> str:
    if status.problem:
        return "wrong SHA-256" if "SHA-256" in status.problem else "missing"
    return "shipped" if status.weights.is_shipped else "found"


@app.command()
def get(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="As `list` shows them.")],
) -> None:
    """Download official files into torch hub's folder; nothing else ever downloads any.

    Example: `tryonbench weights get alexnet inception`
    """
    from tryonbench.weights.fetch import download, registered
    from tryonbench.weights.lookup import missing_weights

    for name in names:
        registered(name)
    for name in names:
        if missing_weights(name):
            note(f"{name}: {download(name)}")
        else:
            note(f"{name} is there already")


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files got elsewhere.")],
) -> None:
    """Copy weights that were downloaded elsewhere into torch hub's folder, known by content."""
    from tryonbench.weights.fetch import import_file

    for file in files:
        path, names = import_file(file)
        note(f"{file} is {', '.join(names)}: {path}")


@app.command()
def verify() -> None:
    """Hash every weights file that is found. Exit code 2 if one is wrong."""
    from tryonbench.weights.fetch import verify as check

    found = check()
    for path, whole in found:
        print(f"{'whole' if whole else 'WRONG SHA-256, delete it'}: {path}")
    if not found:
        note("no weights are found; see: tryonbench weights list")
    if not all(whole for _, whole in found):
        raise typer.Exit(2)

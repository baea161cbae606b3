"""Options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

Data = Annotated[
    Optional[Path],
    typer.Option(
        "--data", help="VITON-HD root, or shards. Without it, the procedural set is made and used."
    ),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Protocols = Annotated[
    Optional[list[str]],
    typer.Option("--protocol", help="Protocol by name, repeatable; else those that fit the size."),
]
PairFile = Annotated[
    Optional[Path],
    typer.Option("--pairs", help="A pair list of your own (person.jpg cloth.jpg a line)."),
]
Mix = Annotated[
    bool, typer.Option("--mix", help="Put results of different fingerprints together, marked.")
]

RUNS = Path("runs")


def note(text: str) -> None:
    """A line for the user, on stderr."""
    print(text, file=sys.stderr, flush=True)


def data_root(data: Path | None) -> Path:
    """The root that was given, or the procedural set; the output says so."""
    if data is not None:
        from tryonbench.shards.address import shards_root

        return shards_root(data, note) if str(data).startswith("shards:") else data
    from tryonbench.data.default import default_root
    from tryonbench.processes.world import on_first

    root = on_first(default_root)
    note(f"no --data: using the procedural set {root}")
    return root


def keys_of(text: str | None) -> tuple[str, ...]:
    """A comma-separated option's words."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())

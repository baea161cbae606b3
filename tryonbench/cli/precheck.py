"""`tryonbench eval --check`: what is wrong with a folder of images; nothing is scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tryonbench.data.check import Findings
    from tryonbench.request import Request

Requests = Callable[[tuple[int, int]], "Iterable[Request]"]
"""The evaluations asked for, of images of a size."""


def check_folder(images: Path | None, requests: Requests, as_json: bool) -> None:
    """Print what is wrong with the images under each protocol. Exit code 2 on errors.

    Raises:
        InputError: there are no images, or the data cannot be read.
    """
    from tryonbench.errors import InputError
    from tryonbench.metrics.outputs import picture_size
    from tryonbench.precheck import check_images

    if images is None:
        raise InputError("--check looks at images made elsewhere; name their folder with --images")
    found = {
        r.protocol.name: check_images(images, r.split, r.protocol, r.pairs, r.pair_file)
        for r in requests(picture_size(images))
    }
    if as_json:
        rows = [{"protocol": name, **f.as_dict()} for name, f in found.items()]
        print(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2))
    else:
        _print(found)
    if any(findings.errors for findings in found.values()):
        raise typer.Exit(2)


def _print(found: dict[str, Findings]) -> None:
    """A table a protocol: how grave, what, how many, and the evidence by id."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for name, findings in found.items():
        (counts,) = findings.counts.values()
        title = f"{findings.root}  {name}  {counts['images']} images of {counts['pairs']} pairs"
        console.print(title, markup=False, highlight=False, soft_wrap=True)
        if not findings.all:
            console.print("no findings")
            continue
        table = Table("severity", "finding", "count", "evidence")
        for row in _rows(findings):
            table.add_row(*row)
        console.print(table)


def _rows(findings: Findings) -> Iterable[tuple[str, ...]]:
    from rich.markup import escape

    for finding in findings.all:
        names = [*finding.names, *(["…"] if finding.count > len(finding.names) else [])]
        cells = (finding.level, finding.kind, str(finding.count), "\n".join(names))
        yield tuple(escape(cell) for cell in cells)

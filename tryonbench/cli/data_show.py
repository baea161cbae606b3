"""`tryonbench data show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from tryonbench.cli.options import data_root, keys_of, note


def show(
    root: Annotated[Path, typer.Argument(metavar="DIR", help="A data root.")],
    split: Annotated[str, typer.Option(help="Split to show.")] = "test",
    method: Annotated[Optional[str], typer.Option(help="Show what this method reads.")] = None,
    preset: Annotated[Optional[str], typer.Option(help="Its preset; nano if none.")] = None,
    size: Annotated[Optional[str], typer.Option(help="HEIGHTxWIDTH of the tensors.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Samples of the pair list.")] = 8,
    ids: Annotated[Optional[str], typer.Option(help="Or these ids, comma separated.")] = None,
    pairing: Annotated[
        Optional[Literal["paired", "unpaired"]],
        typer.Option(help="Own garments, or the pair list; own ones first, if none is given."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/data"),
) -> None:
    """Write one HTML page of samples, as they lie on disk and as tensors; it opens offline.

    Example: `tryonbench data show data/synth --method NAME --samples 4`
    """
    from tryonbench.data.default import parse_size
    from tryonbench.show import Request, build_page

    chosen = keys_of(ids)
    pixels = parse_size(size) if size else None
    request = Request(data_root(root), split, method, preset, pixels, samples, chosen, pairing)
    note(f"page: {build_page(request, out)}")

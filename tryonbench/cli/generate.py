"""`tryonbench generate`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Data, PairFile, Protocols, Runs, data_root, note
from tryonbench.cli.processes import Devices, sharing

if TYPE_CHECKING:
    from tryonbench.interpolation import Row
    from tryonbench.subjects import Subject


def generate(
    run: Annotated[str, typer.Argument(help="A run, or a method that needs no training.")],
    data: Data = None,
    split: Annotated[str, typer.Option("--split", help="Split to dress.")] = "test",
    protocol: Protocols = None,
    pairs: PairFile = None,
    out: Annotated[Optional[Path], typer.Option(help="Copy the images here, named ID.png.")] = None,
    interpolate: Annotated[
        Optional[tuple[str, str]],
        typer.Option(help="Instead, one picture: a row from garment A to garment B."),
    ] = None,
    person: Annotated[
        Optional[str], typer.Option(help="Who wears them; by default the split's first.")
    ] = None,
    steps: Annotated[int, typer.Option(min=2, help="Pictures in the row.")] = 7,
    runs: Runs = RUNS,
    devices: Devices = None,
) -> None:
    """Make a run's images for a protocol, or those that are missing after an interruption.

    Example: `tryonbench generate RUN --protocol synth/unpaired-64x48`
    Example: `tryonbench generate RUN --interpolate 00000_00 00001_00`
    """
    from tryonbench.errors import InputError
    from tryonbench.files import refuse_unwritable

    if person and not interpolate:
        raise InputError("--person is for --interpolate; choose pairs with --pairs FILE")
    if out:
        refuse_unwritable(out)
    with sharing(devices):
        _generate(run, data, split, protocol, pairs, out, interpolate, person, steps, runs)


def _generate(
    run: str,
    data: Path | None,
    split: str,
    protocol: list[str] | None,
    pairs: Path | None,
    out: Path | None,
    interpolate: tuple[str, str] | None,
    person: str | None,
    steps: int,
    runs: Path,
) -> None:
    """Arguments as of `generate`."""
    from tryonbench.cli.targets import protocols_for, subject_of
    from tryonbench.data.layout import open_split
    from tryonbench.errors import InputError
    from tryonbench.evaluation import generate as make
    from tryonbench.interpolation import Row
    from tryonbench.processes.world import on_first
    from tryonbench.request import Request
    from tryonbench.subjects import subject_size

    subject = on_first(lambda: subject_of(run, runs))
    source = open_split(data_root(data), split)
    if interpolate:
        row = Row(source, interpolate, person, steps)
        on_first(lambda: _interpolate(subject, row, protocol or pairs, out))
        return
    names, size = dict.fromkeys(protocol or ()), subject_size(subject, source)
    protocols = list(protocols_for(names, size, source, own_list=pairs is not None))
    if out and len(protocols) > 1:
        raise InputError("--out takes the images of one protocol; choose it with --protocol")
    for chosen in protocols:
        folder = make(subject, Request(chosen, source, pair_file=pairs))
        note(f"{chosen.name}: images in {folder}")
        if out:
            on_first(partial(_copy, folder, out))


def _interpolate(subject: Subject, row: Row, chosen: object, out: Path | None) -> None:
    """Save the row in `out` or in the run's folder."""
    from tryonbench.errors import InputError
    from tryonbench.interpolation import save_row

    if chosen:
        raise InputError("--interpolate takes --person, not --protocol or --pairs; leave them out")
    note(f"from garment to garment: {save_row(subject, row, out)}")


def _copy(folder: Path, out: Path) -> None:
    """Copy the images, each whole or not there."""
    import shutil

    from tryonbench.files import replacing

    for file in sorted(folder.glob("*.png")):
        with replacing(out / file.name) as temporary:
            shutil.copyfile(file, temporary)

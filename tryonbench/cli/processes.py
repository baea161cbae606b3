"""`--devices N`, and what torchrun starts: one command in several processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Optional

import typer

Devices = Annotated[
    Optional[int],
    typer.Option(
        "--devices", min=1, help="Processes that share the work: one a GPU, or on the CPU's cores."
    ),
]


@contextmanager
def sharing(devices: int | None) -> Iterator[None]:
    """Inside, this process does its share of a command.

    Raises:
        typer.Exit: in the process that starts the others, once they have ended.
        InputError: torchrun has started another number of processes.
    """
    from tryonbench.errors import InputError
    from tryonbench.processes.world import join, leave, place_in

    place = place_in(os.environ)
    if place is None:
        _launch(devices or 1)
        yield
        return
    if devices not in (None, place.count):
        raise InputError(
            f"--devices {devices}: torchrun has started {place.count} processes; leave it out"
        )
    join(place)
    yield
    leave()


def _launch(devices: int) -> None:
    if devices == 1:
        return
    from tryonbench.processes.launch import launch

    raise typer.Exit(launch(devices, sys.argv[1:]))

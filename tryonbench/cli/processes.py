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
SHARED = ("train", "generate", "eval")
"""Commands that several processes can share."""
MOST = 8
"""Processes a core: one a GPU on a machine of few cores, but not a thousand by a slip."""


@contextmanager
def sharing(devices: int | None) -> Iterator[None]:
    """Inside, this process does its share of a command.

    Raises:
        typer.Exit: in the process that starts the others, once they have ended.
        InputError: torchrun has started another number of processes.
    """
    from tryonbench.errors import InputError
    from tryonbench.processes.meeting import join, place_in
    from tryonbench.processes.world import leave

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


def refuse_alone(command: str) -> None:
    """
    Raises:
        InputError: torchrun has started several processes of a command that works in one.
    """
    from tryonbench.errors import InputError
    from tryonbench.processes.meeting import place_in

    if command not in SHARED and not command.startswith("-") and place_in(os.environ):
        raise InputError(f"{command} works in one process; start it without torchrun")


def _launch(devices: int) -> None:
    """
    Raises:
        InputError: the machine cannot run so many processes.
    """
    if devices == 1:
        return
    from tryonbench.errors import InputError
    from tryonbench.pool import cores
    from tryonbench.processes.launch import launch

    most = MOST * cores()
    if devices > most:
        raise InputError(f"--devices {devices}: for {cores()} cores at most {most} processes")

    raise typer.Exit(launch(devices, sys.argv[1:]))

"""How processes find their places and meet, and which of them speaks until then."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from tryonbench.errors import InputError
from tryonbench.files import digest
from tryonbench.processes.world import PATIENCE, World, enter, world

NUMBERS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
ADDRESS = ("MASTER_ADDR", "MASTER_PORT")
MEETING = timedelta(minutes=10)
"""How long processes wait for those that have not started."""
MOMENT = timedelta(seconds=2)
"""Within which processes that fail alike say so."""

_store: Any = None
"""Where all processes can leave words."""


def place_in(environ: Mapping[str, str]) -> World | None:
    """The place that torchrun, or `tryonbench --devices`, gives a process; None: it is alone.

    Raises:
        InputError: the place is half told, or makes no sense: alone, each would do all the work.

    >>> place_in({"PATH": "/bin"})
    """
    if "RANK" not in environ or environ.get("WORLD_SIZE", "1") == "1":
        return None
    told = {name: environ.get(name, "") for name in NUMBERS + ADDRESS}
    if all(told.values()) and all(told[name].isdecimal() for name in NUMBERS):
        place = World(*(int(told[name]) for name in NUMBERS))
        if place.rank < place.count and place.local_rank < place.local_count <= place.count:
            return place
    raise InputError(
        f"{' '.join(f'{name}={value}' for name, value in told.items())} is no place among several "
        "processes; start them by torchrun or by --devices N, or unset WORLD_SIZE"
    )


def speak_for_all() -> None:
    """Of the processes of a machine that torchrun has started, one alone speaks from here on."""
    with suppress(InputError):
        place = place_in(os.environ)
        if place and place.local_rank > 0:
            _fall_silent()


def join(place: World) -> None:
    """Meet the other processes; from here on all but the first are silent.

    Raises:
        InputError: there are fewer GPUs than processes on this machine, or processes are missing.
    """
    enter(place)
    if not place.is_first:
        _fall_silent()
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # read when torch is imported
    with _ended_by_signals():
        _meet(place, _backend(place))


def _backend(place: World) -> str:
    """
    Raises:
        InputError: there are fewer GPUs than processes on this machine.
    """
    import torch

    gpus = torch.cuda.device_count()
    if 0 < gpus < place.local_count:
        raise InputError(f"{place.local_count} processes need as many GPUs; here are {gpus}")
    if gpus:
        torch.cuda.set_device(place.local_rank)
    return "cpu:gloo,cuda:nccl" if gpus else "gloo"


def _meet(place: World, backend: str) -> None:
    """
    Raises:
        InputError: not all processes are there in time.
    """
    global _store
    from torch.distributed import init_process_group
    from torch.distributed.rendezvous import rendezvous

    try:
        _store, *_ = next(rendezvous("env://", timeout=MEETING))
    except (RuntimeError, ValueError) as error:
        address = ":".join(os.environ[name] for name in ADDRESS)
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"the {place.count} processes have not met at {address} ({reason}); start as many as "
            "WORLD_SIZE says, all with the address of the first"
        ) from error
    _store.set_timeout(PATIENCE)
    init_process_group(
        backend, store=_store, rank=place.rank, world_size=place.count, timeout=PATIENCE
    )


def first_says(words: str) -> bool:
    """Whether the first process ends with the same last words as this one."""
    if _store is None:
        return world().is_first
    key = f"last words {digest(words)}"
    try:
        if world().is_first:
            _store.set(key, words)
        else:
            _store.wait([key], MOMENT)
    except RuntimeError:  # it does not, or is gone
        return world().is_first
    return True


def _fall_silent() -> None:
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 (as long as it lives)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM end the process at once: while torch waits for other processes,
    Python does not hear of them, and while it is imported it dies with a C++ error."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)

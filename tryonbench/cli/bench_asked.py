"""What the options of `tryonbench bench` ask for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from tryonbench.cli.options import data_root, keys_of
from tryonbench.config import Precision
from tryonbench.data.layout import open_split
from tryonbench.efficiency.bench import How, doubling
from tryonbench.efficiency.build import device_of
from tryonbench.efficiency.launch import Limits
from tryonbench.efficiency.schema import Device
from tryonbench.errors import InputError, did_you_mean
from tryonbench.precision import refuse_precision

LARGEST: dict[Device, int] = {"cpu": 16, "cuda": 1024}
"""Batch at which the search ends by default."""


def device_asked(name: str | None) -> Device:
    """The device of that name; by default CUDA if there is some.

    Raises:
        InputError: unknown, or not there.
    """
    if name is None:
        import torch

        return "cuda" if torch.cuda.is_available() else "cpu"
    device: Device = _one_of(name, "device", get_args(Device))  # type: ignore[assignment]
    device_of(device)
    return device


def precision_asked(name: str, device: Device) -> Precision:
    """
    Raises:
        InputError: unknown, or not on this device.
    """
    precision: Precision = _one_of(name, "precision", get_args(Precision))  # type: ignore[assignment]
    refuse_precision(precision, device)
    return precision


def _one_of(name: str, what: str, known: Iterable[str]) -> str:
    if name not in (known := tuple(known)):
        raise InputError(f'{what} "{name}": {did_you_mean(name, known)}')
    return name


def batches_asked(text: str | None, most: int | None, device: Device) -> tuple[int, ...]:
    """The batches of `--batch`, or those of the search.

    Raises:
        InputError: not numbers from 1 on; both options.
    """
    if text is None:
        return doubling(most or LARGEST[device])
    if most is not None:
        raise InputError("--batch names the batches; leave --max-batch out")
    words = keys_of(text)
    if not words or not all(word.isdigit() and int(word) > 0 for word in words):
        raise InputError(f'--batch "{text}" must be numbers from 1 on, such as 8 or 1,8,32')
    return tuple(sorted({int(word) for word in words}))


def limits_asked(seconds: float, gib: float | None) -> Limits:
    """
    Raises:
        InputError: no memory would be left.
    """
    if gib is not None and not gib > 0:
        raise InputError(f"--memory-limit {gib:g} must be more than 0 GiB")
    return Limits(seconds, None if gib is None else int(gib * 2**30))


def how_asked(
    device: str | None,
    precision: str,
    compiled: bool,
    batch: str | None,
    max_batch: int | None,
    often: tuple[int, int, float],
    limits: Limits,
    data: Path | None,
) -> How:
    """How the options want targets measured.

    Args:
        often: processes, calls at least, seconds at least.

    Raises:
        InputError: an option is wrong, or not possible on this device.
    """
    if data:
        data = data_root(data)
        open_split(data, "test")
    chosen = device_asked(device)
    repeats, calls, seconds = often
    return How(
        device=chosen,
        precision=precision_asked(precision, chosen),
        compile=compiled,
        batches=batches_asked(batch, max_batch, chosen),
        search=batch is None,
        repeats=repeats,
        min_calls=calls,
        min_seconds=seconds,
        limits=limits,
        data=data,
    )

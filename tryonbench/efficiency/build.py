"""From a target to a method that generates on a device."""

from __future__ import annotations

from typing import Any

import torch

from tryonbench.checkpoint import is_export, load_method, read_header, refuse_settings
from tryonbench.config import Precision, RunConfig, layered
from tryonbench.efficiency.schema import Device, Target
from tryonbench.errors import InputError
from tryonbench.method import TryOnMethod, size_problem
from tryonbench.registry import method_class, preset_values, run_config


def refuse_unbuildable(target: Target) -> None:
    """Check a target without making its networks.

    Raises:
        InputError: unknown method, preset or setting; a size it cannot work at.
    """
    chosen = method_class(target.method)
    if problem := size_problem(chosen.info, target.size):
        raise InputError(f"{target.method} {problem}")
    if target.checkpoint:
        refuse_settings(target.checkpoint, target.settings)
    if target.settings or target.preset or target.checkpoint:
        trained = configuration(target).size
        if trained != target.size:
            text = f"{target.label} makes pictures of {trained[0]}x{trained[1]}"
            raise InputError(f"{text}; leave --size out")


def configuration(target: Target) -> RunConfig[Any]:
    """The settings of a preset or a checkpoint with the target's own over them.

    Raises:
        InputError: one is unknown or cannot be.
    """
    chosen = method_class(target.method)
    if target.checkpoint:
        values = read_header(target.checkpoint).config
    elif target.preset:
        values = {**preset_values(chosen, target.preset), "size": list(target.size)}
    else:
        raise InputError(f"{target.method} has no presets, so it has no settings; leave them out")
    return run_config(chosen, layered(values, None, target.settings))


def build(target: Target) -> TryOnMethod:
    """The method on the CPU, ready to generate."""
    if target.checkpoint:
        return load_method(target.checkpoint, target.method, target.settings)
    chosen = method_class(target.method)
    if target.preset is None:
        return chosen(chosen.config_class(), target.size)
    return chosen(configuration(target).model, target.size)


def device_of(name: Device) -> torch.device:
    """
    Raises:
        InputError: it is not there.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("there is no CUDA device here; leave --device out, or give --device cpu")
    return torch.device(name)


def refuse_modes(target: Target, device: Device, precision: Precision, compiled: bool) -> None:
    """
    Raises:
        InputError: an export is to be measured otherwise than it computes.
    """
    usual = (device, precision, compiled) == ("cpu", "32-true", False)
    if target.checkpoint and is_export(target.checkpoint) and not usual:
        raise InputError(
            f"{target.label} is an export, which computes on the CPU as its files say: give "
            "--device cpu, and leave --precision and --compile out"
        )

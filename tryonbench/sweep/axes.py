"""The axes of a sweep and their values, as the options name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import yaml

from tryonbench.config import Precision
from tryonbench.data.default import parse_size
from tryonbench.efficiency.build import configuration
from tryonbench.efficiency.schema import Device, Target
from tryonbench.errors import InputError, did_you_mean
from tryonbench.precision import refuse_precision
from tryonbench.registry import method_class, refuse_value

BATCHES: dict[Device, tuple[int, ...]] = {"cpu": (1, 2, 4, 8, 16), "cuda": (1, 4, 16, 64)}
PRECISIONS: dict[Device, tuple[Precision, ...]] = {
    "cpu": ("32-true", "bf16-mixed"),
    "cuda": ("32-true", "bf16-mixed", "16-mixed"),
}
HARNESS = ("precision", "compile", "batch", "size")
"""Axes that every method has; the others are its own settings."""


@dataclass(frozen=True)
class Asked:
    """The axes of `--sweep`, and the values of `--values`."""

    names: tuple[str, ...]
    given: Mapping[str, tuple[Any, ...]]


def axes_asked(sweep: str, values: Sequence[str]) -> Asked:
    """Read `--sweep A,B` and each `--values A=1,2`; `model.A` is A.

    Raises:
        InputError: no axis; one that is named twice; values of an axis that is not swept, or none.
    """
    axes = tuple(_plain(word) for word in sweep.split(",") if word.strip())
    given: dict[str, tuple[Any, ...]] = {}
    if not axes:
        raise InputError("--sweep names no axis; give some, such as --sweep steps")
    for text in values:
        name, found = _values(text)
        if name not in axes:
            raise InputError(f'--values "{text}": {name} is not swept; {did_you_mean(name, axes)}')
        given[name] = found if name not in given else _twice("--values", name)
    return Asked(tuple(a if axes.count(a) == 1 else _twice("--sweep", a) for a in axes), given)


def _plain(name: str) -> str:
    return name.strip().removeprefix("model.")


def _twice(option: str, name: str) -> Any:
    raise InputError(f"{option} names {name} twice; give it once, with all its values")


def _values(text: str) -> tuple[str, tuple[Any, ...]]:
    """One `--values A=1,2`; the values are read as YAML, each once."""
    name, _, listed = text.partition("=")
    try:
        found = yaml.safe_load(f"[{listed}]")
    except yaml.YAMLError:
        found = []
    if not found or None in found:
        raise InputError(f'--values "{text}" must be AXIS=VALUE,VALUE, such as steps=1,2,4')
    return _plain(name), tuple(value for n, value in enumerate(found) if value not in found[:n])


def axis_values(axis: str, target: Target, asked: Asked, device: Device) -> tuple[Any, ...]:
    """What an axis goes through for a target.

    Raises:
        InputError: the target has no such axis; it has no values of its own and none are given; or
            one that it cannot have, whatever the other settings are.
    """
    defaults = _defaults(target, device)
    if axis not in defaults:
        known = ", ".join(sorted(defaults))
        advice = did_you_mean(axis, defaults)
        also = "" if advice.startswith("known") else f" (known: {known})"
        raise InputError(f"{target.label} has no axis {axis}; {advice}{also}")
    found = asked.given.get(axis, defaults[axis])
    if not found:
        raise InputError(f"the axis {axis} has no usual values; give some: --values {axis}=A,B")
    return tuple(_checked(axis, value, target, device) for value in found)


def _defaults(target: Target, device: Device) -> dict[str, tuple[Any, ...]]:
    """The axes of a target with their usual values; none where there are no usual ones.

    Of fresh weights any setting can be one: nothing was learnt that it would not fit.
    """
    chosen = method_class(target.method)
    harness = (PRECISIONS[device], (False, True), BATCHES[device], ())
    every: dict[str, tuple[Any, ...]] = dict(zip(HARNESS, harness, strict=True))
    if not (target.preset or target.checkpoint):
        return every
    own = dict(chosen.sweep_axes(configuration(target).model))
    fresh = {} if target.checkpoint else dict.fromkeys(chosen.config_class.model_fields, ())
    return {**fresh, **own, **every}


def _checked(axis: str, value: Any, target: Target, device: Device) -> Any:
    if axis not in HARNESS:
        refuse_value(method_class(target.method), axis, value)
    elif axis == "size":
        return "x".join(map(str, parse_size(str(value))))
    elif axis == "precision":
        if value not in get_args(Precision):
            raise InputError(f"precision {value}: {did_you_mean(str(value), get_args(Precision))}")
        refuse_precision(value, device)
    elif axis == "compile" and not isinstance(value, bool):
        raise InputError(f"compile={value} must be true or false")
    elif axis == "batch" and (type(value) is not int or value < 1):
        raise InputError(f"batch={value} must be a number from 1 on")
    return value

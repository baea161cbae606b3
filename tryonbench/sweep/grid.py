"""The combinations of the axes' values: what is measured, and what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tryonbench.data.default import parse_size
from tryonbench.efficiency.bench import How
from tryonbench.efficiency.build import configuration, refuse_modes, refuse_unbuildable
from tryonbench.efficiency.schema import Target
from tryonbench.errors import InputError
from tryonbench.subjects import Subject
from tryonbench.sweep.axes import HARNESS, Asked, axis_values
from tryonbench.sweep.schema import LeftOut
from tryonbench.variants import assignments_of, changed_values, variant_name


@dataclass(frozen=True)
class Base:
    """What variants are made of: a run, a checkpoint file, or a preset with fresh weights."""

    name: str
    target: Target
    subject: Subject | None
    """The run, if it is one; only its pictures can be scored."""


COSTS = ("compile", "batch", "size")
"""The axes that change what pictures cost and not what they are, up to rounding. A trained run has
one size."""


@dataclass(frozen=True)
class Combination:
    """One combination, ready to be measured."""

    base: Base
    target: Target
    how: How
    changes: dict[str, Any]
    """By setting; those of the base among them."""

    @property
    def scored(self) -> dict[str, Any]:
        """The changes that pictures depend on."""
        own = {key: value for key, value in self.changes.items() if key not in COSTS}
        usual = {"precision": "32-true"}
        return {key: value for key, value in own.items() if {key: value} != usual} or usual


def combinations(base: Base, asked: Asked, how: How) -> tuple[list[Combination], list[LeftOut]]:
    """The product of the axes' values for a target, in the order of the axes; and what of it cannot
    be, as the method's own settings say.

    Raises:
        InputError: an axis or a value is wrong.
    """
    values = [axis_values(axis, base.target, asked, how.device) for axis in asked.names]
    good: list[Combination] = []
    bad: list[LeftOut] = []
    for chosen in product(*values):
        point = dict(zip(asked.names, chosen, strict=True))
        try:
            good.append(_combination(base, point, how))
        except InputError as error:
            bad.append(LeftOut(label=variant_name(base.name, point), reason=str(error)))
    return good, bad


def _combination(base: Base, point: dict[str, Any], how: How) -> Combination:
    """
    Raises:
        InputError: the settings do not fit together.
    """
    own = {key: value for key, value in point.items() if key not in HARNESS}
    settings = (*base.target.settings, *assignments_of(own))
    size = parse_size(point["size"]) if "size" in point else base.target.size
    target = base.target.model_copy(update={"settings": settings, "size": size})
    refuse_unbuildable(target)
    measured = _how(point, how)
    refuse_modes(target, measured.device, measured.precision, measured.compile)
    changes = {**_changes(target, settings), **_harness(point, how)}
    name = variant_name(base.name, changes)
    return Combination(base, target.model_copy(update={"label": name}), measured, changes)


def _changes(target: Target, settings: Sequence[str]) -> dict[str, Any]:
    """The checked values of the method's own settings, by name."""
    return changed_values(configuration(target), settings) if settings else {}


def _harness(point: dict[str, Any], how: How) -> dict[str, Any]:
    """Those axes of the harness that are swept or are not as usual."""
    usual = {"precision": (how.precision, "32-true"), "compile": (how.compile, False)}
    unusual = {key: value for key, (value, default) in usual.items() if value != default}
    return {**unusual, **{key: value for key, value in point.items() if key in HARNESS}}


def _how(point: dict[str, Any], how: How) -> How:
    batches = (point["batch"],) if "batch" in point else how.batches
    precision, compiled = point.get("precision", how.precision), point.get("compile", how.compile)
    search = how.search and "batch" not in point
    return replace(how, precision=precision, compile=compiled, batches=batches, search=search)

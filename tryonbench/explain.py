"""What is wrong with settings, in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError

from tryonbench.errors import did_you_mean

GROUP = "it is a group of settings; give them one by one, as optimizer.lr=1e-4"
MAPPING = "it is a group of settings: {KEY: VALUE}"
GROUPS = ("model_type", "model_attributes_type", "dict_type")
"""Pydantic's types of error for a value in place of a group."""


def explain(model: type[BaseModel], error: ValidationError, in_file: bool = False) -> str:
    """The first problem of a validation error in one line; unknown keys come first.

    Args:
        in_file: the settings stand in a file alone, and no option changes them.
    """
    problems = sorted(error.errors(), key=lambda p: p["type"] != "extra_forbidden")
    problem = problems[0]
    path = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = _keys_at(model, problem["loc"][:-1])
        return f'unknown setting "{path}"; {did_you_mean(str(problem["loc"][-1]), known)}'
    if problem["type"] == "missing" and isinstance(problem["loc"][-1], int):
        parent = path.rpartition(".")[0]
        return f'the setting "{parent}" has too few values; give it whole: --set {parent}=[…]'
    if problem["type"] == "missing":
        how = "" if in_file else f"; give it with --set {path}=VALUE"
        return f'the setting "{path}" is missing{how}'
    advice = {"tuple_type": "it is a list of values: [A, B]"}
    advice |= dict.fromkeys(GROUPS, MAPPING if in_file else GROUP)
    message = advice.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    if path and isinstance(problem["input"], Mapping):
        return f'the settings "{path}" do not fit together: {message}'
    return f'the setting "{path}" cannot be {problem["input"]!r}: {message}' if path else message


def _keys_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The settings that a nested record, or one of a list of them, has."""
    for part in location:
        field = model.model_fields.get(str(part))
        candidates = (field.annotation, *get_args(field.annotation)) if field else ()
        for kind in candidates:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                model = kind
    return list(model.model_fields)

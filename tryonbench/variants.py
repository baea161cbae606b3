"""A variant: a trained run that makes its pictures with other settings, without training again.

It is a run of its own beside the one it comes from, `RUN@sampler=ddim,steps=8`, with its own
pictures and results, so that it is told apart wherever runs are, and overwrites none of theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any

from tryonbench.checkpoint import read_header, refuse_settings
from tryonbench.config import RunConfig, layered
from tryonbench.errors import InputError, did_you_mean
from tryonbench.precision import refuse_precision
from tryonbench.registry import method_class, run_config
from tryonbench.runs import Run, named_run
from tryonbench.subjects import VARIANT, Subject

Changes = Mapping[str, Any]
"""Settings by name: `precision`, and the method's own without `model.`."""
PRECISION = "precision"


def variant_name(base: str, changes: Changes) -> str:
    """The same for the same changes.

    >>> variant_name("run-s0", {"steps": 8, "guidance": 1.50})
    'run-s0@guidance=1.5,steps=8'
    """
    return f"{base}@{changes_text(changes)}"


def changes_text(changes: Changes) -> str:
    """`guidance=1.5,steps=8`."""
    return ",".join(f"{key}={_shown(value)}" for key, value in sorted(changes.items()))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def assignments_of(changes: Changes) -> tuple[str, ...]:
    """As `--set` takes them: `model.steps=8`.

    >>> assignments_of({"steps": 8, "precision": "bf16-mixed"})
    ('precision="bf16-mixed"', 'model.steps=8')
    """
    found = [(key if key == PRECISION else f"model.{key}", v) for key, v in sorted(changes.items())]
    return tuple(f"{key}={json.dumps(value)}" for key, value in found)


def changed_keys(assignments: Sequence[str]) -> list[str]:
    """The names of settings, without `model.`.

    >>> changed_keys(["model.steps=8", "precision=bf16-mixed"])
    ['steps', 'precision']
    """
    return [a.partition("=")[0].strip().removeprefix("model.") for a in assignments]


def changed_values(config: RunConfig[Any], assignments: Sequence[str]) -> dict[str, Any]:
    """The checked values of the method's own settings that are given, by name."""
    model = config.model.model_dump(mode="json")
    return {key: reduce(getitem, key.split("."), model) for key in changed_keys(assignments)}


def make_variant(subject: Subject, assignments: Sequence[str], device: str) -> Run:
    """The run of a trained run's variant, made if it is not there.

    Args:
        assignments: `model.steps=8`, `precision=bf16-mixed`.
        device: what pictures are made on, `cpu` or `cuda`.

    Raises:
        InputError: it is not trained or is a variant itself; a setting is unknown, cannot be, or
            changes more than how pictures are made.
    """
    changes = changes_of(subject, assignments)
    refuse_precision(changes.get(PRECISION, "32-true"), device)
    run = subject.run
    variant = named_run(run.folder.parent, variant_name(run.name, changes))
    what = {"kind": VARIANT, "of": run.name, "settings": list(assignments_of(changes))}
    if not variant.manifest_path.is_file():
        config = _configured(subject, assignments)
        variant.write_manifest({**run.manifest(), **what, "config": config})
    elif variant.manifest()["kind"] != VARIANT:
        raise InputError(f"{variant.folder} is another run; rename it")
    return variant


def changes_of(subject: Subject, assignments: Sequence[str]) -> dict[str, Any]:
    """The checked values of the settings that differ, whatever they were in the training.

    Raises:
        InputError: see `make_variant`.
    """
    keys = list(_keys(subject, assignments))
    config = _configured(subject, assignments)
    return {key: config[key] if key == PRECISION else config["model"][key] for key in keys}


def _configured(subject: Subject, assignments: Sequence[str]) -> dict[str, Any]:
    """The run's configuration with the settings over it, checked."""
    assert subject.checkpoint is not None
    values = layered(read_header(subject.checkpoint).config, None, assignments)
    return run_config(method_class(subject.method), values).model_dump(mode="json")


def _keys(subject: Subject, assignments: Sequence[str]) -> Iterator[str]:
    """The names of the settings, each one that a trained run can change."""
    if subject.checkpoint is None:
        raise InputError(f"{subject.run.name} was not trained by us: it has no settings to change")
    refuse_settings(subject.checkpoint, assignments)
    if subject.settings:
        of = subject.run.manifest()["of"]
        raise InputError(f"{subject.run.name} is a variant; give all its settings with {of}")
    chosen = method_class(subject.method)
    trained = run_config(chosen, read_header(subject.checkpoint).config)
    for assignment in assignments:
        yield _key(assignment, subject, {PRECISION, *chosen.sweep_axes(trained.model)})


def _key(assignment: str, subject: Subject, known: set[str]) -> str:
    """The name in one of `model.NAME=VALUE` and `precision=VALUE`."""
    path = assignment.partition("=")[0].strip()
    names = {name if name == PRECISION else f"model.{name}": name for name in known}
    if path not in names:
        text = f'{subject.run.name}: "{path}" changes more than how pictures are made'
        raise InputError(f"{text}, or nothing; {did_you_mean(path, names)}")
    return names[path]

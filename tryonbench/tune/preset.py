"""A trial's settings as a preset: a file that `train --preset` and `train --config` read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tryonbench.config import merged, nested
from tryonbench.errors import InputError
from tryonbench.files import write_text
from tryonbench.tune.schema import StudyRecord, TrialRecord


def chosen_trial(record: StudyRecord, number: int | None) -> TrialRecord:
    """The trial of a number; without one, the best, or the only one on the front.

    Raises:
        InputError: it is not there or not complete, or several are best.
    """
    complete = {trial.number: trial for trial in record.complete}
    if not complete:
        raise InputError(f"the study {record.name} has no complete trial; run more: --trials N")
    if number is not None:
        if number not in complete:
            known = ", ".join(map(str, complete))
            raise InputError(f"trial {number} of {record.name} is not complete; there are {known}")
        return complete[number]
    front = record.front
    if len(record.objectives) > 1 and len(front) > 1:
        numbers = ", ".join(str(trial.number) for trial in front)
        text = "several objectives have no one best; choose one of the front with --trial N"
        raise InputError(f"{text}: {numbers}")
    return front[0]


def preset_text(record: StudyRecord, trial: TrialRecord) -> str:
    """The preset's YAML: the settings of the study's preset with the trial's over them, at the
    preset's own length."""
    values: dict[str, Any] = dict(record.base)
    for key, value in trial.settings.items():
        values = merged(values, nested(key, value))
    values.pop("preset", None)
    named = zip(record.objectives, trial.values or (), strict=True)
    found = ", ".join(f"{one.key} {value:.4g}" for one, value in named)
    return (
        f"# Trial {trial.number} of the study {record.name}: {found}\n"
        f"# after {record.images} images, on {record.held_out} held-out people.\n"
        f"{yaml.safe_dump(values, sort_keys=False, default_flow_style=None)}"
    )


def save_preset(record: StudyRecord, trial: TrialRecord, path: Path) -> None:
    """Write the file."""
    write_text(path, preset_text(record, trial))


def preset_path(name: str, folder: Path) -> Path:
    """`NAME` is a file in the study's folder; with `.yaml` or a folder it is a path.

    >>> str(preset_path("best", Path("runs/tune/mine"))), str(preset_path("best.yaml", Path("x")))
    ('runs/tune/mine/best.yaml', 'best.yaml')
    """
    return Path(name) if name.endswith(".yaml") else folder / f"{name}.yaml"

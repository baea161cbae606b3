"""The file `study.json`: a study as it stands, to be read without Optuna and its database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tryonbench.config import Strict, checked
from tryonbench.errors import InputError
from tryonbench.files import read_json
from tryonbench.sweep.pareto import dominators

FILE = "study.json"
State = Literal["complete", "pruned", "failed", "running"]


class ObjectiveRecord(Strict):
    """What is made better."""

    key: str
    label: str
    higher_is_better: bool


class TrialRecord(Strict):
    """One trial."""

    number: int
    state: State
    run: str | None
    """Its folder beside the file."""
    settings: dict[str, Any]
    """The values that were tried."""
    values: tuple[float, ...] | None = None
    """In the order of the objectives, of a complete trial."""
    pruned_at: int | None = None
    """Images after which it was pruned."""
    message: str | None = None
    """Why it failed."""
    seconds: float | None = None


class Importance(Strict):
    """How much of an objective each setting decides, by PED-ANOVA; shares of 1."""

    shares: dict[str, dict[str, float]] | None = None
    """By objective and setting."""
    missing: str | None = None
    """Why there is none."""


class StudyRecord(Strict):
    """A study."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    version: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: str
    method: str
    preset: str
    images: int
    """Length of a trial."""
    protocol: str
    held_out: int
    """Persons that trials are scored on."""
    prune: str | None
    objectives: tuple[ObjectiveRecord, ...]
    space: dict[str, dict[str, Any]]
    base: dict[str, Any]
    """Settings of preset, file and `--set`, without the study's own."""
    trials: tuple[TrialRecord, ...]
    importance: Importance

    @property
    def complete(self) -> list[TrialRecord]:
        """The trials that have values."""
        return [trial for trial in self.trials if trial.values is not None]

    @property
    def front(self) -> list[TrialRecord]:
        """The trials that no other one beats: of one objective the best."""
        signs = [-1.0 if one.higher_is_better else 1.0 for one in self.objectives]
        losses = [
            tuple(sign * value for sign, value in zip(signs, trial.values or (), strict=True))
            for trial in self.complete
        ]
        over = dominators(losses)
        return [trial for trial, by in zip(self.complete, over, strict=True) if by is None]

    def count(self, state: State) -> int:
        return sum(trial.state == state for trial in self.trials)


def study_file(path: Path) -> Path:
    """The file of a study given by itself, its folder or its database."""
    return path / FILE if path.is_dir() else path.with_name(FILE) if path.suffix == ".db" else path


def read_study(path: Path) -> StudyRecord:
    """A study by its file, folder or database.

    Raises:
        InputError: there is none, or it is broken.
    """
    file = study_file(path)
    if not file.is_file():
        raise InputError(f"there is no study {path} ({FILE} is missing); make one: tryonbench tune")
    try:
        found: StudyRecord = checked(StudyRecord, read_json(file))
    except InputError as error:
        raise InputError(f"{file} is no study: {error}") from error
    return found

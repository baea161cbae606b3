"""What a study tries: settings with their ranges."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, FiniteFloat, PositiveFloat, PositiveInt, model_validator
from pydantic_core import PydanticCustomError

from tryonbench.config import RunConfig, Strict, checked, merged, nested, read_yaml
from tryonbench.errors import InputError, did_you_mean, listed
from tryonbench.method import TryOnMethod
from tryonbench.registry import run_config

if TYPE_CHECKING:
    from optuna.trial import Trial

Value = bool | int | float | str | None
OWN = (
    "method", "preset", "seed", "size", "images", "validate_every", "validate_samples", "best",
    "early_stop", "trackers", "log_every", "diagnose_every", "samples_every", "checkpoint_seconds",
)  # fmt: skip
"""Settings that would make trials incomparable, or that change no result."""


class Parameter(Strict):
    """One setting's range."""

    not_for: tuple[str, ...] = ()
    """Presets that cannot have it."""

    @abstractmethod
    def suggest(self, trial: Trial, name: str) -> Value:
        """A value for a trial."""

    @abstractmethod
    def edges(self) -> Sequence[Value]:
        """Values that must be possible for all to be."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value is in the range."""

    @abstractmethod
    def text(self) -> str:
        """The range in words."""


class Interval(Parameter):
    """From `low` to `high`, both included."""

    low: float
    high: float
    log: bool = False
    """Tried evenly in the logarithm."""
    step: float | None = None

    def edges(self) -> Sequence[Value]:
        return self.low, self.high

    def text(self) -> str:
        step = f" by {self.step:g}" if self.step not in (None, 1) else ""
        return f"{self.low:g} to {self.high:g}{step}{', log' if self.log else ''}"

    def _inside(self, value: Any) -> bool:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and self.low <= value <= self.high

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.low >= self.high:
            raise PydanticCustomError("range", "low must be less than high")
        if self.log and self.low <= 0:
            raise PydanticCustomError("range", "log needs a low above 0")
        if self.log and self.step not in (None, 1):
            raise PydanticCustomError("range", "log goes without step")
        if self.step and not math.isclose(
            math.remainder(self.high - self.low, self.step), 0, abs_tol=1e-9
        ):
            raise PydanticCustomError("range", "high must be a whole number of steps above low")
        return self


class FloatRange(Interval):
    """Numbers."""

    type: Literal["float"] = "float"
    low: FiniteFloat
    high: FiniteFloat
    step: PositiveFloat | None = None

    def suggest(self, trial: Trial, name: str) -> Value:
        return trial.suggest_float(name, self.low, self.high, step=self.step, log=self.log)

    def holds(self, value: Any) -> bool:
        return self._inside(value)


class IntRange(Interval):
    """Whole numbers."""

    type: Literal["int"] = "int"
    low: int
    high: int
    step: PositiveInt = 1

    def suggest(self, trial: Trial, name: str) -> Value:
        return trial.suggest_int(name, self.low, self.high, step=self.step, log=self.log)

    def holds(self, value: Any) -> bool:
        return self._inside(value) and (value - self.low) % self.step == 0


class Choices(Parameter):
    """Words, numbers, true, false or null."""

    type: Literal["categorical"] = "categorical"
    choices: tuple[Value, ...] = Field(min_length=2)

    def suggest(self, trial: Trial, name: str) -> Value:
        found: Value = trial.suggest_categorical(name, self.choices)
        return found

    def edges(self) -> Sequence[Value]:
        return self.choices

    def holds(self, value: Any) -> bool:
        return value in self.choices

    def text(self) -> str:
        return ", ".join("null" if choice is None else str(choice) for choice in self.choices)


Space = Mapping[str, Parameter]
"""By the setting's name, as `--set` takes it."""
TYPES: Mapping[str, type[Parameter]] = {
    "float": FloatRange,
    "int": IntRange,
    "categorical": Choices,
}


def space_of(method: type[TryOnMethod], file: Path | None, preset: str) -> Space:
    """The method's space for a preset, or that of a file.

    Raises:
        InputError: it has none, or something in it is wrong.
    """
    found = read_yaml(file) if file else method.search_space()
    name = method.info.name
    if not found:
        what = f"the search space {file} is empty" if file else f"{name} has no search space"
        raise InputError(f"{what}; give one with --space FILE (see docs/tuning.md)")
    where = f"the search space {file}" if file else f"the search space of {name}"
    every = {str(key): _parameter(where, str(key), value) for key, value in found.items()}
    return {key: one for key, one in every.items() if preset not in one.not_for}


def _parameter(where: str, name: str, value: Any) -> Parameter:
    """
    Raises:
        InputError: it is no range, or its setting is not one to tune.
    """
    if name.partition(".")[0] in OWN:
        raise InputError(f'{where}: "{name}" cannot be tuned; the study has it the same for all')
    if not isinstance(value, Mapping) or "type" not in value:
        raise InputError(f"{where}: {name} needs a type: {', '.join(TYPES)}")
    kind = str(value["type"])
    if kind not in TYPES:
        raise InputError(f'{where}: {name}: unknown type "{kind}"; {did_you_mean(kind, TYPES)}')
    try:
        found: Parameter = checked(TYPES[kind], value)
    except InputError as error:
        raise InputError(f"{where}: {name}: {error}") from error
    return found


def refuse_impossible(
    method: type[TryOnMethod],
    settings: Mapping[str, Any],
    space: Space,
    require: Callable[[RunConfig[Any]], None] = lambda config: None,
) -> None:
    """Try the ends of each range, and each choice, on some settings.

    Args:
        require: refuses a configuration that lacks something.

    Raises:
        InputError: one cannot be.
    """
    for name, one in space.items():
        for value in one.edges():
            try:
                require(run_config(method, merged(settings, nested(name, value))))
            except InputError as error:
                raise InputError(f"the search space: {name}={shown(value)}: {error}") from error


def as_json(space: Space) -> dict[str, Any]:
    """For files, and to compare."""
    return {name: one.model_dump(mode="json", exclude={"not_for"}) for name, one in space.items()}


def values_text(values: Mapping[str, Any], limit: int = 20) -> str:
    """`optimizer.lr=0.001, batch_size=4`."""
    return listed((f"{key}={shown(value)}" for key, value in values.items()), limit)


def shown(value: Any) -> str:
    """Four digits of a number.

    >>> shown(0.00123456), shown("hinge"), shown(None)
    ('0.001235', 'hinge', 'null')
    """
    if value is None:
        return "null"
    return f"{value:.4g}" if isinstance(value, float) else str(value)

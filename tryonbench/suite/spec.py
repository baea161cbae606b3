"""The suite file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tryonbench.config import Size, Strict, checked, layered, read_yaml
from tryonbench.errors import InputError
from tryonbench.metrics import make_metric
from tryonbench.protocols import all_protocols, get_protocol
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.runs import named_run
from tryonbench.synth import SynthSpec


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int) else value


class Draw(Strict):
    """A procedural set to draw, kept in the cache."""

    size: Size
    train: NonNegativeInt
    test: PositiveInt
    seed: NonNegativeInt = 0

    def spec(self) -> SynthSpec:
        return SynthSpec(size=self.size, train=self.train, test=self.test, seed=self.seed)


class Entry(Strict):
    """A method with its settings; one run a seed."""

    method: str
    preset: str = "nano"
    config: Path | None = None
    """YAML over the preset."""
    settings: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = Field((), alias="set")
    """As `--set` takes them."""
    seeds: Annotated[tuple[NonNegativeInt, ...], BeforeValidator(_as_list)] = Field(
        (0,), min_length=1
    )
    name: str | None = None
    """Of the runs, before their seed; by default METHOD-PRESET."""

    @property
    def preset_name(self) -> str:
        """A preset's own name, if it is one in a file."""
        return Path(self.preset).stem if self._is_file else self.preset

    @property
    def _is_file(self) -> bool:
        return self.preset.endswith(".yaml")

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that settings are read from."""
        preset = (Path(self.preset),) if self._is_file else ()
        return (*preset, self.config) if self.config else preset

    def run(self, seed: int) -> str:
        """A run's name."""
        return f"{self.name or f'{self.method}-{self.preset_name}'}-s{seed}"

    def checked(self, seed: int) -> Any:
        """The configuration of a run.

        Raises:
            InputError: a setting is wrong.
        """
        chosen, given = method_class(self.method), [*self.settings, f"seed={seed}"]
        return run_config(chosen, layered(preset_values(chosen, self.preset), self.config, given))


class Suite(Strict):
    """What `tryonbench run` makes."""

    name: str
    """By default that of the file."""
    data: Path | None = None
    """A VITON-HD root."""
    draw: Draw | None = None
    """A procedural set in its place; with neither, the default one."""
    methods: tuple[Entry, ...] = Field(min_length=1)
    protocols: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    """By default those that fit each run's size."""
    metrics: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    """By default the protocols' own."""
    efficiency: bool = True
    """Measure what each method costs; such an evaluation runs alone."""
    floor: bool = True
    """Score the floor rows, too."""
    report: Path | None = None
    """Folder of the report."""
    jobs: PositiveInt = 1
    """Commands at once, each on its share of the cores."""

    @field_validator("protocols")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(get_protocol(name).name for name in names))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.data and self.draw:
            raise PydanticCustomError("data", "give data or draw, not both")
        names = [entry.run(seed) for entry in self.methods for seed in entry.seeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError(
                "twice",
                "two runs are called {name}; give one a name of its own",
                {"name": twice[0]},
            )
        return self


def read_suite(path: Path) -> Suite:
    """A suite file, checked as far as that is possible without data.

    Raises:
        InputError: it is missing, not YAML, or something in it is wrong.
    """
    values = {"name": path.stem, **read_yaml(path)}
    try:
        suite: Suite = checked(Suite, values, in_file=True)
        check(suite)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return suite


def check(suite: Suite) -> None:
    """
    Raises:
        InputError: a method, preset or setting is wrong, or a name cannot be a folder.
    """
    named_run(Path("runs"), suite.name)
    for metric in suite.metrics:
        make_metric(metric, {})
    for entry in suite.methods:
        try:
            _check(entry)
        except InputError as error:
            raise InputError(f"{entry.name or entry.method}: {error}") from error
    if not suite.protocols:
        _refuse_unscorable(suite.methods)


def _refuse_unscorable(entries: Iterable[Entry]) -> None:
    """
    Raises:
        InputError: no protocol has the size of a training, whose evaluation would fail.
    """
    for entry in entries:
        if method_class(entry.method).info.trainable:
            size = entry.checked(entry.seeds[0]).size
            if not any(protocol.size == size for protocol in all_protocols().values()):
                shape = "x".join(map(str, size))
                raise InputError(f"{entry.run(entry.seeds[0])}: no protocol has images of {shape}")


def _check(entry: Entry) -> None:
    """
    Raises:
        InputError: see `check`.
    """
    chosen = method_class(entry.method)
    if chosen.info.trainable:
        for seed in entry.seeds:
            named_run(Path("runs"), entry.run(seed))
            entry.checked(seed)
        if any(text.partition("=")[0].strip() == "seed" for text in entry.settings):
            raise InputError("give the seed with seeds, not with set")
    elif entry.model_fields_set != {"method"}:
        raise InputError("it needs no training: it has no preset, set or seeds")

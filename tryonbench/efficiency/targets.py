"""What `tryonbench bench` is asked to measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.checkpoint import BEST, EXPORT, MODEL, is_export, read_header, weights_file
from tryonbench.config import parse_set
from tryonbench.efficiency.build import refuse_unbuildable
from tryonbench.efficiency.schema import Target
from tryonbench.errors import InputError, did_you_mean
from tryonbench.registry import entries, method_class, preset_values
from tryonbench.runs import find_run, runs_below
from tryonbench.subjects import VARIANT, run_subject

SIZE = (64, 48)
"""Of `--all`, and of methods without presets."""


@dataclass(frozen=True)
class Wanted:
    """The options that say what to measure."""

    preset: str | None
    size: tuple[int, int] | None
    settings: tuple[str, ...]
    steps: int | None
    runs: Path

    def settings_of(self, name: str) -> tuple[str, ...]:
        """A method's settings, `--steps` among them.

        Raises:
            InputError: it takes no steps.
        """
        if self.steps is None:
            return self.settings
        if "steps" not in method_class(name).config_class.model_fields:
            raise InputError(f"{name} has no setting model.steps; leave --steps out")
        return (*self.settings, f"model.steps={self.steps}")


def named_target(name: str, wanted: Wanted) -> Target:
    """A method's name, a run (`RUN@best` for its best checkpoint) or a checkpoint.

    Raises:
        InputError: it is none of these, or cannot be built so.
    """
    refuse_other_settings(wanted.settings)
    make = _method_target if name in entries() else _checkpoint_target
    target = make(name, wanted)
    refuse_unbuildable(target)
    return target


def all_targets(wanted: Wanted) -> tuple[list[Target], list[tuple[Target, str]]]:
    """Every preset of every method at a size; and those that cannot be built, with the reason."""
    refuse_other_settings(wanted.settings)
    size = wanted.size or SIZE
    good: list[Target] = []
    bad: list[tuple[Target, str]] = []
    for name in entries():
        try:
            found = _presets_at(name, size, wanted)
            for target in found:
                refuse_unbuildable(target)
        except InputError as error:
            bad.append((Target(label=name, method=name, size=size), str(error)))
        else:
            good += found
    return good, bad


def _presets_at(name: str, size: tuple[int, int], wanted: Wanted) -> list[Target]:
    """The presets of a size, or the one that was named if it has it."""
    presets = method_class(name).presets()
    fitting = [preset for preset, values in presets.items() if tuple(values["size"]) == size]
    chosen = [preset for preset in fitting if wanted.preset in (None, preset)]
    return [_preset_target(name, preset, size, wanted) for preset in chosen]


def _method_target(name: str, wanted: Wanted) -> Target:
    presets = method_class(name).presets()
    if not presets:
        return _plain_target(name, wanted)
    preset = wanted.preset or "nano"
    height, width = wanted.size or preset_values(method_class(name), preset)["size"]
    return _preset_target(name, preset, (height, width), wanted)


def _plain_target(name: str, wanted: Wanted) -> Target:
    if wanted.preset or wanted.settings_of(name):
        raise InputError(f"{name} has no presets and no settings; leave --preset and --set out")
    return Target(label=name, method=name, size=wanted.size or SIZE)


def _preset_target(name: str, preset: str, size: tuple[int, int], wanted: Wanted) -> Target:
    settings = wanted.settings_of(name)
    label = " ".join([f"{name}-{preset}", *settings])
    return Target(label=label, method=name, preset=preset, settings=settings, size=size)


def _checkpoint_target(name: str, wanted: Wanted) -> Target:
    """
    Raises:
        InputError: there is no such run or file, or it is given a preset.
    """
    path, own = _weights(name, wanted.runs)
    if wanted.preset:
        raise InputError(f"{name} is trained already: it has its own settings; leave --preset out")
    header = read_header(path)
    height, width = wanted.size or header.config["size"]
    settings = wanted.settings_of(header.method)
    if is_export(path):
        name = path.parent.name
    return Target(
        label=" ".join([name, *settings]),
        method=header.method,
        checkpoint=path.resolve(),
        settings=(*own, *settings),
        size=(height, width),
    )


def _weights(name: str, runs: Path) -> tuple[Path, tuple[str, ...]]:
    """The weights file, and a variant's settings."""
    path, run = Path(name), name.removesuffix(f"@{BEST}")
    if is_weights(path):
        return weights_file(path), ()
    try:
        found = find_run(Path(run), runs)
    except InputError as error:
        known = [*entries(), *(run.name for run in runs_below(runs))]
        text = f'"{name}" is no method, run or checkpoint'
        raise InputError(f"{text}; {did_you_mean(name, known)}") from error
    if run != name:
        return weights_file(found.checkpoints / BEST), ()
    if found.manifest()["kind"] != VARIANT:
        return weights_file(found.folder), ()
    variant = run_subject(found)
    assert variant.checkpoint is not None
    if variant.precision != "32-true":
        of, precision = found.manifest()["of"], variant.precision
        text = f"{name} names a precision, which is an option of bench"
        raise InputError(f"{text}: --method {of} --sweep precision --values precision={precision}")
    return variant.checkpoint, variant.settings


def is_weights(path: Path) -> bool:
    """Whether a path is a checkpoint or an export, not a run."""
    return path.is_file() or (path / MODEL).is_file() or (path / EXPORT).is_file()


def refuse_other_settings(settings: Sequence[str]) -> None:
    """Only the method's own settings change how it generates.

    Raises:
        InputError: another is given.
    """
    for setting in settings:
        (key,) = parse_set(setting)
        if key != "model":
            advice = "--set takes model.… alone; size, precision, compile and batch are options"
            raise InputError(f'"{setting}" does not change how pictures are made: {advice}')

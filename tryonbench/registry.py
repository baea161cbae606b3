"""Methods by name, found through the entry-point group `tryonbench.methods`."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryonbench.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from tryonbench.config import RunConfig
    from tryonbench.method import TryOnMethod

GROUP = "tryonbench.methods"


def entries() -> dict[str, EntryPoint]:
    """The registered names; nothing is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP))}


def source(name: str) -> str:
    """The distribution that registers a method, with its version."""
    distribution = entries()[name].dist
    return f"{distribution.name} {distribution.version}" if distribution else "unknown"


def method_class(name: str) -> type[TryOnMethod]:
    """Import a method's class.

    Raises:
        InputError: no such method, or its package cannot be imported.
    """
    from tryonbench.method import TryOnMethod

    found = entries()
    if name not in found:
        raise InputError(f'unknown method "{name}"; {did_you_mean(name, found)}')
    try:
        loaded = found[name].load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f'method "{name}" ({source(name)}) cannot be loaded: {reason}') from error
    if not (isinstance(loaded, type) and issubclass(loaded, TryOnMethod)):
        raise InputError(f'method "{name}": {found[name].value} is not a TryOnMethod')
    return loaded


def preset_values(method: type[TryOnMethod], preset: str) -> dict[str, Any]:
    """The settings of a preset of the method, or of one in a file, `NAME.yaml`.

    Raises:
        InputError: the method has no such preset, or the file is missing or of another method.
    """
    if preset.endswith(".yaml"):
        return _preset_in(Path(preset), method.info.name)
    presets = method.presets()
    if preset not in presets:
        name = method.info.name
        raise InputError(f'{name} has no preset "{preset}"; {did_you_mean(preset, presets)}')
    return {**presets[preset], "method": method.info.name, "preset": preset}


def _preset_in(file: Path, method: str) -> dict[str, Any]:
    from tryonbench.config import read_yaml

    found = read_yaml(file)
    if found.get("method", method) != method:
        raise InputError(f"the preset {file} is one of {found['method']}, not of {method}")
    return {**found, "method": method, "preset": file.stem}


def run_config(method: type[TryOnMethod], values: dict[str, Any]) -> RunConfig[Any]:
    """Check a run's settings against the method's own configuration class."""
    from tryonbench.config import RunConfig, checked

    parametrised: Any = RunConfig
    config: RunConfig[Any] = checked(parametrised[method.config_class], {"model": {}, **values})
    return config


def refuse_value(method: type[TryOnMethod], key: str, value: Any) -> None:
    """Refuse what one of a method's settings cannot be, whatever the others are.

    Raises:
        InputError: says what it can be.
    """
    from pydantic import ValidationError

    from tryonbench.config import checked

    try:
        method.config_class.model_validate({key: value})
    except ValidationError as error:
        if any(problem["loc"][:1] == (key,) for problem in error.errors()):
            checked(method.config_class, {key: value})

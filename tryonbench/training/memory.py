"""Running out of memory, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import torch

from tryonbench.config import RunConfig
from tryonbench.errors import TryonbenchError
from tryonbench.memory import is_out_of_memory
from tryonbench.method import TryOnMethod
from tryonbench.registry import preset_values, run_config
from tryonbench.runs import Run
from tryonbench.training.checkpoints import last_good


@contextmanager
def memory_explained(method: type[TryOnMethod], config: RunConfig[Any], run: Run) -> Iterator[None]:
    """
    Raises:
        TryonbenchError: memory ran out in the block; says with what, and what to try.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if "DataLoader worker" in str(error):
            raise TryonbenchError(
                f"a process that loads data died, perhaps for lack of memory; {last_good(run)}; "
                f"go on with fewer: --set workers={config.workers // 2}"
            ) from error
        if not is_out_of_memory(error):
            raise
        height, width = config.size
        what = f"{config.method} {config.preset}, batch {config.batch_size}, {height}x{width}"
        advice = ", ".join(_advice(method, config))
        raise TryonbenchError(
            f"out of memory training {what}; {last_good(run)}; begin again with {advice}"
        ) from error


def _advice(method: type[TryOnMethod], config: RunConfig[Any]) -> Iterator[str]:
    """What needs less memory, what changes the result least first."""
    half, odd = divmod(config.batch_size, 2)
    if half and not odd:
        accumulate = 2 * config.accumulate
        yield f"--set batch_size={half} --set accumulate={accumulate} (updates of as many images)"
    elif half:
        yield f"--set batch_size={half}"
    if config.precision == "32-true":
        yield "--set precision=bf16-mixed"
    yield from _smaller_preset(method, config)


def _smaller_preset(method: type[TryOnMethod], config: RunConfig[Any]) -> Iterator[str]:
    """The method's largest preset of smaller pictures and no larger networks; a smaller size if
    there is none."""
    presets = {name: run_config(method, values) for name, values in _presets(method)}
    areas = {name: prod(preset.size) for name, preset in presets.items()}
    most = _parameters(method, config)
    smaller = {
        name: area
        for name, area in areas.items()
        if area < prod(config.size) and _parameters(method, presets[name]) <= most
    }
    if smaller:
        yield f"--preset {max(smaller, key=lambda name: smaller[name])}"
    else:
        yield "a smaller --set size=HxW"


def _presets(method: type[TryOnMethod]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in method.presets():
        yield name, preset_values(method, name)


def _parameters(method: type[TryOnMethod], config: RunConfig[Any]) -> int:
    """Counted without allocating them."""
    with torch.device("meta"):
        networks = method(config.model, config.size).networks
    return sum(parameter.numel() for parameter in networks.parameters())

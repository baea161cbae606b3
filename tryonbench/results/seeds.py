"""Several seeds of one method: how much of a value is chance of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tryonbench.errors import InputError
from tryonbench.files import canonical_json
from tryonbench.results.cells import metric_style, short_label
from tryonbench.results.schema import Result
from tryonbench.results.tables import table_key
from tryonbench.runs import Run


@dataclass(frozen=True)
class SeedSpread:
    """A metric over runs that differ in their seed."""

    runs: int
    mean: float
    std: float
    """With runs - 1 in the denominator."""
    low: float
    """The least of the runs' values."""
    high: float


def spreads_of(named: Sequence[tuple[str, Run, Result]]) -> dict[str, dict[str, SeedSpread]]:
    """By the names of runs that differ in their seed alone: their spread by metric. Of runs of
    one seed, as a copied folder is, the first counts.

    Args:
        named: each run's name and result, of one protocol and data.
    """
    groups: dict[str, dict[str, tuple[str, Result]]] = {}
    for name, run, result in named:
        key = f"{_without_seed(run)} {result.fingerprint}"
        groups.setdefault(key, {}).setdefault(_seed(run), (name, result))
    return {
        ", ".join(name for name, _ in group.values()): seed_spread([r for _, r in group.values()])
        for group in groups.values()
        if len(group) > 1
    }


def _seed(run: Run) -> str:
    """What a run was trained with; nothing where it names none."""
    config = run.manifest().get("config")
    return str(config.get("seed")) if isinstance(config, dict) else ""


def _without_seed(run: Run) -> str:
    """What a run is, but for its seed; one that was not trained is like no other."""
    manifest = run.manifest()
    config = manifest.get("config")
    if manifest.get("was", manifest["kind"]) != "training" or not isinstance(config, dict):
        return str(run.folder)
    rest = {key: value for key, value in config.items() if key != "seed"}
    return canonical_json([manifest["method"], rest, manifest.get("data")])


def spread_lines(spreads: Mapping[str, Mapping[str, SeedSpread]]) -> list[str]:
    """What `spreads_of` found in words, a line for each group and metric."""
    return [
        f"{names}: {short_label(key)} {style.text(spread.mean)} ± {style.text(spread.std)} over "
        f"{spread.runs} seeds ({style.text(spread.low)} to {style.text(spread.high)})"
        for names, found in spreads.items()
        for key, spread in found.items()
        for style in [metric_style(key)]
    ]


def seed_spread(results: Sequence[Result]) -> dict[str, SeedSpread]:
    """Each metric that all results have.

    Args:
        results: of one method, one for each seed; that they differ in nothing else is the
            caller's to know.

    Raises:
        InputError: fewer than two, or of different methods, protocols, fingerprints or data.
    """
    if len(results) < 2:
        raise InputError("the spread over seeds needs two runs or more; train with --set seed=1")
    if len({(result.method, *table_key(result)) for result in results}) > 1:
        names = ", ".join(result.run for result in results)
        raise InputError(f"{names} are not seeds of one method under one protocol and data")
    found = {key: [_value(result, key) for result in results] for key in results[0].metrics}
    return {
        key: _spread([value for value in values if value is not None])
        for key, values in found.items()
        if None not in values
    }


def _value(result: Result, key: str) -> float | None:
    return result.metrics[key].value if key in result.metrics else None


def _spread(values: Sequence[float]) -> SeedSpread:
    std = float(np.std(values, ddof=1))
    return SeedSpread(len(values), float(np.mean(values)), std, min(values), max(values))

"""Several seeds of one method: how much of a value is chance of the training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryonbench.errors import InputError
from tryonbench.results.schema import Result
from tryonbench.results.tables import table_key


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

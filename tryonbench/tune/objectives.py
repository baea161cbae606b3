"""What a study makes better: metrics, and costs of the efficiency harness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tryonbench.errors import InputError, TryonbenchError, did_you_mean
from tryonbench.metrics import CLASSES, make_metric
from tryonbench.results.cells import COSTS, cost_cells, metric_style
from tryonbench.results.schema import Result

COST_COLUMNS = {column.key: column for column in COSTS}


@dataclass(frozen=True)
class Objective:
    """A number of a result, and which way is better."""

    key: str
    label: str
    higher_is_better: bool

    @property
    def is_cost(self) -> bool:
        return self.key in COST_COLUMNS

    @property
    def arrow(self) -> str:
        return "↑" if self.higher_is_better else "↓"

    def text(self, value: float) -> str:
        """As tables show it."""
        return f"{value:,.4g}" if self.is_cost else metric_style(self.key).text(value)

    def value(self, result: Result) -> float:
        """
        Raises:
            TryonbenchError: the result has none.
        """
        if self.is_cost:
            cell = cost_cells(result.efficiency, "")[self.key]
            value, why = cell.value, cell.note
        else:
            metric = result.metrics[self.key]
            value, why = metric.value, metric.missing
        if value is None:
            raise TryonbenchError(f"{self.key} has no value: {why or 'no reason was given'}")
        return value


def objectives_of(keys: Sequence[str]) -> tuple[Objective, ...]:
    """The objectives by name, each with the direction of its registry.

    Raises:
        InputError: none, an unknown one, one twice, or costs alone.
    """
    for key in keys:
        name = key.partition("@")[0]
        if name not in CLASSES and key not in COST_COLUMNS:
            known = did_you_mean(name, [*CLASSES, *COST_COLUMNS])
            raise InputError(f'unknown metric "{key}"; {known}')
    if len(set(keys)) < len(keys):
        raise InputError("--metric names a metric twice")
    if not set(keys) - set(COST_COLUMNS):
        raise InputError("--metric needs a metric of quality; costs alone are best untrained")
    return tuple(_objective(key) for key in keys)


def _objective(key: str) -> Objective:
    """Of parameters, which the tables do not judge, fewer are better."""
    if key in COST_COLUMNS:
        column = COST_COLUMNS[key]
        return Objective(key, column.label, bool(column.higher_is_better))
    return Objective(key, metric_style(key).label, make_metric(key, {}).higher_is_better)

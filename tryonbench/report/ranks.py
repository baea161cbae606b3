"""Ranks of methods: in each metric, and on average over metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tryonbench.results.cells import Column
from tryonbench.results.tables import Row, Table


@dataclass(frozen=True)
class Ranks:
    """The ranks of the methods that can be compared."""

    by_metric: Mapping[str, Mapping[str, float]]
    """By metric and row; equal texts share the mean of their ranks."""
    mean: Mapping[str, float]
    """By row, over `counted`."""
    counted: tuple[Column, ...]
    """The metrics in which every one of them has a value."""


def ranks(table: Table) -> Ranks:
    """Ranks in the metrics that say which way is better; 1 is the best."""
    rows = [row for row in table.rows if row.contends]
    ranked = {column.key: _ranks(column, rows) for column in table.quality}
    counted = tuple(c for c in table.quality if rows and len(ranked[c.key]) == len(rows))
    mean = {
        row.name: sum(ranked[c.key][row.name] for c in counted) / len(counted)
        for row in rows
        if counted
    }
    return Ranks(ranked, mean, counted)


def _ranks(column: Column, rows: Sequence[Row]) -> dict[str, float]:
    """The rank of each row that has a value; values that show the same digits are level."""
    known = {row.name: row.cells[column.key] for row in rows}
    values = {name: cell.value for name, cell in known.items() if cell.value is not None}
    if column.higher_is_better is None:
        return {}
    best_first = sorted(values, key=lambda name: values[name], reverse=column.higher_is_better)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(best_first, 1):
        places.setdefault(known[name].text, []).append(place)
    return {name: sum(places[known[name].text]) / len(places[known[name].text]) for name in values}

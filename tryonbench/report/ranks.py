"""Ranks of methods: in each metric, and on average over metrics. What the page shows of them it
makes again for the rows that are left, as `ranks.js` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tryonbench.results.cells import Column
from tryonbench.results.tables import Row, Table

FEWEST = 2
"""Rows that can be compared: one alone has no rank."""


@dataclass(frozen=True)
class Ranks:
    """The ranks of the methods that can be compared; none where there is only one."""

    by_metric: Mapping[str, Mapping[str, float]]
    """By metric and row; equal texts share the mean of their ranks."""
    mean: Mapping[str, float]
    """By row, over `counted`."""
    counted: tuple[Column, ...]
    """The metrics in which every one of them has a value."""


def ranks(table: Table) -> Ranks:
    """Ranks in the metrics that say which way is better; 1 is the best."""
    rows = [row for row in table.rows if row.contends]
    if len(rows) < FEWEST:
        return Ranks({}, {}, ())
    ranked = {column.key: _ranks(column, rows) for column in table.quality}
    counted = tuple(c for c in table.quality if len(ranked[c.key]) == len(rows))
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


@dataclass(frozen=True)
class Opening:
    """The order in which a leaderboard opens."""

    rows: tuple[Row, ...]
    """Floor rows are last, and skipped ones the last of their kind."""
    by: str
    """The column: a key, `RANK` or `NAME`."""


RANK, NAME = "mean rank", "name"


def opening(table: Table, found: Ranks) -> Opening:
    """By mean rank; without one by the first metric in which two rows can be ranked, or by name.

    Rows without a value stand behind those that have one.
    """
    lead = next((key for key, ranked in found.by_metric.items() if len(ranked) >= FEWEST), None)
    order = found.mean or (found.by_metric[lead] if lead else {})
    rows = sorted(
        table.rows,
        key=lambda row: (row.floor, row.skipped, order.get(row.name, len(order) + 1), row.name),
    )
    return Opening(tuple(rows), RANK if found.mean else lead or NAME)

"""Result tables as plain data, for the terminal, for files and for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tryonbench.errors import listed
from tryonbench.metrics import CLASSES, metric_class
from tryonbench.protocols import all_protocols, base_name
from tryonbench.results.schema import Efficiency, Latency, MetricValue, Result

MISSING = "—"
FLOOR_FAMILY = "baseline"


@dataclass(frozen=True)
class Column:
    """A metric or a cost."""

    key: str
    label: str
    higher_is_better: bool | None
    """None: neither is better, and no value is marked."""

    @property
    def arrow(self) -> str:
        """Which way is better."""
        return {True: "↑", False: "↓", None: ""}[self.higher_is_better]

    @property
    def heading(self) -> str:
        return f"{self.label} {self.arrow}".rstrip()


PARAMETERS = Column("parameters", "Parameters", None)
LATENCY = Column("latency", "Latency [ms]", False)
THROUGHPUT = Column("throughput", "Images/s", True)
MEMORY = Column("memory", "Memory [MB]", False)
COSTS = (PARAMETERS, LATENCY, THROUGHPUT, MEMORY)


@dataclass(frozen=True)
class Cell:
    """A value as it is shown, and as it is."""

    text: str
    value: float | None
    best: bool = False
    note: str | None = None
    """Of a value: its 95 % interval or how it was measured. Of none: why it is missing."""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One run under the table's protocol."""

    name: str
    family: str
    floor: bool
    cells: dict[str, Cell]
    note: str | None = None
    """What stands against comparing the row: skipped, images missing, trained on the test set."""
    skipped: bool = False

    @property
    def contends(self) -> bool:
        """Whether its values may be marked as best."""
        return not self.floor and self.note is None


@dataclass(frozen=True)
class Table:
    """Rows that may be compared: one protocol, one fingerprint, the same data."""

    protocol: str
    fingerprint: str
    data: str
    """Fingerprint of the data."""
    n: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """By name; floor rows last."""
    conditions: tuple[str, ...] = ()
    """How the costs were measured. If there are several, no cost is marked as best."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.protocol, self.fingerprint, self.data

    @property
    def quality(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column not in COSTS)

    @property
    def missing(self) -> dict[str, list[str]]:
        """Why values are missing: for each reason, the headings of the columns."""
        reasons: dict[str, list[str]] = {}
        for row in self.rows:
            for column in () if row.skipped else self.columns:
                cell = row.cells[column.key]
                if cell.value is None and cell.note is not None:
                    reasons.setdefault(cell.note, []).append(column.label)
        return {reason: list(dict.fromkeys(labels)) for reason, labels in reasons.items()}


@dataclass(frozen=True)
class MetricStyle:
    """How a metric's values are shown."""

    label: str
    scale: float = 1.0
    decimals: int = 3

    def text(self, value: float) -> str:
        return f"{value * self.scale:.{self.decimals}f}"


def metric_style(key: str) -> MetricStyle:
    """The style of `ssim` or `ssim@garment`; a metric of another version shows its key."""
    name, _, region = key.partition("@")
    if name not in CLASSES:
        return MetricStyle(key)
    metric = metric_class(name)
    label = f"{metric.label} ({region})" if region else metric.label
    return MetricStyle(label, metric.scale, metric.decimals)


def table_key(result: Result) -> tuple[str, str, str]:
    """Results share a table only if these are equal."""
    return result.protocol, result.fingerprint, result.data.fingerprint


def row_names(results: Sequence[Result]) -> list[str]:
    """A name for each result: the method, or the run where several runs are of one method."""
    runs: dict[str, set[str]] = {}
    for result in results:
        runs.setdefault(result.method, set()).add(result.run)
    return [result.method if len(runs[result.method]) == 1 else result.run for result in results]


def tables(results: Sequence[Result]) -> list[Table]:
    """A table for each protocol, fingerprint and data set, by protocol."""
    named = sorted(zip(results, row_names(results), strict=True), key=lambda r: table_key(r[0]))
    return [_table(list(group)) for _, group in groupby(named, key=lambda r: table_key(r[0]))]


def _table(named: list[tuple[Result, str]]) -> Table:
    """The table of results that share a key."""
    results = [result for result, _ in named]
    conditions = sorted(set(filter(None, map(_conditions, results))))
    metrics = _metric_columns(results)
    columns = (*metrics, *COSTS)
    rows = [_row(result, name, metrics, len(conditions) > 1) for result, name in named]
    rows.sort(key=lambda row: (row.floor, row.skipped, row.name))
    for column in metrics if len(conditions) > 1 else columns:
        rows = _with_best(rows, column)
    n = max(result.n for result in results)
    return Table(*table_key(results[0]), n, columns, tuple(rows), tuple(conditions))


def _conditions(result: Result) -> str:
    """Device, batch and kind of memory, as far as costs were measured."""
    cost = result.efficiency
    parts = [
        cost.device or "",
        f"throughput at batch {cost.throughput_batch}" if cost.throughput_batch else "",
        f"memory: {cost.memory.kind}" if cost.memory else "",
    ]
    return ", ".join(filter(None, parts))


def _metric_columns(results: list[Result]) -> tuple[Column, ...]:
    """The metrics that some result has: in the protocol's order, then the others."""
    directions = {k: v.higher_is_better for r in results for k, v in r.metrics.items()}
    protocol = all_protocols().get(base_name(results[0].protocol))
    order = [key for key in (protocol.metrics if protocol else ()) if key in directions]
    keys = dict.fromkeys([*order, *directions])
    return tuple(Column(key, metric_style(key).label, directions[key]) for key in keys)


def _row(result: Result, name: str, metrics: Sequence[Column], mixed: bool) -> Row:
    """A result's cells, none of them marked yet."""
    values = {c.key: _metric_cell(c.key, result.metrics.get(c.key)) for c in metrics}
    costs = _cost_cells(result.efficiency, _conditions(result) if mixed else "")
    cells = {**values, **costs}
    if result.skipped is not None:
        cells = {key: Cell(MISSING, None) for key in cells}
    floor = result.family == FLOOR_FAMILY
    return Row(name, result.family, floor, cells, _note(result), result.skipped is not None)


def _note(result: Result) -> str | None:
    """What stands against comparing a result with the others."""
    if result.skipped is not None:
        return f"skipped: {result.skipped}"
    absent = result.missing_images or []
    notes = [
        f"{len(absent)} of {result.n + len(absent)} images are missing ({listed(absent, 3)})"
        if absent
        else "",
        "trained on these test images: the values mean nothing"
        if result.data.trained_on_test
        else "",
    ]
    return "; ".join(filter(None, notes)) or None


def _metric_cell(key: str, value: MetricValue | None) -> Cell:
    """A metric's value with its interval, or the reason why there is none."""
    if value is None:
        return Cell(MISSING, None, note="not asked for in this evaluation")
    if value.value is None:
        return Cell(MISSING, None, note=value.missing or "no reason was given")
    style = metric_style(key)
    known = value.low is not None and value.high is not None
    ends = [style.text(end) for end in (value.low, value.high) if end is not None]
    note = "–".join(ends) if known else None
    return Cell(style.text(value.value), value.value, note=note, low=value.low, high=value.high)


def _cost_cells(cost: Efficiency, conditions: str) -> dict[str, Cell]:
    """Parameters, latency, throughput and memory, or the reason why they were not measured."""
    missing = Cell(MISSING, None, note=cost.missing or "not measured")
    cells = {column.key: missing for column in COSTS}
    note = conditions or None
    if cost.parameters is not None:
        total = sum(cost.parameters.values())
        cells[PARAMETERS.key] = Cell(_count(total), total)
    if cost.latency is not None:
        cells[LATENCY.key] = _latency_cell(cost.latency, conditions)
    if cost.throughput is not None:
        cells[THROUGHPUT.key] = Cell(_cost(cost.throughput), cost.throughput, note=note)
    if cost.memory is not None:
        megabytes = cost.memory.peak_mb
        cells[MEMORY.key] = Cell(f"{megabytes:,.0f}", megabytes, note=note)
    return cells


def _latency_cell(latency: Latency, conditions: str) -> Cell:
    note = ", ".join(filter(None, [f"p90 {_cost(latency.p90_ms)}", conditions]))
    return Cell(_cost(latency.median_ms), latency.median_ms, note=note)


def _count(parameters: int) -> str:
    """Millions, or the number itself where it is small.

    >>> _count(749_000), _count(640)
    ('0.75 M', '640')
    """
    return f"{parameters / 1e6:,.2f} M" if parameters >= 10_000 else f"{parameters:,}"


def _cost(value: float) -> str:
    """One decimal; none from 1000 on, two below 1.

    >>> _cost(0.123), _cost(12.34), _cost(4321.0)
    ('0.12', '12.3', '4,321')
    """
    return f"{value:,.{2 if value < 1 else 1 if value < 1000 else 0}f}"


def _with_best(rows: list[Row], column: Column) -> list[Row]:
    """Mark the best value of a column, and every value that shows the same digits.

    Nothing is marked unless at least two rows contend.
    """
    contenders = [row.cells[column.key] for row in rows if row.contends]
    values = [cell.value for cell in contenders if cell.value is not None]
    if column.higher_is_better is None or len(values) < 2:
        return rows
    winner = max(values) if column.higher_is_better else min(values)
    texts = {cell.text for cell in contenders if cell.value == winner}
    return [_marked(row, column.key) if _shows(row, column.key, texts) else row for row in rows]


def _shows(row: Row, key: str, texts: set[str]) -> bool:
    return row.contends and row.cells[key].text in texts


def _marked(row: Row, key: str) -> Row:
    return replace(row, cells={**row.cells, key: replace(row.cells[key], best=True)})

"""The columns and cells of result tables: what a value is called, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from tryonbench.metrics import CLASSES, metric_class
from tryonbench.results.schema import Efficiency, Latency, MetricValue, Result

MISSING = "—"


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

    @property
    def short(self) -> str:
        """The label without its unit."""
        return _without_unit(self.label)


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
    remark: str | None = None
    """What was done otherwise than the settings say."""


@dataclass(frozen=True)
class MetricStyle:
    """How a metric's values are shown."""

    label: str
    scale: float = 1.0
    decimals: int = 3

    def text(self, value: float) -> str:
        """Rounded; what rounds to 0 has no sign."""
        return f"{value * self.scale:z.{self.decimals}f}"


def metric_style(key: str) -> MetricStyle:
    """The style of `ssim` or `ssim@garment`; a metric of another version shows its key."""
    name, _, region = key.partition("@")
    if name not in CLASSES:
        return MetricStyle(key)
    metric = metric_class(name)
    label = f"{metric.label} ({region})" if region else metric.label
    return MetricStyle(label, metric.scale, metric.decimals)


def short_label(key: str) -> str:
    """A metric's label without its unit."""
    return _without_unit(metric_style(key).label)


def _without_unit(label: str) -> str:
    """
    >>> _without_unit("PSNR [dB]")
    'PSNR'
    """
    return label.split(" [")[0]


def conditions(result: Result) -> str:
    """Device, batch and kind of memory, as far as costs were measured."""
    cost = result.efficiency
    parts = [
        cost.device or "",
        f"throughput at batch {cost.throughput_batch}" if cost.throughput_batch else "",
        f"memory: {cost.memory.kind}" if cost.memory else "",
    ]
    return ", ".join(filter(None, parts))


def metric_cell(key: str, value: MetricValue | None) -> Cell:
    """A metric's value with its interval, or the reason why there is none."""
    if value is None:
        return Cell(MISSING, None, note="not asked for in this evaluation")
    if value.value is None:
        return Cell(MISSING, None, note=value.missing or "no reason was given")
    style = metric_style(key)
    known = value.low is not None and value.high is not None
    ends = [style.text(end) for end in (value.low, value.high) if end is not None]
    dash = " to " if any(end.startswith("-") for end in ends) else "–"
    note = dash.join(ends) if known else None
    text = style.text(value.value)
    return Cell(text, value.value, False, note, value.low, value.high, value.note)


def cost_cells(cost: Efficiency, how: str) -> dict[str, Cell]:
    """Parameters, latency, throughput and memory, or the reason why they were not measured."""
    missing = Cell(MISSING, None, note=cost.missing or "not measured")
    cells = {column.key: missing for column in COSTS}
    note = how or None
    if cost.parameters is not None:
        total = sum(cost.parameters.values())
        cells[PARAMETERS.key] = Cell(count(total), total)
    if cost.latency is not None:
        cells[LATENCY.key] = _latency_cell(cost.latency, how)
    if cost.throughput is not None:
        cells[THROUGHPUT.key] = Cell(amount(cost.throughput), cost.throughput, note=note)
    if cost.memory is not None:
        megabytes = cost.memory.peak_mb
        cells[MEMORY.key] = Cell(f"{megabytes:,.0f}", megabytes, note=note)
    return cells


def _latency_cell(latency: Latency, how: str) -> Cell:
    note = ", ".join(filter(None, [f"p90 {amount(latency.p90_ms)}", how]))
    return Cell(amount(latency.median_ms), latency.median_ms, note=note)


def count(parameters: int) -> str:
    """Millions, or the number itself where it is small.

    >>> count(749_000), count(640)
    ('0.75 M', '640')
    """
    return f"{parameters / 1e6:,.2f} M" if parameters >= 10_000 else f"{parameters:,}"


def amount(value: float) -> str:
    """One decimal; none from 1000 on, two below 1.

    >>> amount(0.123), amount(12.34), amount(4321.0), amount(0.002)
    ('0.12', '12.3', '4,321', '< 0.01')
    """
    if 0 < value < 0.005:
        return "< 0.01"
    return f"{value:,.{2 if value < 1 else 1 if value < 1000 else 0}f}"

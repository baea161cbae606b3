"""What a sweep adds to the file of `tryonbench bench`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tryonbench.results.schema import MetricValue, Record


class Variant(Record):
    """One combination of the axes' values. Its cost is in the report's row of the same label."""

    label: str
    base: str
    """The run, checkpoint or preset that it is a variant of."""
    changes: dict[str, Any]
    """Its settings by name, those of `--set` among them."""
    run: str | None = None
    """The run folder with its pictures and results."""
    metrics: dict[str, MetricValue] = Field(default_factory=dict)
    unscored: str | None = None
    """Why it has no metrics."""
    failed: str | None = None
    """What went wrong when its pictures were made or scored."""
    ms_per_image: float | None = None
    """The median time of a call at the row's first batch, by image."""
    fronts: list[str] = Field(default_factory=list)
    """The metrics in which nothing as fast is better, and nothing faster as good."""
    best: bool = False
    """Nothing dominates it."""
    dominated_by: str | None = None
    """A variant that is no slower and in no metric worse, and in one of these better."""


class LeftOut(Record):
    """A combination that cannot be."""

    label: str
    reason: str


class Sweep(Record):
    """Which axes, scored how, and what was found."""

    axes: list[str]
    metrics: list[str]
    protocol: str | None = None
    fingerprint: str | None = None
    data: str | None = None
    """Fingerprint of the data that were scored on."""
    n: int | None = None
    """Images."""
    variants: list[Variant]
    """In the order of the report's rows."""
    left_out: list[LeftOut]

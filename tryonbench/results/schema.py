"""The result file: one evaluation of one method under one protocol with one seed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_serializer

from tryonbench.config import Strict


class Record(Strict):
    """Fields that are None are left out of the file, except `value`."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: Any) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        return {k: v for k, v in values.items() if v is not None or k == "value"}


class MetricValue(Record):
    """A metric's value with its 95 % confidence interval, or why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    """Images that count."""
    higher_is_better: bool
    missing: str | None = None
    """Why there is no value, and the command that mends it."""
    note: str | None = None
    """What was done otherwise than the settings say."""


class Latency(Record):
    """Milliseconds of one `generate` call."""

    median_ms: float
    p90_ms: float
    iterations: int
    batch: int


class Memory(Record):
    """Peak memory of the measuring process."""

    peak_mb: float
    """10^6 bytes."""
    kind: Literal["rss", "cuda allocated"]


class Efficiency(Record):
    """What a method costs, measured in a process of its own."""

    parameters: dict[str, int] | None = None
    """Of the networks that generate, by name."""
    latency: Latency | None = None
    """At batch 1."""
    throughput: float | None = None
    """Images a second at `throughput_batch`."""
    throughput_batch: int | None = None
    memory: Memory | None = None
    device: str | None = None
    missing: str | None = None
    """Why it was not measured."""


class DataSource(Record):
    """What was evaluated on."""

    root: str
    split: str
    fingerprint: str
    """Changes with the pairs and the files; results of different data do not share a table."""
    pairs: str
    """Hash of the pair list."""
    pair_file: str | None = None
    """The list, where it is not the protocol's own."""
    trained_on_test: bool | None = None
    """True if the method was trained on these very images: its numbers mean nothing."""


class Result(Record):
    """One row. `skipped` says why a method could not run; then there are no metrics."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    version: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    method: str
    run: str
    family: str
    protocol: str
    fingerprint: str
    n: int
    seed: int
    size: tuple[int, int]
    """Height and width."""
    pairing: Literal["paired", "unpaired"]
    metrics: dict[str, MetricValue]
    efficiency: Efficiency
    environment: dict[str, str]
    data: DataSource
    missing_images: list[str] | None = None
    """Ids without an image, under `--allow-missing`."""
    skipped: str | None = None
    note: str | None = None
    """What the row is, where its name does not say it."""
    settings: list[str] | None = None
    """Of a variant: in place of those that its run was trained with."""
    imported: str | None = None
    """The file of results that it was read from: it was not measured here."""
    key: str
    """Hash of images, data, settings, weights, and the code and packages that score: an equal key
    need not be evaluated again."""

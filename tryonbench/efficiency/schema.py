"""What the measuring process is asked, what it answers, and the file of `tryonbench bench`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field, PositiveInt

from tryonbench.config import Precision, Strict
from tryonbench.results.schema import Record
from tryonbench.sweep.schema import Sweep

Device = Literal["cpu", "cuda"]
NOISE = 0.05
"""Difference of two runs above which it is printed beside the number."""


class Target(Strict):
    """What is measured: a method with fresh weights of a preset, or a checkpoint."""

    label: str
    method: str
    preset: str | None = None
    checkpoint: Path | None = None
    settings: tuple[str, ...] = ()
    """`model.a=value` in place of the preset's or the checkpoint's own."""
    size: tuple[int, int]
    """Height and width."""


class Task(Strict):
    """One measurement: one process."""

    target: Target
    batch: PositiveInt
    device: Device
    precision: Precision = "32-true"
    compile: bool = False
    min_calls: PositiveInt
    min_seconds: float = Field(ge=0.0)
    extras: bool = False
    """Also count FLOPs and time loading and saving."""
    data: Path | None = None
    """The root whose test split is loaded."""


class Samples(Record):
    """Raw values in the order they were measured, and what sums them up."""

    unit: Literal["ms"] = "ms"
    values: list[float]
    p50: float
    p90: float
    p99: float
    mean: float
    std: float
    """Of the sample (n - 1); 0 of a single value."""

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        values = np.asarray(seconds, dtype=np.float64) * 1000
        p50, p90, p99 = (float(p) for p in np.percentile(values, (50, 90, 99)))
        std = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        raw = values.tolist()
        return cls(values=raw, p50=p50, p90=p90, p99=p99, mean=float(values.mean()), std=std)


class Startup(Record):
    """Seconds from the measuring module's first line to the first picture: what the interpreter
    itself needs to start, and making the random inputs, are not in it."""

    imports: float
    """torch and tryonbench."""
    build: float
    """The method's own imports, its networks, reading the weights, moving them to the device."""
    first_call: float
    """`generate` on the first batch, until the pictures are there."""

    @property
    def total(self) -> float:
        return self.imports + self.build + self.first_call


class MemoryUse(Record):
    """Megabytes (10^6 bytes) of the measuring process."""

    start_mb: float | None = None
    """Resident before the first call: Python, torch, the method with its weights."""
    rss_mb: float
    """Resident at most."""
    allocated_mb: float | None = None
    """Of torch's tensors on CUDA, at most."""
    reserved_mb: float | None = None
    """Of torch's allocator on CUDA, at most."""
    process_mb: float | None = None
    """On CUDA by NVML after the last call: with the context and the libraries."""
    process_missing: str | None = None


class Energy(Record):
    """Of the whole board while the calls were timed, by NVML."""

    joules_per_image: float | None = None
    missing: str | None = None


class Flops(Record):
    """Floating-point operations (2 x multiply-adds) of one picture."""

    total: int | None = None
    missing: str | None = None
    uncounted: dict[str, int] = Field(default_factory=dict)
    """Calls of operations that `torch.utils.flop_counter` has no formula for. Views and copies,
    which compute nothing, are not among them."""


class Files(Record):
    """Reading inputs and writing pictures, one by one in one process, apart from the method."""

    loading: Samples | None = None
    """Decoding and preparing what the method reads of one pair."""
    saving: Samples | None = None
    """From the method's output to one PNG on disk."""
    source: str | None = None
    missing: str | None = None


class Leak(Record):
    """Memory that grows from call to call."""

    bytes_per_call: float
    kind: Literal["rss", "cuda allocated"]


class Measurement(Record):
    """What one process measured at one batch size."""

    batch: int
    calls: Samples
    """Milliseconds of each `generate` call; the inputs are on the device already."""
    transfer: Samples | None = None
    """Of a batch to the accelerator."""
    memory: MemoryUse
    startup: Startup
    leak: Leak | None = None
    energy: Energy
    parameters: dict[str, int]
    """Of the networks that generate, by name."""
    disk_mb: float
    """The checkpoint file; of fresh weights, the bytes of their tensors."""
    flops: Flops | None = None
    files: Files | None = None
    device: str
    threads: int
    """Of torch on the CPU."""

    @property
    def images_per_second(self) -> float:
        return self.batch / self.calls.p50 * 1000


class Answer(Record):
    """How a measuring process ended: exactly one of these."""

    measured: Measurement | None = None
    out_of_memory: str | None = None
    failed: str | None = None


class Point(Record):
    """One batch size, measured in several processes."""

    batch: int
    runs: list[Measurement] = Field(default_factory=list)
    out_of_memory: str | None = None
    """Why this batch does not fit: a result."""
    failed: str | None = None

    @property
    def calls(self) -> Samples:
        """The values of all processes together."""
        return Samples.of([ms / 1000 for run in self.runs for ms in run.calls.values])

    @property
    def images_per_second(self) -> float:
        return self.batch / self.calls.p50 * 1000

    @property
    def noise(self) -> float | None:
        """How far the medians of the processes are apart, as a share of their mean."""
        return spread([run.calls.p50 for run in self.runs])


def spread(values: Sequence[float]) -> float | None:
    """Largest difference as a share of the mean; None of fewer than two values.

    >>> spread([9.5, 10.5])
    0.1
    """
    if len(values) < 2:
        return None
    return (max(values) - min(values)) / (sum(values) / len(values))


class Row(Record):
    """A method's benchmark."""

    target: Target
    device: Device
    precision: Precision
    compile: bool = False
    points: list[Point] = Field(default_factory=list)
    best_batch: int | None = None
    """Of those measured, the one with most pictures a second."""
    ended: str | None = None
    """Why no larger batch was tried."""
    problem: str | None = None
    """It raised, hung, leaked or could not be started."""


class BenchReport(Record):
    """The file of `tryonbench bench`."""

    version: Literal[1, 2] = 2
    """2 may have a sweep."""
    kind: Literal["bench"] = "bench"
    created: str
    command: list[str]
    environment: dict[str, str]
    rows: list[Row]
    sweep: Sweep | None = None
    """Of `--sweep`: the rows are its variants."""

"""What a method costs: time, throughput, memory, energy, each measured in a fresh process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tryonbench.config import Precision
    from tryonbench.efficiency.schema import Answer, Measurement, Target
    from tryonbench.results.schema import Efficiency, Memory

MIN_CALLS, MIN_SECONDS = 5, 1.0
"""Of a measurement beside an evaluation; `tryonbench bench` takes more."""


def measure_efficiency(target: Target, batch: int, precision: Precision = "32-true") -> Efficiency:
    """Measure a method: latency at batch 1, the rest at `batch`.

    A method that fails or hangs gives a record that says so.
    """
    from tryonbench.results.schema import Efficiency

    height, width = target.size
    print(f"measure {target.label} at {height}x{width}", file=sys.stderr, flush=True)
    single = _measured(target, 1, precision)
    many = _measured(target, batch, precision) if single.measured and batch > 1 else single
    if single.measured is None or many.measured is None:
        failed = many.failed or f"out of memory at batch {batch}: {many.out_of_memory}"
        return Efficiency(missing=f"the measurement failed: {failed}")
    return _record(single.measured, many.measured)


def _measured(target: Target, batch: int, precision: Precision) -> Answer:
    import torch

    from tryonbench.efficiency.launch import Limits, run_task
    from tryonbench.efficiency.schema import Task

    task = Task(
        target=target,
        batch=batch,
        device="cuda" if torch.cuda.is_available() else "cpu",
        precision=precision,
        min_calls=MIN_CALLS,
        min_seconds=MIN_SECONDS,
    )
    return run_task(task, Limits())


def _record(single: Measurement, many: Measurement) -> Efficiency:
    from tryonbench.results.schema import Efficiency, Latency

    return Efficiency(
        parameters=single.parameters,
        latency=Latency(
            median_ms=single.calls.p50,
            p90_ms=single.calls.p90,
            iterations=len(single.calls.values),
            batch=1,
        ),
        throughput=many.images_per_second,
        throughput_batch=many.batch,
        memory=_peak(many),
        device=single.device,
    )


def _peak(measured: Measurement) -> Memory:
    """CUDA's peak allocation, or the largest resident set of the process."""
    from tryonbench.results.schema import Memory

    if measured.memory.allocated_mb is not None:
        return Memory(peak_mb=measured.memory.allocated_mb, kind="cuda allocated")
    return Memory(peak_mb=measured.memory.rss_mb, kind="rss")

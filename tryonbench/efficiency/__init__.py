"""What a method costs: parameters, latency, throughput, memory, each run in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tryonbench.errors import TryonbenchError

if TYPE_CHECKING:
    from tryonbench.results.schema import Efficiency

TIME_LIMIT = 600.0
"""Seconds after which a measurement is given up."""


def measure_efficiency(
    method: str, checkpoint: Path | None, size: tuple[int, int], batch: int
) -> Efficiency:
    """Measure a method at a size (height, width), in a process that does nothing else.

    Latency is measured at batch 1, throughput at `batch`.

    A method that fails or hangs gives a record that says so.
    """
    from tryonbench.results.schema import Efficiency

    task = {"method": method, "checkpoint": str(checkpoint) if checkpoint else None}
    task_json = json.dumps({**task, "size": size, "batch": batch})
    command = [sys.executable, "-m", "tryonbench.efficiency.worker"]
    print(f"measure {method} at {size[0]}x{size[1]}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command, input=task_json, capture_output=True, text=True, timeout=TIME_LIMIT
        )
    except subprocess.TimeoutExpired:
        return Efficiency(missing=f"the measurement took over {TIME_LIMIT:.0f} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return Efficiency(missing=f"the measurement failed: {last}")
    try:
        return Efficiency.model_validate_json(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise TryonbenchError(f"the measuring process printed no result: {error}") from error

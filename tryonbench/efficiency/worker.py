"""The measuring process: reads a task from stdin, prints an `Efficiency` record as JSON."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tryonbench.checkpoint import load_method
from tryonbench.data.random_batch import random_batch
from tryonbench.efficiency.timing import call_times
from tryonbench.environment import device_name
from tryonbench.generation import device
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class
from tryonbench.results.schema import Efficiency, Latency, Memory


def main() -> None:
    """Measure what stdin describes."""
    task = json.loads(sys.stdin.read())
    method = _load(task)
    method.networks.to(device()).eval()
    print(measure(method, tuple(task["size"]), task["batch"]).model_dump_json())


def _load(task: dict[str, Any]) -> TryOnMethod:
    if task["checkpoint"]:
        return load_method(Path(task["checkpoint"]), task["method"])
    chosen = method_class(task["method"])
    return chosen(chosen.config_class(), tuple(task["size"]))


def measure(method: TryOnMethod, size: tuple[int, int], batch: int) -> Efficiency:
    """Latency at batch 1, throughput at `batch`, peak memory of this process, parameters."""
    single, many = _generate_times(method, size, 1), _generate_times(method, size, batch)
    milliseconds = np.array(single) * 1000
    return Efficiency(
        parameters=parameters(method),
        latency=Latency(
            median_ms=float(np.median(milliseconds)),
            p90_ms=float(np.percentile(milliseconds, 90)),
            iterations=len(single),
            batch=1,
        ),
        throughput=batch / float(np.median(many)),
        throughput_batch=batch,
        memory=peak_memory(),
        device=device_name(),
    )


def _generate_times(method: TryOnMethod, size: tuple[int, int], batch: int) -> list[float]:
    """Seconds of each call of `generate` on random inputs that are on the device already."""
    inputs = random_batch(batch, size, method.info.inputs, seed=0).to(device())
    with torch.inference_mode():
        return call_times(lambda: method.generate(inputs, range(batch)), device())


def parameters(method: TryOnMethod) -> dict[str, int]:
    """Parameters of the networks that generate."""
    networks = method.inference_networks.items()
    return {name: sum(p.numel() for p in network.parameters()) for name, network in networks}


def peak_memory() -> Memory:
    """CUDA's peak allocation, or the largest resident set of this process."""
    if torch.cuda.is_available():
        return Memory(peak_mb=torch.cuda.max_memory_allocated() / 1e6, kind="cuda allocated")
    return Memory(peak_mb=peak_resident_bytes() / 1e6, kind="rss")


def peak_resident_bytes() -> int:
    """The largest resident set of this process since it began.

    Linux keeps `ru_maxrss` across exec, so there it would be that of the parent; the kernel's
    `VmHWM` starts anew.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()

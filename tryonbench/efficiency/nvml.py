"""Energy of a GPU and memory of a process on it, as the driver counts them (NVML)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

ADVICE = 'pip install "tryonbench[nvml]"'


@dataclass(frozen=True)
class Gauge:
    """A GPU that NVML can be asked about."""

    nvml: Any
    """The module `pynvml`."""
    handle: Any

    def joules(self) -> float | str:
        """Used by the board since the driver was loaded, or why it does not tell."""
        try:
            return float(self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle)) / 1000
        except self.nvml.NVMLError as error:
            return f"NVML gives no energy of this GPU ({error})"

    def process_bytes(self) -> int | str:
        """Of this process on the GPU, or why it does not tell."""
        try:
            running = self.nvml.nvmlDeviceGetComputeRunningProcesses(self.handle)
        except self.nvml.NVMLError as error:
            return f"NVML gives no memory of processes ({error})"
        own = [process.usedGpuMemory for process in running if process.pid == os.getpid()]
        if not own or own[0] is None:
            return "NVML does not know this process by its number, as in a container"
        return int(own[0])


def open_gauge(uuid: str) -> Gauge | str:
    """The GPU of a UUID as torch gives it; or why there is no gauge.

    The number of a GPU would not do: `CUDA_VISIBLE_DEVICES` renumbers for CUDA, not for NVML.
    """
    try:
        import pynvml
    except ImportError:
        return f"NVML: the package nvidia-ml-py is missing: {ADVICE}"
    try:
        pynvml.nvmlInit()
        return Gauge(pynvml, pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid.removeprefix('GPU-')}"))
    except pynvml.NVMLError as error:
        return f"NVML does not answer ({error})"

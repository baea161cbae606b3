"""What a measurement uses beside time: memory, energy."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from tryonbench.efficiency.leaks import bytes_per_call
from tryonbench.efficiency.nvml import Gauge, open_gauge
from tryonbench.efficiency.schema import Energy, Leak, MemoryUse
from tryonbench.memory import peak_resident_bytes, resident_bytes

NO_GPU = "no energy is measured on a CPU"


@dataclass(frozen=True)
class Meters:
    """The gauges of one device."""

    device: torch.device
    gauge: Gauge | str
    """Or why there is none."""

    @property
    def cuda(self) -> bool:
        return self.device.type == "cuda"

    def joules(self) -> float | str:
        return self.gauge if isinstance(self.gauge, str) else self.gauge.joules()

    def held(self) -> int:
        """Bytes that leaks would add to: of the GPU's tensors, or resident."""
        if self.cuda:
            return int(torch.cuda.memory_allocated(self.device))
        return resident_bytes() or 0

    def leak(self, held: list[tuple[int, int]]) -> Leak | None:
        grown = bytes_per_call(held)
        if grown is None:
            return None
        return Leak(bytes_per_call=grown, kind="cuda allocated" if self.cuda else "rss")

    def memory(self, start: int | None) -> MemoryUse:
        """The peaks so far; `start` was resident before the first call."""
        resident = MemoryUse(
            start_mb=start / 1e6 if start else None, rss_mb=peak_resident_bytes() / 1e6
        )
        return resident.model_copy(update=self._on_gpu()) if self.cuda else resident

    def _on_gpu(self) -> dict[str, float | str | None]:
        process = self.gauge if isinstance(self.gauge, str) else self.gauge.process_bytes()
        missing = process if isinstance(process, str) else None
        return {
            "allocated_mb": torch.cuda.max_memory_allocated(self.device) / 1e6,
            "reserved_mb": torch.cuda.max_memory_reserved(self.device) / 1e6,
            "process_mb": None if isinstance(process, str) else process / 1e6,
            "process_missing": missing,
        }


def meters_of(device: torch.device) -> Meters:
    if device.type != "cuda":
        return Meters(device, NO_GPU)
    return Meters(device, open_gauge(str(torch.cuda.get_device_properties(device).uuid)))


def energy(before: float | str, after: float | str, images: int) -> Energy:
    """What `images` pictures took.

    >>> energy(10.0, 30.0, 40).joules_per_image
    0.5
    """
    if isinstance(before, str) or isinstance(after, str):
        return Energy(missing=before if isinstance(before, str) else str(after))
    return Energy(joules_per_image=(after - before) / images)

"""Memory: what a process holds, what the machine has left, and whether an error says it ended."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

PROC = Path("/proc")
CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Limit and use of a container, in cgroup versions 2 and 1."""


SIGNS = ("can't allocate memory", "CUDA error: out of memory", "STATUS_ALLOC_FAILED")
"""Of errors without a class of their own: torch's allocator on the CPU; CUDA and its libraries
where they take memory past torch's."""


def is_out_of_memory(error: BaseException) -> bool:
    """On an accelerator, in Python, or in torch on the CPU."""
    import torch

    known = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return known or (isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS))


def resident_bytes(process: int | None = None) -> int | None:
    """What a process (by default this one) holds in memory now; None where nothing tells."""
    try:
        fields = (PROC / str(process or "self") / "statm").read_text(encoding="ascii").split()
    except OSError:
        return None
    return int(fields[1]) * resource.getpagesize() if len(fields) > 1 else None


def peak_resident_bytes() -> int:
    """The largest resident set of this process since it began.

    Linux keeps `ru_maxrss` across exec, so there it would be that of the parent; the kernel's
    `VmHWM` starts anew.
    """
    status = PROC / "self" / "status"
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def available_bytes() -> int | None:
    """What can still be taken without swapping, in the machine and in the container around us."""
    found = [left for left in (_machine_left(), *map(_left, CGROUPS)) if left is not None]
    return min(found, default=None)


def _machine_left() -> int | None:
    info = PROC / "meminfo"
    lines = info.read_text(encoding="ascii").splitlines() if info.is_file() else []
    left = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    return left[0] if left else None


def _left(files: tuple[Path, Path]) -> int | None:
    """What a container may still take; None where it has no limit (`max`, or no such files)."""
    try:
        limit, used = (int(file.read_text(encoding="ascii")) for file in files)
    except (OSError, ValueError):
        return None
    return max(0, limit - used)

"""Whose memory is counted, what is left, and which errors say that it ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tryonbench import memory
from tryonbench.memory import available_bytes, is_out_of_memory, resident_bytes


def test_the_parents_memory_is_not_counted() -> None:
    code = "from tryonbench.memory import peak_resident_bytes as p; print(p())"
    ballast = np.ones(100_000_000)  # 0.8 GB in this process
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 5e6 < json.loads(done.stdout) < 0.7e9
    assert ballast.nbytes == 0.8e9
    own = resident_bytes()
    assert own is None or own > 0.8e9


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("cuBLAS error: CUBLAS_STATUS_ALLOC_FAILED when calling"), True),
        (RuntimeError("sizes do not fit"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_errors_that_say_it(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def test_a_container_may_have_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, used = tmp_path / "memory.max", tmp_path / "memory.current"
    monkeypatch.setattr(memory, "CGROUPS", ((limit, used),))
    machine = available_bytes()
    limit.write_text("max\n")
    used.write_text("700\n")
    assert (machine is None) == (available_bytes() is None)
    limit.write_text("1000\n")
    assert available_bytes() == 300


def test_a_process_that_is_gone_holds_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=-1)
    assert resident_bytes(int(done.stdout)) is None

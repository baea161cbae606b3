"""What is measured is the method's own: not the parent's memory, not the warm-up."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from tryonbench.efficiency import measure_efficiency, timing
from tryonbench.efficiency.timing import call_times


def test_the_parents_memory_is_not_counted() -> None:
    code = "from tryonbench.efficiency.worker import peak_resident_bytes as p; print(p())"
    ballast = np.ones(200_000_000)  # 1.6 GB in this process
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 50e6 < json.loads(done.stdout) < 1.4e9
    assert ballast.nbytes == 1.6e9


def test_a_known_time_is_measured_and_the_warm_up_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(clock)))
    calls: list[int] = []
    times = call_times(lambda: calls.append(1), torch.device("cpu"))
    assert times == [1.0] * timing.MIN_CALLS
    assert len(calls) == timing.MIN_CALLS + timing.WARMUP


def test_a_method_that_fails_is_a_record_with_the_reason() -> None:
    cost = measure_efficiency("no-such-method", None, (64, 48), 2)
    assert "unknown method" in str(cost.missing)
    assert cost.latency is None

"""One measurement: what it holds, and how what goes wrong is said."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from tryonbench.efficiency import measure, measure_efficiency, resources
from tryonbench.efficiency.files import file_times
from tryonbench.efficiency.flops import count_flops
from tryonbench.efficiency.launch import Limits, run_task
from tryonbench.efficiency.measure import answer
from tryonbench.efficiency.nvml import Gauge, open_gauge
from tryonbench.efficiency.resources import Meters, energy
from tryonbench.efficiency.schema import Answer, Target, Task
from tryonbench.method import MethodInfo
from tryonbench.precision import generating
from tryonbench.results.schema import Efficiency

Make = Callable[..., Task]
WARM_UP_CALLS = 3
"""The first, whose time is the start-up's, and two more."""


def answered(task: Task) -> Answer:
    return answer(task, time.perf_counter())


def test_a_measurement_has_everything(register, task: Make) -> None:
    register()
    found = answered(task("fake-good", batch=2, extras=True)).measured
    assert found is not None
    assert len(found.calls.values) >= 8
    assert found.images_per_second == pytest.approx(2000 / found.calls.p50)
    assert found.memory.rss_mb >= (found.memory.start_mb or 0) > 50
    assert found.memory.allocated_mb is None
    assert found.startup.build > 0
    assert found.startup.first_call > 0
    assert found.parameters == {"net": 12}
    assert found.disk_mb == 12 * 4 / 1e6
    assert found.energy.missing == "no energy is measured on a CPU"
    assert found.leak is None
    assert found.flops is not None
    assert found.flops.total == 2 * 3 * 3 * 32 * 24
    assert found.flops.uncounted == {"tanh": 1}
    assert found.files is not None
    assert found.files.loading is None
    assert "give --data" in str(found.files.missing)
    assert found.files.saving is not None


@pytest.mark.parametrize(
    ("name", "extras", "reason"),
    [
        ("fake-raiser", False, "RuntimeError: the warp has no pixels"),
        ("fake-shape", True, "fake-shape returned shape (1, 1, 32, 24), not (1, 3, 32, 24)"),
    ],
)
def test_failures_are_one_line(register, task: Make, name: str, extras: bool, reason: str) -> None:
    register()
    assert answered(task(name, extras=extras)).failed == reason


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there(register, task: Make) -> None:
    register()
    own = answered(task("fake-gpu")).failed
    assert own is not None
    assert "CUDA" in own or "NVIDIA" in own
    asked = answered(task("fake-good", device="cuda")).failed
    assert asked == "there is no CUDA device here; leave --device out, or give --device cpu"


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory. Tried"), MemoryError("no bytes")]
)
def test_out_of_memory_is_its_own_answer(
    register, task: Make, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    register()

    def full(bench: object) -> None:
        raise error

    monkeypatch.setattr(measure, "_timed", full)
    found = answered(task("fake-good"))
    assert found.out_of_memory == str(error)
    assert found.failed is None


def test_flops_that_cannot_be_counted_are_missing(
    register, task: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()

    def refuse(method: object, batch: object) -> None:
        raise NotImplementedError("no such mode")

    monkeypatch.setattr(measure, "count_flops", refuse)
    found = answered(task("fake-good", extras=True)).measured
    assert found is not None
    assert found.flops is not None
    assert found.flops.missing == "cannot be counted: NotImplementedError: no such mode"


def test_operations_without_a_formula_are_listed() -> None:
    class Mixed:
        def generate(self, batch: torch.Tensor, seeds: list[int]) -> torch.Tensor:
            normed = nn.functional.group_norm(batch @ batch, 2)
            return torch.cat([normed, normed]).flatten(1).softmax(1).view(-1).clone()

    found = count_flops(Mixed(), torch.rand(1, 4, 8, 8))  # type: ignore[arg-type]
    assert found.total == 2 * 4 * 8**3
    assert found.uncounted == {"native_group_norm": 1, "_softmax": 1}


def test_loading_and_saving_are_timed_apart(synth_root: Path) -> None:
    info = MethodInfo("any", "test", "none", "MIT", inputs=("cloth", "agnostic"))
    found = file_times(info, torch.zeros(1, 3, 64, 48), synth_root)
    assert found.loading is not None
    assert found.saving is not None
    assert min(found.loading.values + found.saving.values) > 0
    assert found.source == str(synth_root)
    lacking = file_times(info, torch.zeros(1, 3, 64, 48), synth_root / "train")
    assert lacking.loading is None
    assert lacking.missing
    assert lacking.saving is not None


def test_mixed_precision_is_used(task: Make) -> None:
    layer, inputs = nn.Linear(4, 4), torch.rand(1, 4)
    with generating("cpu", "bf16-mixed"):
        assert layer(inputs).dtype == torch.bfloat16
    with generating("cpu", "32-true"):
        assert layer(inputs).dtype == torch.float32


def test_the_harness_adds_little_to_a_known_time(
    register, task: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is measured is at most 2 % more than what the method itself saw."""
    register()
    monkeypatch.setenv("FAKES_OWN_TIMES", str(tmp_path / "own.json"))
    found = run_task(task("fake-sleeper", min_calls=40), Limits()).measured
    assert found is not None
    count = len(found.calls.values)
    own = json.loads((tmp_path / "own.json").read_text())[WARM_UP_CALLS:][:count]
    assert len(own) == count == 40
    ratio = found.calls.mean / (sum(own) / count * 1000)
    assert 1.0 <= ratio <= 1.02


def test_a_leak_is_found(register, task: Make) -> None:
    register()
    found = run_task(task("fake-leaker", min_calls=48), Limits()).measured
    assert found is not None
    assert found.leak is not None
    assert found.leak.kind == "rss"
    assert found.leak.bytes_per_call == pytest.approx(1e6, rel=0.2)


def test_eval_measures_with_the_same_code() -> None:
    known = Target(label="mean-colour", method="mean-colour", size=(64, 48))
    found = measure_efficiency(known, 2)
    assert found.missing is None
    assert found.latency is not None
    assert found.latency.batch == 1
    assert found.latency.iterations >= 5
    assert found.throughput_batch == 2
    assert found.memory is not None
    assert found.memory.kind == "rss"
    assert 50 < found.memory.peak_mb < 4000
    broken = measure_efficiency(known.model_copy(update={"method": "no-such-method"}), 2)
    assert "unknown method" in str(broken.missing)
    assert broken.latency is None


def test_records_of_before_are_read() -> None:
    before = {
        "parameters": {"net": 3},
        "latency": {"median_ms": 1.0, "p90_ms": 2.0, "iterations": 5, "batch": 1},
        "throughput": 9.0,
        "throughput_batch": 16,
        "memory": {"peak_mb": 500.0, "kind": "rss"},
        "device": "a processor",
    }
    assert Efficiency.model_validate(before).model_dump(mode="json") == before


class FakeNvmlError(Exception):
    pass


def fake_nvml(**functions: object) -> SimpleNamespace:
    return SimpleNamespace(NVMLError=FakeNvmlError, **functions)


def test_energy_and_memory_come_from_nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    own = SimpleNamespace(pid=os.getpid(), usedGpuMemory=3_000_000)
    other = SimpleNamespace(pid=1, usedGpuMemory=9)
    library = fake_nvml(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByUUID=lambda uuid: uuid,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: 5000,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [other, own],
    )
    monkeypatch.setitem(sys.modules, "pynvml", library)
    gauge = open_gauge("ab-cd")
    assert isinstance(gauge, Gauge)
    assert gauge.handle == "GPU-ab-cd"
    assert gauge.joules() == 5.0
    assert gauge.process_bytes() == 3_000_000
    hidden = Gauge(fake_nvml(nvmlDeviceGetComputeRunningProcesses=lambda handle: [other]), None)
    assert "does not know this process" in str(hidden.process_bytes())


def test_what_nvml_does_not_tell_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise FakeNvmlError("not supported")

    gauge = Gauge(fake_nvml(nvmlDeviceGetTotalEnergyConsumption=refuse), None)
    assert gauge.joules() == "NVML gives no energy of this GPU (not supported)"
    assert energy(gauge.joules(), 3.0, 1).missing == gauge.joules()
    monkeypatch.setitem(sys.modules, "pynvml", fake_nvml(nvmlInit=refuse))
    assert open_gauge("x") == "NVML does not answer (not supported)"
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert str(open_gauge("x")).endswith('missing: pip install "tryonbench[nvml]"')


def test_cuda_memory_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"max_memory_allocated": 2e6, "max_memory_reserved": 4e6}.items():
        monkeypatch.setattr(resources.torch.cuda, name, lambda device, value=value: value)
    monkeypatch.setattr(resources.torch.cuda, "memory_allocated", lambda device: 7)
    meters = Meters(torch.device("cuda"), "NVML is missing")
    memory = meters.memory(10**6)
    assert (memory.allocated_mb, memory.reserved_mb, memory.process_mb) == (2, 4, None)
    assert memory.process_missing == "NVML is missing"
    assert meters.held() == 7
    leak = meters.leak([(n, n * 10**6) for n in range(9)])
    assert leak is not None
    assert leak.kind == "cuda allocated"

"""One measurement, in the process that does nothing else."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.checkpoint import files_read, sizes_in
from tryonbench.data.random_batch import random_batch
from tryonbench.efficiency.build import build, device_of
from tryonbench.efficiency.files import file_times
from tryonbench.efficiency.flops import count_flops
from tryonbench.efficiency.resources import Meters, energy, meters_of
from tryonbench.efficiency.schema import (
    Answer,
    Energy,
    Flops,
    Measurement,
    Samples,
    Startup,
    Task,
)
from tryonbench.efficiency.timing import (
    Clock,
    Enough,
    Timed,
    call_times,
    clock_of,
    timed_once,
    warmed_up,
)
from tryonbench.environment import device_name, processor
from tryonbench.errors import TryonbenchError
from tryonbench.memory import is_out_of_memory, resident_bytes
from tryonbench.method import TryOnMethod
from tryonbench.precision import generating

TRANSFERS = 20


@dataclass(frozen=True)
class Bench:
    """A method at work."""

    task: Task
    method: TryOnMethod
    inputs: TryOnBatch
    """On the device."""
    clock: Clock
    meters: Meters

    def generate(self) -> Tensor:
        return self.method.generate(self.inputs, range(self.task.batch))


def answer(task: Task, started: float) -> Answer:
    """Measure, or say why not; `started` is when the process's measuring module began."""
    try:
        return Answer(measured=_measured(task, time.perf_counter() - started))
    except Exception as error:
        if is_out_of_memory(error):
            return Answer(out_of_memory=_first_line(error))
        return Answer(failed=_reason(error))


def _measured(task: Task, imports: float) -> Measurement:
    device = device_of(task.device)
    before = time.perf_counter()
    method = _on_device(task, device)
    built = time.perf_counter() - before
    bench = Bench(task, method, _inputs(task, method, device), clock_of(device), meters_of(device))
    start = resident_bytes()
    with generating(task.device, task.precision):
        first = timed_once(bench.generate, bench.clock)
        timed, used = _timed(bench)
        memory = bench.meters.memory(start)  # before anything else adds to the peak
        return Measurement(
            batch=task.batch,
            calls=Samples.of(timed.seconds),
            transfer=_transfer(bench),
            memory=memory,
            startup=Startup(imports=imports, build=built, first_call=first),
            leak=bench.meters.leak(timed.held),
            energy=used,
            parameters=_parameters(task, method),
            disk_mb=_disk_bytes(task, method) / 1e6,
            flops=_flops(bench) if task.extras else None,
            files=file_times(method.info, _checked(bench), task.data) if task.extras else None,
            device=device_name() if bench.meters.cuda else processor(),
            threads=torch.get_num_threads(),
        )


def _on_device(task: Task, device: torch.device) -> TryOnMethod:
    method = build(task.target)
    method.networks.to(device).eval()
    if task.compile:
        for network in method.inference_networks.values():
            network.compile()
    return method


def _inputs(task: Task, method: TryOnMethod, device: torch.device) -> TryOnBatch:
    """Random content of the right shapes and ranges."""
    return random_batch(task.batch, task.target.size, method.info.inputs, seed=0).to(device)


def _timed(bench: Bench) -> tuple[Timed, Energy]:
    """The calls that count, and their energy.

    What is alive by then is hidden from the garbage collector, so that collecting before each
    reading of the memory is quick and what it finds is the calls' own.
    """
    enough = Enough(bench.task.min_calls, bench.task.min_seconds)
    expected = warmed_up(bench.generate, bench.clock)
    gc.collect()
    gc.freeze()
    before = bench.meters.joules()
    timed = call_times(bench.generate, bench.clock, enough, expected, lambda: _held(bench))
    images = len(timed.seconds) * bench.task.batch
    return timed, energy(before, bench.meters.joules(), images)


def _held(bench: Bench) -> int:
    gc.collect()
    return bench.meters.held()


def _transfer(bench: Bench) -> Samples | None:
    """To an accelerator; on a CPU there is none."""
    if not bench.meters.cuda:
        return None
    inputs, device = bench.inputs.to(torch.device("cpu")), bench.meters.device
    times = [timed_once(lambda: inputs.to(device), bench.clock) for _ in range(TRANSFERS + 1)]
    return Samples.of(times[1:])


def _checked(bench: Bench) -> Tensor:
    """The pictures.

    Raises:
        TryonbenchError: the method returned something else.
    """
    images, name = bench.generate(), bench.method.info.name
    expected = (bench.task.batch, 3, *bench.task.target.size)
    if tuple(images.shape) != expected:
        raise TryonbenchError(f"{name} returned shape {tuple(images.shape)}, not {expected}")
    return images


def _parameters(task: Task, method: TryOnMethod) -> dict[str, int]:
    """Those of the networks; an export has none, and its manifest says what was in them."""
    checkpoint = task.target.checkpoint
    return sizes_in(checkpoint) if checkpoint and method.engines else parameters(method)


def parameters(method: TryOnMethod) -> dict[str, int]:
    """Parameters of the networks that generate, and of those of the stages before."""
    networks = method.inference_networks.items()
    own = {name: sum(p.numel() for p in network.parameters()) for name, network in networks}
    stages = (sizes_in(file) for file in _stages_before(method))
    before = {
        f"{name} {n} before": size for n, s in enumerate(stages, 1) for name, size in s.items()
    }
    return own | before


def _stages_before(method: TryOnMethod) -> Iterator[Path]:
    """Their weights files, the next one first."""
    for checkpoint in method.checkpoints_read(method.config):
        yield from files_read(checkpoint)


def _disk_bytes(task: Task, method: TryOnMethod) -> int:
    if task.target.checkpoint:
        return sum(file.stat().st_size for file in files_read(task.target.checkpoint))
    networks = method.inference_networks.values()
    return sum(tensor.nbytes for network in networks for tensor in network.state_dict().values())


def _flops(bench: Bench) -> Flops:
    """Of the method as it stands; a reason where a mode that looks at every operation breaks it."""
    if bench.method.engines:
        return Flops(missing="an export's operations are not counted; see the method's own row")
    device, target = bench.meters.device, bench.task.target
    one = random_batch(1, target.size, bench.method.info.inputs, seed=0).to(device)
    try:
        with _uncompiled(bench.task):
            return count_flops(bench.method, one)
    except Exception as error:
        return Flops(missing=f"cannot be counted: {_reason(error)}")


def _uncompiled(task: Task) -> AbstractContextManager[object]:
    """Compiled code hides its operations. The compiler is imported only where it is used."""
    stance: AbstractContextManager[object] = nullcontext()
    return torch.compiler.set_stance("force_eager") if task.compile else stance


def _reason(error: Exception) -> str:
    """An error of ours as it is, any other with its type; one line."""
    text = _first_line(error)
    return text if isinstance(error, TryonbenchError) else f"{type(error).__name__}: {text}"


def _first_line(error: Exception) -> str:
    lines: Sequence[str] = str(error).strip().splitlines()
    return lines[0][:300] if lines else "no message"

"""A benchmark: where the search ends, how noise, leaks and limits are told, what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tryonbench.efficiency import bench as benching
from tryonbench.efficiency.bench import How, bench, doubling
from tryonbench.efficiency.journal import Journal
from tryonbench.efficiency.launch import Limits, run_task
from tryonbench.efficiency.schema import Answer, Measurement, Row, Target, Task
from tryonbench.memory import available_bytes, resident_bytes

Make = Callable[..., Task]


def measurement(batch: int, milliseconds: float, **changed: Any) -> Measurement:
    """As a process would answer."""
    samples = {"values": [milliseconds] * 3, "mean": milliseconds, "std": 0.0}
    samples |= dict.fromkeys(("p50", "p90", "p99"), milliseconds)
    values = {
        "batch": batch,
        "calls": samples,
        "memory": {"rss_mb": 500.0},
        "startup": {"imports": 1.0, "build": 1.0, "first_call": 1.0},
        "energy": {"missing": "no GPU"},
        "parameters": {"net": 1},
        "disk_mb": 1.0,
        "device": "a processor",
        "threads": 1,
    }
    return Measurement.model_validate(values | changed)


Times = Callable[[Task], Answer]


@pytest.fixture
def row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Row]:
    """A benchmark whose processes answer as they are told."""

    def make(answers: Times, repeats: int = 1, search: bool = True, most: int = 16) -> Row:
        monkeypatch.setattr(benching, "run_task", lambda task, limits: answers(task))
        batches = doubling(most)
        how = How("cpu", "32-true", False, batches, search, repeats, 1, 0.0, Limits(), tmp_path)
        target = Target(label="some", method="mean-colour", size=(64, 48))
        journal = Journal(tmp_path / f"journal-{len(list(tmp_path.iterdir()))}")
        return bench(target, how, journal, tell=lambda text: None)

    return make


def scaling(milliseconds: Callable[[int], float], fits: int = 1000) -> Times:
    def answers(task: Task) -> Answer:
        if task.batch > fits:
            return Answer(out_of_memory="CUDA out of memory")
        return Answer(measured=measurement(task.batch, milliseconds(task.batch)))

    return answers


def test_batches_double_until_memory_ends(row: Callable[..., Row]) -> None:
    found = row(scaling(lambda batch: 10 + batch, fits=7))
    assert [point.batch for point in found.points] == [1, 2, 4, 8]
    assert found.points[-1].out_of_memory == "CUDA out of memory"
    assert found.ended == "out of memory at batch 8: CUDA out of memory"
    assert found.best_batch == 4
    assert found.problem is None, "the point where memory ends is a result"


def test_batches_end_where_throughput_falls(row: Callable[..., Row]) -> None:
    found = row(scaling(lambda batch: 10 * batch if batch < 4 else 20 * batch))
    assert [point.batch for point in found.points] == [1, 2, 4, 8]
    assert found.ended == "at batches 4 and 8 throughput is below 80 % of the best"
    asked = row(scaling(lambda batch: batch**2), search=False)
    assert [point.batch for point in asked.points] == [1, 2, 4, 8, 16]
    assert asked.ended == "batch 16 is the largest that was asked for"
    stumbling = row(scaling(lambda batch: 50 if batch == 4 else 10))
    assert stumbling.best_batch == 16, "one slow batch may have been the machine"
    steady = row(scaling(lambda batch: 10))
    assert (
        steady.ended
        == "batch 16, the largest tried, is the best; a larger --max-batch may be better"
    )


def test_batches_end_before_they_take_too_long(row: Callable[..., Row]) -> None:
    found = row(scaling(lambda batch: 20_000.0 * batch))
    assert [point.batch for point in found.points] == [1, 2, 4]
    assert str(found.ended).startswith("batch 8 would take about 600 s (--time-limit) or more")
    assert found.problem is None


def test_a_method_that_fits_nowhere_is_a_problem(row: Callable[..., Row]) -> None:
    found = row(scaling(lambda batch: 1.0, fits=0))
    assert found.best_batch is None
    assert found.problem == "out of memory at batch 1: CUDA out of memory"


def test_the_processes_of_a_batch_are_compared(row: Callable[..., Row]) -> None:
    times = iter([9.0, 11.0, 5.0, 5.1])
    found = row(lambda task: Answer(measured=measurement(task.batch, next(times))), 2, most=2)
    first, second = found.points
    assert first.calls.values == [9.0] * 3 + [11.0] * 3
    assert first.calls.p50 == 10.0
    assert first.noise == pytest.approx(0.2)
    assert second.noise == pytest.approx(0.1 / 5.05)


def test_a_leak_that_every_process_sees_is_a_problem(row: Callable[..., Row]) -> None:
    leak = {"bytes_per_call": 2.5e6, "kind": "cuda allocated"}
    leaking = row(lambda task: Answer(measured=measurement(task.batch, 1.0, leak=leak)), most=1)
    assert leaking.problem == "leaks memory: 2.5 MB (cuda allocated) more after each call"
    some = iter([leak, None])
    once = row(
        lambda task: Answer(measured=measurement(task.batch, 1.0, leak=next(some))), 2, most=1
    )
    assert once.problem is None


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    target = Target(label="some", method="mean-colour", size=(64, 48))
    task = Task(target=target, batch=1, device="cpu", min_calls=1, min_seconds=0.0)
    good = Answer(measured=measurement(1, 7.0))
    answers: Iterator[Answer] = iter([Answer(failed="once"), good])

    def once(number: int = 0) -> Answer:
        return Journal(tmp_path / "journal").once(task, number, lambda: next(answers))

    assert once().failed == "once"
    assert once() == good, "failures are tried again"
    assert once() == good
    with pytest.raises(StopIteration):
        once(number=1)
    Journal(tmp_path / "journal").close()
    with pytest.raises(StopIteration):
        once()


def test_a_hanging_method_is_stopped(
    register, task: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    monkeypatch.setenv("FAKES_PID", str(tmp_path / "pid"))
    for seconds in (10, 40, 160):  # a busy machine needs long to import torch
        found = run_task(task("fake-hanger"), Limits(seconds=seconds))
        assert found.failed == f"took over {seconds} s (--time-limit) and was stopped"
        if (tmp_path / "pid").exists():
            break
    assert resident_bytes(int((tmp_path / "pid").read_text())) is None, "it is still there"


def test_a_crash_is_told_with_its_last_line(register, task: Make) -> None:
    register()
    assert run_task(task("fake-crasher"), Limits()).failed == "died of SIGSEGV: about to crash"


@pytest.mark.skipif(resident_bytes() is None, reason="nothing tells the memory of processes here")
def test_a_memory_limit_is_kept(register, task: Make) -> None:
    register()
    one = run_task(task("fake-hungry", batch=1, min_calls=1), Limits()).measured
    assert one is not None
    limits = Limits(bytes=int(one.memory.rss_mb * 1e6) + 200_000_000)  # eight pictures take 800 MB
    assert run_task(task("fake-hungry", batch=1, min_calls=1), limits).measured is not None
    found = run_task(task("fake-hungry", batch=8), limits)
    told = f"took over {limits.bytes / 2**30:.2f} GiB (--memory-limit) and was stopped"
    assert found.out_of_memory == told


def test_the_default_limit_leaves_some_memory() -> None:
    available = available_bytes()
    assert available is not None
    assert 0 < (Limits().allowed_bytes() or 0) < available
    assert Limits(bytes=5).allowed_bytes() == 5

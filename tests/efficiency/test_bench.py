"""`tryonbench bench`: rows for everything, whatever goes wrong; resumption; bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tryonbench.efficiency import bench as benching
from tryonbench.efficiency.bench import How, bench, doubling
from tryonbench.efficiency.journal import Journal
from tryonbench.efficiency.launch import Limits, run_task
from tryonbench.efficiency.schema import Answer, BenchReport, Measurement, Row, Target, Task
from tryonbench.memory import available_bytes, resident_bytes

Make = Callable[..., Task]
QUICK = ("--repeats", "1", "--iterations", "2", "--seconds", "0")


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
    limits = Limits(bytes=1_100_000_000)
    assert run_task(task("fake-hungry", batch=1, min_calls=1), limits).measured is not None
    found = run_task(task("fake-hungry", batch=8), limits)
    assert found.out_of_memory == "took over 1.02 GiB (--memory-limit) and was stopped"


def test_the_default_limit_leaves_some_memory() -> None:
    available = available_bytes()
    assert available is not None
    assert 0 < (Limits().allowed_bytes() or 0) < available
    assert Limits(bytes=5).allowed_bytes() == 5


def test_all_has_a_row_for_each_and_the_others_go_on(command, register, tmp_path: Path) -> None:
    register("fake-good", "fake-raiser", "fake-gpu", "fake-slowing")
    broken = tmp_path / "site" / "bench_fakes-0.1.dist-info" / "entry_points.txt"
    broken.write_text(broken.read_text() + "\nfake-broken = bench_fakes:Nothing")
    out = tmp_path / "mine" / "bench.json"
    words = ["bench", "--all", "--size", "32x24", *QUICK, "--max-batch", 8, "--out", out]
    done = command(*words, "--json", "--device", "cpu")
    assert done.returncode == 3, done.stderr
    report = BenchReport.model_validate_json(done.stdout)
    assert report == BenchReport.model_validate_json(out.read_text())
    rows = {row.target.method: row for row in report.rows}
    assert set(rows) == {"fake-good", "fake-raiser", "fake-gpu", "fake-slowing", "fake-broken"}
    assert rows["fake-good"].problem is None
    assert rows["fake-good"].points[0].runs[0].calls.values
    assert rows["fake-raiser"].problem == (
        "at batch 1 it failed: RuntimeError: the warp has no pixels"
    )
    assert "at batch 1 it failed: " in str(rows["fake-gpu"].problem)
    assert "cannot be loaded" in str(rows["fake-broken"].problem)
    assert [point.batch for point in rows["fake-slowing"].points] == [1, 2, 4]
    assert rows["fake-slowing"].best_batch == 1
    assert [file.name for file in out.parent.iterdir()] == ["bench.json"], "the journal is gone"


def test_the_tables(command, register) -> None:
    register("fake-sleeper", "fake-leaker")
    words = ("bench", "--method", "fake-sleeper", "--method", "fake-leaker")
    done = command(*words, "--iterations", 16, "--seconds", 0, "--batch", 2, "--steps", 2)
    assert done.returncode == 2
    assert "fake-leaker has no setting model.steps; leave --steps out" in done.stderr
    calls = ("--iterations", 32, "--seconds", 0, "--repeats", 1, "--batch", 2)
    done = command(*words, *calls, "--device", "cpu")
    assert done.returncode == 3, done.stderr
    for text in ("fake-sleeper-nano", "p99", "Images/s by batch", "GFLOPs/image", "leaks memory"):
        assert text in done.stdout
    assert len(list(Path("runs/bench").iterdir())) == 1


def test_steps_are_a_setting(command, register) -> None:
    register("fake-sleeper")
    words = ("bench", "--method", "fake-sleeper", *QUICK, "--batch", 1, "--json")
    done = command(*words, "--steps", 3, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    (row,) = BenchReport.model_validate_json(done.stdout).rows
    assert row.target.label == "fake-sleeper-nano model.steps=3"
    assert row.points[0].calls.p50 >= 75


def test_a_run_is_measured_with_its_weights(command, synth_root: Path, tmp_path: Path) -> None:
    small = ["--set", "images=8", "--set", "batch_size=4", "--data", synth_root]
    trained = command("train", "--method", "pix2pix", *small)
    assert trained.returncode == 0, trained.stderr
    words = ("bench", "--method", "pix2pix-nano-s0", *QUICK, "--batch", 1, "--data", synth_root)
    done = command(*words, "--json", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    (row,) = BenchReport.model_validate_json(done.stdout).rows
    (weights,) = tmp_path.glob("runs/*/checkpoints/*/model.safetensors")
    assert row.target.checkpoint == weights
    found = row.points[0].runs[0]
    assert found.disk_mb == weights.stat().st_size / 1e6
    assert found.files is not None
    assert found.files.source == str(synth_root)
    refused = command(*words, "--size", "32x24")
    assert "makes pictures of 64x48; leave --size out" in refused.stderr
    assert refused.returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name what to measure with --method, or give --all"),
        (("--all", "--method", "pix2pix"), "name what to measure with --method, or give --all"),
        (("--method", "pix3pix"), 'is no method, run or checkpoint; did you mean "pix2pix"?'),
        (("--method", "pix2pix", "--steps", "4"), "pix2pix has no setting model.steps"),
        (("--method", "pix2pix", "--preset", "nanno"), 'did you mean "nano"?'),
        (("--method", "pix2pix", "--batch", "0"), '--batch "0" must be numbers from 1 on'),
        (("--method", "pix2pix", "--batch", "1", "--max-batch", "2"), "leave --max-batch out"),
        (("--method", "pix2pix", "--size", "63x48"), "needs a height divisible by"),
        (("--method", "pix2pix", "--size", "64"), "must be HEIGHTxWIDTH"),
        (("--method", "pix2pix", "--set", "batch_size=3"), "--set takes model.… alone"),
        (("--method", "pix2pix", "--set", "model.nothing=3"), 'unknown setting "model.nothing"'),
        (("--method", "pix2pix", "--device", "tpu"), 'device "tpu": did you mean "cpu"?'),
        (("--method", "pix2pix", "--precision", "fp8"), 'precision "fp8": known: 16-mixed'),
        (
            ("--method", "pix2pix", "--precision", "16-mixed", "--device", "cpu"),
            "precision 16-mixed needs a GPU",
        ),
        (("--method", "pix2pix", "--memory-limit", "0"), "must be more than 0 GiB"),
        (("--method", "pix2pix", "--out", "."), ". is a folder; name a file with --out"),
        (("--method", "pix2pix", "--data", "nowhere"), "does not exist"),
        (("--all", "--size", "7x7"), "nothing to measure: no method has such a preset"),
        (("--method", "mean-colour", "--preset", "nano"), "has no presets and no settings"),
    ],
)
def test_bad_input(command, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = command("bench", *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr.strip().splitlines()[-1]
    assert done.stdout == ""
    assert not (tmp_path / "runs").exists(), "something was written"


def test_ctrl_c_leaves_no_process_and_what_was_measured(
    register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("fake-hanger", "fake-good")
    monkeypatch.setenv("FAKES_PID", str(tmp_path / "pid"))
    methods = ("--method", "fake-good", "--method", "fake-hanger")
    words = [*methods, *QUICK, "--batch", "1", "--device", "cpu"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tryonbench", "bench", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "pid").exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stderr.strip().splitlines()[-1] == "interrupted: run the same command again to go on"
    assert resident_bytes(int((tmp_path / "pid").read_text())) is None
    (journal,) = (tmp_path / "runs" / "bench").iterdir()
    (line,) = journal.read_text().splitlines()
    assert Answer.model_validate(json.loads(line)["answer"]).measured is not None

"""Jobs at once: order, failures, interrupts, orphans."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from rich.console import Console

from tryonbench.cli import run_show
from tryonbench.cli.run import run_suite
from tryonbench.errors import InputError
from tryonbench.suite.execute import Runner, last_line
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record, State
from tryonbench.suite.spec import read_suite

WRITES = "import sys, time; print('begun', flush=True); time.sleep({0}); print('done {1}')"


class Fake(Runner):
    """Jobs whose command is Python."""

    most = 0

    def _process(self, job: Job) -> subprocess.Popen[bytes]:
        self.record.folder.mkdir(parents=True, exist_ok=True)
        with self.record.log(job).open("wb") as output:
            command = [sys.executable, "-c", *job.command]
            process = subprocess.Popen(command, stdout=output, stderr=output)
        self.most = max(self.most, len(self.running) + 1)
        return process


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "suite")


def nothing() -> None:
    """Show nothing."""


def states(record: Record) -> dict[str, str]:
    return {name: entry.state for name, entry in record.entries.items()}


def test_a_failure_leaves_the_others_and_blocks_what_waits_for_it(record: Record) -> None:
    jobs = [
        Job("bad", ("print('error: no such thing'); raise SystemExit(2)",)),
        Job("good", ("pass",)),
        Job("behind bad", ("pass",), after=("bad",)),
        Job("behind that", ("pass",), after=("behind bad",)),
        Job("behind good", ("pass",), after=("good",)),
        Job("report", ("pass",), after=("behind that", "good"), there=(Path("none"),)),
    ]
    Fake(jobs, record, at_once=2).run(nothing)
    found = Record(record.folder)
    assert states(found) == {
        "bad": "failed",
        "good": "done",
        "behind bad": "blocked",
        "behind that": "blocked",
        "behind good": "done",
        "report": "done",
    }
    assert found.entries["bad"].message == "no such thing"
    assert found.entries["behind bad"].message == 'waits for "bad"'
    assert found.entries["good"].seconds is not None


def test_no_more_run_at_once_than_asked_and_a_measurement_runs_alone(record: Record) -> None:
    sleep = ("import time; time.sleep(0.3)",)
    runner = Fake([Job(str(n), sleep) for n in range(4)], record, at_once=2)
    runner.run(nothing)
    assert runner.most == 2
    alone = Fake([Job("a", sleep, alone=True), Job("b", sleep, alone=True)], record, at_once=2)
    mixed = Fake([Job("a", sleep), Job("b", sleep, alone=True)], record, at_once=2)
    for one in (alone, mixed):
        one.run(nothing)
        assert one.most == 1


def test_an_interrupt_stops_all_jobs_and_is_written_down(record: Record) -> None:
    jobs = [Job("one", ("import time; time.sleep(600)",)), Job("two", ("pass",), after=("one",))]
    runner = Fake(jobs, record, at_once=1)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(interrupt)
    assert runner.running[0].process.returncode == -signal.SIGTERM
    assert states(Record(record.folder)) == {"one": "stopped", "two": "waiting"}


def test_a_second_interrupt_does_not_wait(record: Record) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    loop = "print('deaf', flush=True); time.sleep(600)"
    job = Job("deaf", (deaf + loop,))
    runner = Fake([job], record, at_once=1)

    def interrupt() -> None:
        if last_line(record.log(job)) == "deaf":
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(interrupt)
    assert runner.running[0].process.poll() is None
    assert states(Record(record.folder)) == {"deaf": "stopped"}
    runner.running[0].process.kill()
    runner.running[0].process.wait()


def _alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of a parent's death")
def test_a_job_stops_when_the_suite_is_killed(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = (
        "import os, pathlib, time; from tryonbench.suite.child import stop_with; "
        f"stop_with(os.getppid()); pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); "
        "time.sleep(600)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent])
    assert _until(lambda: pid.is_file() and pid.read_text() != "")
    process.kill()
    process.wait()
    assert _until(lambda: not _alive(int(pid.read_text())))


def test_the_last_line_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_line(log) == ""
    log.write_text("one\n" + "x" * 9000 + "\ntwo \n\n")
    assert last_line(log) == "two"


def test_a_suite_runs_goes_on_and_has_nothing_left(write, synth_root, tmp_path, capfd) -> None:
    """With the real commands, on the floor row that costs least; a broken one beside it."""
    text = f"""
data: {synth_root}
methods: [{{method: grey-fill}}, {{method: pix2pix, set: [images=8, size=66x48]}}]
protocols: synth/unpaired-64x48
metrics: l1
efficiency: false
floor: false
report: {tmp_path / "report"}
"""
    runs, suite = tmp_path / "runs", read_suite(write(text))
    run_suite(suite, runs, dry=True)
    assert (
        "train pix2pix-nano-s0 (unknown): tryonbench train --method pix2pix"
        in capfd.readouterr().out
    )
    assert not runs.exists()
    with pytest.raises(typer.Exit) as ended:
        run_suite(suite, runs, at_once=2)
    assert ended.value.exit_code == 3
    said = capfd.readouterr().err
    assert "failed: train pix2pix-nano-s0: pix2pix" in said
    assert f"report: {tmp_path / 'report/index.html'}" in said
    assert "blocked: eval pix2pix-nano-s0 synth/unpaired-64x48" in said
    assert (runs / "grey-fill" / "results" / "synth" / "unpaired-64x48.json").is_file()
    good = read_suite(write(text.replace(", {method: pix2pix, set: [images=8, size=66x48]}", "")))
    run_suite(good, runs)
    assert "1 of 2 jobs to run" in capfd.readouterr().err, "the report has one run less"
    run_suite(good, runs)
    assert "all 2 jobs are done" in capfd.readouterr().err
    for place in ("nowhere", "shards:nowhere"):
        with pytest.raises(InputError, match="nowhere does not exist"):
            run_suite(read_suite(write(text.replace(str(synth_root), place))), runs, dry=True)
    remote = read_suite(write(text.replace(str(synth_root), "shards:https://nowhere.invalid/set")))
    run_suite(remote, runs, dry=True)  # a plan asks no address


def test_a_table_has_room_for_what_matters(record: Record) -> None:
    states: list[State] = ["done", "done", "running", "waiting", "failed", "waiting"]
    jobs = [Job(f"{number} {state}", ("pass",)) for number, state in enumerate(states)]
    for job, state in zip(jobs, states, strict=True):
        record.note(job, state)
    shown = [job.name for job in run_show.visible(jobs, record, 3)]
    assert shown == ["2 running", "3 waiting", "4 failed"]
    assert run_show.visible(jobs, record, 30) == jobs
    table = run_show._table([], jobs, Fake([], record, at_once=1))
    assert table.caption == "1 running, 1 failed, 2 waiting, 2 done"


def test_the_last_table_shows_what_an_interrupt_left(record: Record, monkeypatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    terminal = Console(file=screen, force_terminal=True, width=100)
    monkeypatch.setattr(run_show, "Console", lambda stderr: terminal)
    job = Job("one", ("import time; time.sleep(600)",))
    runner = Fake([job], record, at_once=1)

    def interrupt() -> None:
        show()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), run_show.shown([job], runner) as show:
        runner.run(interrupt)
    *before, last = screen.getvalue().split("state")
    assert any("running" in frame for frame in before)
    assert "stopped" in last


def test_a_narrow_terminal_shows_the_states(record: Record) -> None:
    job = Job("eval a-method-with-a-long-name-s0 synth/unpaired-64x48", ("pass",))
    record.note(job, "failed", message="a long reason " * 20)
    console = Console(width=60, file=io.StringIO())
    with console.capture() as printed:
        console.print(run_show._table([job], [job], Fake([], record, at_once=1)))
    lines = printed.get().splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["job", "state", "time"]
    assert " failed " in lines[1]
    assert lines[1].startswith("eval a-method")


def test_a_running_job_is_heard_of(record: Record, monkeypatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(run_show, "HEARD_EVERY", 0.0)
    monkeypatch.setattr(run_show, "note", lines.append)
    one = Job("talks", ("import time; print('step 3', flush=True); time.sleep(1.5)",))
    runner = Fake([one], record, at_once=1)
    show = run_show._lines([one], runner)
    runner.run(show)
    assert lines[0] == "talks: running"
    assert "talks: step 3" in lines
    assert lines[-1].startswith("talks: done in ")

"""A suite as Slurm jobs: the arrays, the scripts, and a run through a made-up Slurm."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.suite.fake_slurm import FakeSlurm
from tryonbench.runs import Run, read_log
from tryonbench.suite.arrays import Array, arrays, behind, dependency
from tryonbench.suite.plan import Job, Planner
from tryonbench.suite.record import Record
from tryonbench.suite.spec import read_suite

pytest.importorskip("submitit")

from tryonbench.suite.task import Task

SUITE = """
data: {root}
methods:
  - {{method: pix2pix, seeds: [0, 1], set: [images=96, batch_size=4, log_every=1]}}
  - {{method: mean-colour}}
protocols: [synth/unpaired-64x48, synth/paired-64x48]
metrics: l1
efficiency: {efficiency}
floor: false
report: out
"""


TINY = """
data: {root}
methods: [{{method: pix2pix, seeds: [0, 1], set: [images=48, batch_size=4, log_every=1]}}]
protocols: synth/unpaired-64x48
metrics: l1
efficiency: false
floor: false
"""
SETTINGS = ("--set", "images=48", "--set", "batch_size=4", "--set", "log_every=1")


def _jobs(write, folder: Path, text: str = SUITE) -> list[Job]:
    suite = read_suite(write(text.format(root=folder / "data", efficiency="false")))
    return Planner(suite, folder / "data", folder / "runs").jobs()


def _told(found: list[Array]) -> list[tuple[str, int, str | None]]:
    """Name, tasks and dependency of arrays that Slurm calls 0, 1, …"""
    ids = [str(number) for number in range(len(found))]
    return [(array.name, len(array.jobs), dependency(array, found, ids)) for array in found]


def test_what_waits_for_what(write, tmp_path: Path) -> None:
    found = arrays(_jobs(write, tmp_path, SUITE.replace("seeds:", "name: my run, seeds:")), 9)
    unpaired, paired = "eval synth/unpaired-64x48", "eval synth/paired-64x48"
    assert _told(found) == [
        ("prepare 64x48", 1, None),
        ("train", 2, "afterok:0"),
        (unpaired, 2, "aftercorr:1"),
        (paired, 2, "aftercorr:1"),
        (unpaired, 1, None),
        (paired, 1, None),
        ("report", 1, "afterany:2,afterany:3,afterany:4,afterany:5"),
    ]
    for train, evaluation in zip(found[1].jobs, found[2].jobs, strict=True):
        assert evaluation.after == (train.name,)


def test_jobs_that_are_done_are_no_longer_waited_for(write, tmp_path: Path) -> None:
    jobs = _jobs(write, tmp_path)
    told = _told(arrays([job for job in jobs if job.name != "train pix2pix-nano-s0"][1:], 9))
    assert told[:3] == [
        ("train", 1, None),
        ("eval synth/unpaired-64x48", 2, None),  # with the baseline's
        ("eval synth/paired-64x48", 2, None),
    ]
    assert told[3] == ("eval synth/unpaired-64x48", 1, "afterok:0")


def test_an_array_that_is_too_large_becomes_several(write, tmp_path: Path) -> None:
    jobs = _jobs(write, tmp_path, TINY.replace("[0, 1]", "[0, 1, 2, 3, 4]"))
    assert _told(arrays(jobs, 2)) == [
        ("prepare 64x48", 1, None),
        *[("train", count, "afterok:0") for count in (2, 2, 1)],
        *[("eval synth/unpaired-64x48", 2, f"aftercorr:{number}") for number in (1, 2)],
        ("eval synth/unpaired-64x48", 1, "afterok:3"),
    ]


def test_jobs_behind_a_failure_are_told(write, tmp_path: Path) -> None:
    """Slurm drops them without a word; the report takes what there is."""
    jobs = [replace(job, command=("nothing",)) for job in _jobs(write, tmp_path)]
    lost = behind(jobs[1], jobs)
    assert [job.name for job in lost] == [
        f"eval pix2pix-nano-s0 synth/{pairing}-64x48" for pairing in ("unpaired", "paired")
    ]
    assert len(behind(jobs[0], jobs)) == 2 + 4
    record = Record(tmp_path / "suite")
    Task(jobs[1], record.folder, lost)._note_failure(record, 2, "no data")
    found = Record(record.folder)
    assert found.of(jobs[1]).message == "no data"
    assert {found.of(job).state for job in lost} == {"blocked"}
    Task(jobs[2], record.folder, lost)._note_failure(record, 130, "interrupted")
    assert Record(record.folder).of(jobs[2]).state == "stopped", "scancel is no failure"


def test_a_dry_run_needs_no_slurm(
    write, command, synth_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    suite = write(SUITE.format(root=synth_root, efficiency="true"))
    monkeypatch.setenv("PATH", "/nowhere")
    options = ["--partition", "gpu", "--gpus", 1, "--cpus", 4, "--mem", "16G", "--time", 30]
    more = ["--max-parallel", 3, "--setup", "module load cuda", "--sbatch", "qos=long"]
    done = command("launch", "slurm", suite, "--dry-run", *options, *more)
    assert done.returncode == 0, done.stderr
    texts = done.stdout.split("# ARRAY")[1:]
    assert len(texts) == 7
    for part in (
        "#SBATCH --array=0-1%2", "--partition=gpu", "--gpus-per-node=1", "--cpus-per-task=4",
        "--mem=16G", "--time=30", "--qos=long", "--requeue", "--signal=USR2@",
        "--dependency=afterok:ARRAY0", "module load cuda", "--kill-on-invalid-dep=yes",
        "# 1: tryonbench train --method pix2pix",
    ):  # fmt: skip
        assert part in texts[1], part
    assert "gpus" not in texts[0]
    assert "--exclusive" in texts[2]
    assert "--exclusive" not in texts[1]
    assert not (tmp_path / "runs").exists()
    refused = command("launch", "slurm", suite)
    assert refused.returncode == 2
    assert "sbatch is not here" in refused.stderr
    for option, said in [("qos", "is not KEY=VALUE"), ("array=0-9", "the suite itself decides")]:
        wrong = command("launch", "slurm", suite, "--dry-run", "--sbatch", option)
        assert wrong.returncode == 2
        assert said in wrong.stderr


def test_submitit_is_named_where_it_is_missing(write, command, monkeypatch) -> None:
    monkeypatch.setattr("tryonbench.suite.slurm.find_spec", lambda name: None)
    done = command("launch", "slurm", write(SUITE.format(root="x", efficiency="false")))
    assert done.returncode == 2
    assert 'pip install "tryonbench[slurm]"' in done.stderr


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSlurm:
    fake = FakeSlurm(tmp_path / "slurm", tmp_path)
    path = fake.install()
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    return fake


def test_a_suite_is_submitted_preempted_and_finished(
    write, command, synth_root: Path, slurm: FakeSlurm, tmp_path: Path, monkeypatch
) -> None:
    suite = write(TINY.format(root=synth_root))
    done = command("launch", "slurm", suite, "--time", 60)
    assert done.returncode == 0, done.stderr
    assert list(slurm.scripts()) == ["100", "101", "102"]
    folder = tmp_path / "runs" / "suites" / "mine"
    assert {entry.state for entry in Record(folder).entries.values()} == {"waiting"}
    assert slurm.option("102", "dependency") == "aftercorr:101"
    slurm.queue("101", "101")
    again = command("launch", "slurm", suite)
    assert again.returncode == 2
    assert "this suite's jobs 101 are still in the queue" in again.stderr

    assert slurm.run_script("100") == 0
    _preempt(slurm, "101", 0, folder, Run(tmp_path / "runs" / "pix2pix-nano-s0"))
    assert slurm.requeued() == ["requeue", "101_0"]
    for job, task in [("101", 0), ("101", 1), ("102", 0), ("102", 1)]:
        process = slurm.start_task(job, task, folder / "slurm")
        process.join(120)
        assert process.exitcode == 0, (job, task, (tmp_path / "tasks.txt").read_text())
    slurm.queue()
    left = command("launch", "slurm", suite)
    assert "all 5 jobs are done" in left.stderr

    monkeypatch.undo()  # Lightning warns where it finds srun
    monkeypatch.chdir(tmp_path)
    whole = ["train", "--method", "pix2pix", "--data", synth_root, "--runs", "whole", *SETTINGS]
    assert command(*whole).returncode == 0
    one, two = (
        tmp_path / name / "pix2pix-nano-s0" / "checkpoints" / "000000048" / "model.safetensors"
        for name in ("runs", "whole")
    )
    assert one.read_bytes() == two.read_bytes()


def _preempt(slurm: FakeSlurm, job: str, task: int, folder: Path, run: Run) -> None:
    """Start a training and tell it, as Slurm does, that its machine is wanted."""
    process = slurm.start_task(job, task, folder / "slurm")
    while process.is_alive() and sum(1 for _ in read_log(run.log)) < 3:
        time.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGUSR2)
    process.join(60)
    assert process.exitcode == 255
    name = f"train {run.name}"
    assert Record(folder).entries[name].state == "stopped"
    assert any(run.checkpoints.glob("0*/training.pt")), "it has saved"
    assert sum(1 for _ in read_log(run.log)) < 12, "it was stopped before its end"
    assert not run.trainer.exists()

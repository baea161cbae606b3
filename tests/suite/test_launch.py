"""A suite as Slurm jobs: the arrays, the scripts, and a run through a made-up Slurm."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.suite.fake_slurm import FakeSlurm
from tryonbench.runs import Run, read_log
from tryonbench.suite.arrays import arrays, dependency
from tryonbench.suite.plan import Planner
from tryonbench.suite.record import Record
from tryonbench.suite.spec import read_suite

pytest.importorskip("submitit")

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


def _arrays(write, folder: Path, efficiency: str = "false"):
    suite = read_suite(write(SUITE.format(root=folder / "data", efficiency=efficiency)))
    return arrays(Planner(suite, folder / "data", folder / "runs").jobs())


def test_what_waits_for_what(write, tmp_path: Path) -> None:
    found = _arrays(write, tmp_path)
    ids = [str(number) for number in range(len(found))]
    told = {n: (a.name, len(a.jobs), dependency(a, found, ids)) for n, a in enumerate(found)}
    unpaired, paired = "eval synth/unpaired-64x48", "eval synth/paired-64x48"
    assert told == {
        0: ("prepare 64x48", 1, None),
        1: ("train", 2, "afterok:0"),
        2: (unpaired, 2, "aftercorr:1"),
        3: (paired, 2, "aftercorr:1"),
        4: (unpaired, 1, None),
        5: (paired, 1, None),
        6: ("report", 1, "afterany:2,afterany:3,afterany:4,afterany:5"),
    }
    for train, evaluation in zip(found[1].jobs, found[2].jobs, strict=True):
        assert evaluation.after == (train.name,)


def test_jobs_that_are_done_are_no_longer_waited_for(write, tmp_path: Path) -> None:
    suite = read_suite(write(SUITE.format(root=tmp_path / "data", efficiency="false")))
    jobs = Planner(suite, tmp_path / "data", tmp_path / "runs").jobs()
    found = arrays([job for job in jobs if job.name != "train pix2pix-nano-s0"][1:])
    told = [(a.name, len(a.jobs), dependency(a, found, "012345")) for a in found]
    assert told[:3] == [
        ("train", 1, None),
        ("eval synth/unpaired-64x48", 2, None),  # with the baseline's
        ("eval synth/paired-64x48", 2, None),
    ]
    assert told[3] == ("eval synth/unpaired-64x48", 1, "afterok:0")


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
    wrong = command("launch", "slurm", suite, "--dry-run", "--sbatch", "qos")
    assert "is not KEY=VALUE" in wrong.stderr


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
    assert slurm.option("102", "dependency") == "aftercorr:101"
    slurm.say({"100": "COMPLETED", "101_[0-1%2]": "PENDING"})
    again = command("launch", "slurm", suite)
    assert again.returncode == 2
    assert "this suite's jobs 101 are still in the queue" in again.stderr

    assert slurm.run_script("100") == 0
    folder = tmp_path / "runs" / "suites" / "mine"
    _preempt(slurm, "101", 0, folder, Run(tmp_path / "runs" / "pix2pix-nano-s0"))
    assert slurm.requeued() == ["requeue", "101_0"]
    for job, task in [("101", 0), ("101", 1), ("102", 0), ("102", 1)]:
        process = slurm.start_task(job, task, folder / "slurm")
        process.join(120)
        assert process.exitcode == 0, (job, task, (tmp_path / "tasks.txt").read_text())
    slurm.say({})
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

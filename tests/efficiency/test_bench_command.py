"""The command `tryonbench bench`: a row for everything, tables, bad input, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tryonbench.efficiency.schema import Answer, BenchReport
from tryonbench.memory import resident_bytes

QUICK = ("--repeats", "1", "--iterations", "2", "--seconds", "0")


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
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests may ignore it
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

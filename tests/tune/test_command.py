"""`tryonbench tune` as typed: what is refused, and a real study from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("optuna")

TUNE = ("tune", "--method", "pix2pix", "--metric", "kd_synth")
TINY = (
    *("--trials", "2", "--images", "8", "--set", "validate_samples=4", "--set", "batch_size=4"),
    *("--set", "diagnose_every=0"),
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--metric", "kd_sinth", "--trials", "1"), 'unknown metric "kd_sinth"; did you mean'),
        (("--metric", "fid", "--trials", "1"), "fid cannot be computed here: "),
        (("--metric", "latency", "--trials", "1"), "needs a metric of quality"),
        (("--method", "pix2pox", "--trials", "1"), 'did you mean "pix2pix"'),
        (("--method", "grey-fill", "--trials", "1"), "there is nothing to tune"),
        (("--space", "none.yaml", "--trials", "1"), "none.yaml: No such file"),
        (("--protocol", "synth/paired-64x4", "--trials", "1"), 'did you mean "synth/paired-64x48"'),
        (("--storage", "nonsense", "--trials", "1"), "cannot open the storage nonsense"),
        (("--study", "a/b", "--trials", "1"), "cannot name a run"),
        ((), "there is no study runs/tune/pix2pix-nano-kd_synth"),
        (("--trial", "3", "--trials", "1"), "--trial goes with --save-preset"),
    ],
)
def test_bad_input_is_one_line(
    command, synth_root: Path, no_weights, tmp_path: Path, given: tuple[str, ...], message: str
) -> None:
    metric = () if "nonsense" not in given else ("--metric", "ssim")
    done = command(*TUNE, *TINY[2:], "--data", synth_root, *metric, *given)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists(), "something was written"


def test_without_optuna_the_way_to_get_it_is_told(
    command, synth_root: Path, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tryonbench.tune.packages.find_spec", lambda name: None)
    done = command(*TUNE, *TINY, "--data", synth_root)
    assert done.returncode == 2
    assert 'tuning needs optuna: pip install "tryonbench[tune]"' in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_prints_space_and_budget(command, synth_root: Path, tmp_path: Path) -> None:
    done = command(*TUNE, *TINY, "--data", synth_root, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "5e-05 to 0.004, log" in done.stdout
    assert "2 of 2 trials to run: 16 images at most" in done.stdout
    assert "objectives: kd_synth ↓, on 4 held-out people" in done.stdout
    assert not (tmp_path / "runs").exists()


def test_two_processes_share_a_study_of_real_trials(
    command, synth_root: Path, tmp_path: Path
) -> None:
    tune = (*TUNE, *TINY, "--data", synth_root)
    done = command(*tune, "--jobs", "2", "--json", "--report")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert [trial["state"] for trial in record["trials"]] == ["complete", "complete"]
    folder = tmp_path / "runs" / "tune" / "pix2pix-nano-kd_synth"
    for trial in record["trials"]:
        result = json.loads(
            (folder / trial["run"] / "results/synth/paired-64x48@held-out.json").read_text()
        )
        assert trial["values"] == [result["metrics"]["kd_synth"]["value"]]
        assert "trained_on_test" not in result["data"]
    assert "<h2>Tuning</h2>" in (folder / "index.html").read_text()

    again = command(*tune, "--save-preset", "best")
    assert "trial 2" not in again.stderr, "the study was done"
    train = ("train", "--method", "pix2pix", "--data", synth_root, "--set", "images=8")
    done = command(*train, "--preset", folder / "best.yaml")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "pix2pix-best-s0" / "checkpoints" / "000000008").is_dir()
    done = command("report", "--runs", folder, "--out", "page", "--figures", "none")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page" / "index.html").read_text()
    assert "<h2>Tuning</h2>" in page
    assert "trial-000" in page

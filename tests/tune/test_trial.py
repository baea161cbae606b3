"""A trial is an ordinary run; where Optuna says so, its training ends early."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from tests.tune.made import SMALL, MakePlan
from tryonbench.errors import StorageError, TryonbenchError
from tryonbench.results.schema import Efficiency, Latency
from tryonbench.runs import Run, read_log
from tryonbench.subjects import run_subject

optuna = pytest.importorskip("optuna")

from tryonbench.tune.trial import run_trial, told_trial  # noqa: E402

VALUES = {
    "optimizer.lr": 2e-3,
    "model.generator.residual_blocks": 0,
    "model.losses.gan": "hinge",
}


class Fixed(optuna.trial.FixedTrial):  # type: ignore[name-defined,misc]
    """A trial that is pruned at its second validation, if at all."""

    def __init__(self, pruned: bool) -> None:
        super().__init__(VALUES)
        self.pruned, self.reported = pruned, dict[int, float]()

    def report(self, value: float, step: int) -> None:
        self.reported[step] = value

    def should_prune(self) -> bool:
        return self.pruned and len(self.reported) == 2


def nothing(line: str) -> None:
    """Tell nobody."""


def test_a_pruned_trial_ends_early_and_is_kept(planned: MakePlan) -> None:
    plan = planned("kd_synth", assignments=(*SMALL, "batch_size=2"), images=10)
    trial = Fixed(pruned=True)
    with pytest.raises(optuna.TrialPruned, match="after 4 images"):
        run_trial(plan, trial, nothing)
    run = Run(plan.folder / "trial-000")
    logged = [record["val/psnr"] for record in read_log(run.log) if "val/psnr" in record]
    assert trial.reported == {1: -logged[0], 2: -logged[1]}, "a higher PSNR is a lower KD-synth"
    assert run_subject(run).checkpoint is not None
    assert (run.checkpoints / "000000004").is_dir()
    assert not (run.folder / "results").exists()


def test_a_whole_trial_has_the_values_of_its_result(
    planned: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed = Efficiency(latency=Latency(median_ms=12.5, p90_ms=13.0, iterations=3, batch=1))
    monkeypatch.setattr("tryonbench.evaluation.measure_efficiency", lambda *given: timed)
    plan, trial = planned("ssim", "latency"), Fixed(pruned=True)
    ssim, latency = run_trial(plan, trial, nothing)
    assert 0 < ssim < 1
    assert latency == 12.5
    assert trial.reported == {}, "several objectives are not pruned"
    run = Run(plan.folder / "trial-000")
    config: Any = run.manifest()["config"]
    assert config["model"]["losses"]["gan"] == "hinge"
    assert run.manifest()["kind"] == "training"
    assert len(run.manifest()["data"]["held_out"]) == 4


def test_a_trial_without_a_value_fails_with_the_reason(
    planned: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Efficiency(missing="the process died")
    monkeypatch.setattr("tryonbench.evaluation.measure_efficiency", lambda *given: broken)
    lines: list[str] = []
    trial = Fixed(pruned=False)
    with pytest.raises(TryonbenchError, match="latency has no value: the process died"):
        told_trial(planned("ssim", "latency"), trial, lines.append, ExitStack())
    assert "trial 0 failed: latency has no value" in lines[-1]
    assert "the process died" in trial.user_attrs["error"]


def test_a_full_disk_is_no_fault_of_the_trial(
    planned: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise StorageError("runs is full")

    monkeypatch.setattr("tryonbench.tune.trial.run_trial", full)
    trial = Fixed(pruned=False)
    with pytest.raises(StorageError), ExitStack() as held:
        told_trial(planned("ssim"), trial, nothing, held)
    assert "error" not in trial.user_attrs


def test_no_manifest_has_the_password_of_a_database(tmp_path, monkeypatch) -> None:
    words = ["tryonbench", "tune", "--storage", "mysql://me:secret@host/db"]
    monkeypatch.setattr("sys.argv", words)
    run = Run(tmp_path)
    run.write_manifest({"kind": "training", "method": "mine", "family": "gan"})
    assert run.manifest()["command"] == [*words[:3], "mysql://me:***@host/db"]

"""The loop: what it logs, what it refuses, what it leaves behind."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from tryonbench.config import OptimizerConfig, ScheduleConfig, layered
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError, TryonbenchError
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.runs import Run, read_log
from tryonbench.training.ema import Ema
from tryonbench.training.optim import lr_scale, make_optimizer
from tryonbench.training.start import differences, train

SMALL = ("images=12", "batch_size=4", "log_every=1")


def _train(
    root: Path, folder: Path, *assignments: str, method: str = "pix2pix", fresh=False
) -> Run:
    chosen = method_class(method)
    values = layered(preset_values(chosen, "nano"), None, [*SMALL, *assignments])
    run = Run(folder / "run")
    train(chosen, run_config(chosen, values), open_split(root, "train"), run, fresh)
    return run


def test_a_run_leaves_manifest_log_and_checkpoint(synth_root: Path, tmp_path: Path) -> None:
    run = _train(synth_root, tmp_path)
    manifest = run.manifest()
    assert manifest["config"]["images"] == 12
    assert {"git", "device", "python"} <= manifest["environment"].keys()
    assert manifest["data"]["fingerprint"]
    records = list(read_log(run.log))
    assert [r["images"] for r in records] == [4, 8, 12]
    assert all(math.isfinite(v) for r in records for v in r.values())
    assert {"loss/generator/l1", "lr/discriminator", "grad_norm/generator"} <= records[0].keys()
    (checkpoint,) = run.checkpoints.iterdir()
    assert {f.name for f in checkpoint.iterdir()} == {"model.safetensors", "training.pt"}


def test_other_settings_are_refused_with_the_difference(synth_root: Path, tmp_path: Path) -> None:
    _train(synth_root, tmp_path)
    with pytest.raises(InputError, match=r"optimizer\.lr: 0\.001 -> 0\.5.*--fresh"):
        _train(synth_root, tmp_path, "optimizer.lr=0.5")
    run = _train(synth_root, tmp_path, "images=8", fresh=True)
    assert run.manifest()["config"]["images"] == 8


def test_a_loss_that_is_not_finite_stops_the_run(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        method_class("pix2pix"),
        "training_step",
        lambda self, batch, state: {"l1": torch.tensor(float("nan"))},
    )
    with pytest.raises(TryonbenchError, match="generator loss l1 is not finite at step 0"):
        _train(synth_root, tmp_path)


def test_phases_of_a_step_hand_tensors_on_and_the_next_step_starts_empty(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, seen = method_class("pix2pix"), []
    original = chosen.training_step

    def step(self, batch, state):
        seen.append((state.phase, set(state.carried)))
        return original(self, batch, state)

    monkeypatch.setattr(chosen, "training_step", step)
    _train(synth_root, tmp_path, "images=8")
    assert seen == [("generator", set()), ("discriminator", {"pictures"})] * 2


def test_an_unknown_phase_is_named(synth_root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"optimizers\.critic.*known: discriminator, generator"):
        _train(synth_root, tmp_path, "optimizers.critic.lr=1")


def test_a_size_that_does_not_fit_is_refused(synth_root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a height divisible by"):
        _train(synth_root, tmp_path, "size=[63, 47]")


def test_schedule_warms_up_and_decays() -> None:
    schedule = ScheduleConfig(warmup_images=10, decay="cosine", decay_from=0.5)
    scales = [lr_scale(schedule, images, 100) for images in (0, 4, 20, 50, 75, 100)]
    assert scales == pytest.approx([0.1, 0.5, 1, 1, 0.5, 0])


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "rmsprop"])
def test_each_optimiser_moves_weights_downhill(name: str) -> None:
    weight = nn.Parameter(torch.tensor([1.0]))
    optimizer = make_optimizer(OptimizerConfig(name=name, lr=0.01), [weight])
    for _ in range(5):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert weight.item() < 1


def test_the_moving_average() -> None:
    network = nn.Linear(1, 1)
    ema = Ema({"n": network}, decay=0.5)
    start = ema.state["n.weight"].clone()
    with torch.no_grad():
        network.weight += 1
    ema.update({"n": network}, step=1000)
    assert torch.allclose(ema.state["n.weight"], start + 0.5)
    none = Ema({"n": network}, decay=0.0)
    with torch.no_grad():
        network.weight += 1
    none.update({"n": network}, step=0)
    assert torch.equal(none.state["n.weight"], network.weight)


def test_differences_are_named_by_their_path() -> None:
    assert differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 2}}) == ["a.b: 1 -> 2", "c: 2 -> None"]


def test_a_run_that_failed_to_start_leaves_nothing(synth_root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        _train(synth_root, tmp_path, "optimizers.critic.lr=1")
    assert not (tmp_path / "run").exists()
    _train(synth_root, tmp_path)


def test_a_run_without_a_checkpoint_takes_new_settings(synth_root: Path, tmp_path: Path) -> None:
    run = _train(synth_root, tmp_path)
    shutil.rmtree(run.checkpoints)
    _train(synth_root, tmp_path, "images=8")
    assert run.manifest()["config"]["images"] == 8
    assert [r["images"] for r in read_log(run.log)] == [4, 8], "the old log is gone"


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_that_is_no_training_run_is_left_alone(
    synth_root: Path, tmp_path: Path, fresh: bool
) -> None:
    mine = tmp_path / "run" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(InputError, match="is not a run folder"):
        _train(synth_root, tmp_path, fresh=fresh)
    Run(tmp_path / "run").write_manifest({"kind": "baseline", "method": "m", "family": "f"})
    with pytest.raises(InputError, match="is no training run; name another"):
        _train(synth_root, tmp_path, fresh=fresh)
    assert mine.read_text() == "mine"


def test_two_processes_never_train_one_run(synth_root: Path, tmp_path: Path) -> None:
    with (
        Run(tmp_path / "run").locked(),
        pytest.raises(InputError, match="is being trained by another process"),
    ):
        _train(synth_root, tmp_path)
    _train(synth_root, tmp_path)


def test_a_log_line_that_is_no_record_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('null\n{"images": 1}\n[1]\n{"ima')
    assert list(read_log(tmp_path / "log.jsonl")) == [{"images": 1}]


def test_a_setting_that_is_younger_than_the_run_has_its_default(
    synth_root: Path, tmp_path: Path
) -> None:
    run = _train(synth_root, tmp_path)
    manifest = run.manifest()
    del manifest["config"]["accumulate"]
    run.write_manifest(manifest)
    before = run.log.read_bytes()
    assert _train(synth_root, tmp_path).log.read_bytes() == before

"""Validation: what is held out, what is measured, which checkpoint is the best, when to stop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tryonbench.checkpoint import load_method, read_header, weights_file
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.errors import InputError
from tryonbench.images import to_pixels
from tryonbench.method import TryOnMethod
from tryonbench.metrics import make_metric
from tryonbench.metrics.base import ImageMetric, Scored
from tryonbench.registry import method_class
from tryonbench.runs import Run, read_log
from tryonbench.training.validation import Best, Validator, worst

Paint = Callable[..., Run]
Off = Callable[[Run, Run], float]
HELD_OUT = 3
VALIDATED = ("validate_every=8", f"validate_samples={HELD_OUT}")


def validations(run: Run) -> list[dict[str, float]]:
    return [record for record in read_log(run.log) if "val/loss" in record]


def scripted(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Validations find these values of PSNR, one after another."""
    left = iter(values)
    monkeypatch.setattr(Validator, "run", lambda *_: {"val/psnr": next(left), "val/loss": 0.0})


def test_the_last_persons_are_held_out(
    paint: Paint, synth_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, seen = method_class("pix2pix"), {True: set(), False: set()}
    original = chosen.training_step

    def step(self: TryOnMethod, batch: Any, state: Any) -> Any:
        seen[self.networks.training] |= {*batch.ids}
        return original(self, batch, state)

    monkeypatch.setattr(chosen, "training_step", step)
    run = paint(*VALIDATED, "images=16", "batch_size=4", method=chosen)
    ids = open_split(synth_root, "train").ids("image")
    assert seen == {True: set(ids[:-HELD_OUT]), False: set(ids[-HELD_OUT:])}
    assert run.manifest()["data"]["held_out"] == ids[-HELD_OUT:]


def test_metrics_are_those_of_the_averaged_weights(paint: Paint, synth_root: Path) -> None:
    chosen = method_class("pix2pix")
    settings = ("images=8", "batch_size=2", "precision=32-true", "ema_decay=0.5")
    run = paint(*VALIDATED, *settings, method=chosen)
    (found,) = validations(run)
    split, method = open_split(synth_root, "train"), load_method(weights_file(run.folder))
    dataset = VitonHD(split, own_garments(split), (64, 48), chosen.training_modalities())
    batch = joined([dataset[i] for i in range(8 - HELD_OUT, 8)])
    with torch.no_grad():
        pictures = [to_pixels(images) for images in (method.generate(batch, [0] * 3), batch.image)]
    output, truth = (torch.from_numpy(p).permute(0, 3, 1, 2).float() / 255 for p in pictures)
    for key in ("ssim", "psnr", "l1"):
        metric = make_metric(key, {})
        assert isinstance(metric, ImageMetric)
        expected = metric.scorer(output.device)(Scored(output, truth, None)).mean().item()
        assert found[f"val/{key}"] == pytest.approx(expected, rel=1e-4)
    terms = [value for key, value in found.items() if key.startswith("val/loss/generator/")]
    assert len(terms) == 3
    assert found["val/loss"] == pytest.approx(sum(terms))


@pytest.mark.parametrize("method", ["pix2pix", "stylegan", "diffusion"])
def test_validation_changes_nothing(paint: Paint, off: Off, method: str) -> None:
    settings = ("images=12", "batch_size=4", "log_every=1", f"validate_samples={HELD_OUT}")
    often = paint(*settings, "validate_every=1", name="often", method=method_class(method))
    once = paint(*settings, "validate_every=1000", name="once", method=method_class(method))
    assert off(often, once) == 0
    assert len(validations(often)) == 3
    assert validations(once) == validations(often)[-1:]


def test_equal_weights_have_an_equal_loss_whenever_it_is_measured(paint: Paint) -> None:
    settings = ("images=12", "batch_size=4", "optimizer.lr=1e-30", "validate_every=4")
    chosen = method_class("diffusion")
    run = paint(*settings, f"validate_samples={HELD_OUT}", "ema_decay=0", method=chosen)
    values = [{k: v for k, v in r.items() if "val/" in k} for r in validations(run)]
    assert values[0] == values[1] == values[2]


def test_the_best_checkpoint_is_kept_beside_the_last(
    paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, 10, 12, 11)
    told: list[str] = []
    run = paint(*VALIDATED, "images=24", tell=told.append)
    assert [r["images"] for r in validations(run)] == [8, 16, 24]
    assert read_header(weights_file(run.checkpoints / "best")).images == 16
    assert read_header(weights_file(run.folder)).images == 24
    assert told == [f"best psnr 12 at 16 images: {run.folder}@best"]


def test_an_early_stop_completes_the_run(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, 10, 12, float("nan"), 11)
    told: list[str] = []
    settings = (*VALIDATED, "images=80", "early_stop=2")
    run = paint(*settings, tell=told.append)
    assert read_header(weights_file(run.folder)).images == 32
    assert told[0] == "stopped early: 2 validations without a better psnr"
    before = run.log.read_bytes()
    paint(*settings, tell=told.append)
    assert run.log.read_bytes() == before
    assert len(told) == 2, "nothing was done"


def test_an_interval_that_is_no_multiple_of_an_update(paint: Paint) -> None:
    run = paint("validate_every=10", "validate_samples=1", "images=24", "batch_size=4")
    assert [r["images"] for r in validations(run)] == [12, 20, 24], "past 10 and 20, and at the end"


def test_a_lower_loss_is_better_and_a_higher_psnr() -> None:
    for metric, values in (("loss", (3.0, 2.0, 2.5)), ("psnr", (3.0, 4.0, 2.0))):
        best = worst(metric)
        for images, value in enumerate(values):
            best = best.after(metric, {f"val/{metric}": value}, images)
        assert best == Best(values[1], 1, since=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("validate_every=8",), "holds 64 of 8 training samples out and leaves none.*samples=N"),
        (("early_stop=3",), "early_stop needs validations: set validate_every"),
        (("validate_every=8", "best=fid"), "'loss', 'ssim', 'psnr' or 'l1'"),
    ],
)
def test_what_cannot_be_validated_is_refused(
    paint: Paint, tmp_path: Path, settings: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        paint(*settings)
    assert not (tmp_path / "run").exists()


def test_eval_scores_the_best_checkpoint_as_a_run_of_its_own(
    command: Any, synth_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripted(monkeypatch, 12, 11)
    settings = (*VALIDATED, "images=16", "batch_size=4", "optimizer.lr=0.05")
    given = [word for setting in settings for word in ("--set", setting)]
    train = ("train", "--method", "pix2pix", "--run", "mine", "--data", synth_root)
    trained = command(*train, *given)
    assert "best psnr 12 at 8 images: runs/mine@best" in trained.stderr
    score = ("--data", synth_root, "--no-efficiency", "--json", "--protocol", "synth/paired-64x48")
    rows = [json.loads(command("eval", name, *score).stdout) for name in ("mine", "mine@best")]
    assert rows[0]["metrics"]["psnr"] != rows[1]["metrics"]["psnr"]
    images = (tmp_path / "runs" / name / "outputs/synth/paired-64x48" for name in ("mine@best",))
    assert all(len(list(folder.glob("*.png"))) == 4 for folder in images)
    assert command("generate", "runs/mine@best", "--data", synth_root).returncode == 0


def test_a_run_without_a_best_checkpoint_says_so(command: Any, synth_root: Path) -> None:
    small = ("--set", "images=4", "--set", "batch_size=4", "--run", "mine")
    command("train", "--method", "pix2pix", "--data", synth_root, *small)
    refused = command("eval", "mine@best", "--data", synth_root)
    assert refused.returncode == 2
    assert "mine has no best checkpoint; validate while training" in refused.stderr

"""`tryonbench diagnose`: runs with a fault planted, each really trained, and healthy ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tryonbench.diagnosis.balance import discriminator_won
from tryonbench.diagnosis.diagnose import CHECKS, diagnose
from tryonbench.diagnosis.findings import NotJudged
from tryonbench.diagnosis.history import History
from tryonbench.diagnosis.inputs import data_repeated
from tryonbench.errors import InputError
from tryonbench.registry import method_class
from tryonbench.runs import Run

Paint = Callable[..., Run]
LONG = ("images=240", "batch_size=4", "ema_decay=0.9")
GAN = (
    "size=32x24", "images=100", "batch_size=2", "log_every=1", "channels_last=false",
    "model.generator={stem: 8, stages: [32], residual_blocks: 1, outer_kernel: 3}",
    "model.discriminator.channels=[16,32]",
)  # fmt: skip


def only_finding(run: Run, key: str) -> str:
    """The evidence of the one finding, and what to try."""
    (finding,) = diagnose(run).findings
    assert finding.key == key
    assert finding.says.startswith(key.replace("_", " "))
    return " | ".join((*finding.evidence, finding.advice))


@pytest.mark.parametrize("method", [None, "pix2pix"])
def test_nothing_is_found_in_a_healthy_run(paint: Paint, painter: Any, method: str | None) -> None:
    settings = GAN if method else (*LONG, "optimizer.lr=1e-3")
    run = paint(*settings, method=method_class(method) if method else painter)
    diagnosis = diagnose(run)
    assert diagnosis.findings == ()
    assert diagnosis.not_judged.keys() == {"data_repeated"}, "there are no validations"


def test_plateau(paint: Paint) -> None:
    sgd = ("optimizer.name=sgd", "optimizer.betas=[0,0]")
    text = only_finding(paint(*LONG, *sgd, "optimizer.lr=1e-4"), "plateau")
    assert "loss l2: 0.4" in text
    assert "less than 0.0001 (--set optimizer.lr=" in text


def test_plateau_of_weights_that_hardly_move(paint: Paint) -> None:
    """The scatter of few records may hide that the loss stands still."""
    text = only_finding(paint("images=80", "optimizer.lr=1e-9"), "plateau")
    assert "an update changes no block of the generator by more than" in text
    assert "100 times more than 1e-09 (--set optimizer.lr=1e-07)" in text


def test_a_loss_that_is_flat_once_the_learning_rate_has_decayed_is_none(paint: Paint) -> None:
    decay = ("optimizer.lr=0.01", "schedule.decay=linear", "schedule.decay_from=0.1")
    assert diagnose(paint(*LONG, "images=480", *decay)).findings == ()


def test_discriminator_won(paint: Paint) -> None:
    weak = ("optimizer.lr=1e-4", "model.generator.warp_patch=null")
    run = paint(
        *GAN,
        *weak,
        "optimizers.discriminator.lr=3e-2",
        "images=120",
        method=method_class("pix2pix"),
    )
    (finding,) = [f for f in diagnose(run).findings if f.key == "discriminator_won"]
    assert finding.advice.startswith("--set optimizers.discriminator.lr=0.006 (it is 0.03")
    assert len(finding.evidence) == 2


def test_discriminator_by_its_accuracy_where_that_is_logged() -> None:
    losses = {"lr/discriminator": 1.0, "loss/discriminator/real": -1.0}
    config = {"optimizer": {"lr": 1.0}, "optimizers": {}}

    def history(real: float, fake: float) -> History:
        share = {"discriminator/accuracy_real": real, "discriminator/accuracy_fake": fake}
        records = tuple({"images": i, **losses, **share} for i in range(20))
        return History({"config": config}, records)

    finding = discriminator_won(history(0.99, 1.0))
    assert finding
    assert "99.0% of its outputs on photographs are right since 15 images" in finding.evidence[0]
    assert discriminator_won(history(1.0, 0.9)) is None
    with pytest.raises(NotJudged, match="losses that end at 0"):
        discriminator_won(History({"config": config}, ({"images": 1, **losses},)))


def test_garment_ignored(paint: Paint, painter: Any) -> None:
    class Blind(painter):  # type: ignore[misc]
        def _paint(self, batch: Any) -> Tensor:
            stacked = torch.cat((batch.need("agnostic"), 0 * batch.need("cloth")), dim=1)
            return torch.tanh(self.networks["painter"](stacked))

    text = only_finding(paint(*LONG, "optimizer.lr=1e-3", method=Blind), "garment_ignored")
    assert "inside the mask by 0.0%" in text
    assert "--overfit 8" in text


def test_learning_rate_too_high(paint: Paint, painter: Any) -> None:
    class Linear(painter):  # type: ignore[misc]
        def _paint(self, batch: Any) -> Tensor:
            stacked = torch.cat((batch.need("agnostic"), batch.need("cloth")), dim=1)
            return self.networks["painter"](stacked).clamp(-50, 50)

    descent = ("optimizer.name=sgd", "optimizer.betas=[0,0]", "optimizer.lr=1")
    run = paint(*LONG, *descent, method=Linear)
    text = only_finding(run, "learning_rate_too_high")
    assert "the gradient's norm is over 10 times its median" in text
    assert "--set optimizer.lr=0.2 (it is 1)" in text


@pytest.mark.parametrize(
    ("factor", "evidence"),
    [
        (lambda step: 1 + step / 10, "the loss grew from"),
        (lambda step: 1 + 4 * (step % 2), "the loss changes by 13"),
    ],
)
def test_losses_that_grow_or_swing(
    paint: Paint, painter: Any, factor: Callable[[int], float], evidence: str
) -> None:
    class Forced(painter):  # type: ignore[misc]
        def training_step(self, batch: Any, state: Any) -> dict[str, Tensor]:
            losses = super().training_step(batch, state)
            return {name: factor(state.step) * loss for name, loss in losses.items()}

    run = paint(*LONG, "optimizer.lr=1e-5", method=Forced)
    text = [e for f in diagnose(run).findings if f.key != "plateau" for e in f.evidence]
    assert len(text) == 1
    assert text[0].startswith(evidence)


def test_data_repeated(paint: Paint, painter: Any) -> None:
    class Picture(nn.Module):
        """It can learn one picture by heart."""

        def __init__(self, size: tuple[int, int]) -> None:
            super().__init__()
            self.picture = nn.Parameter(torch.zeros(3, *size))

        def forward(self, cloth: Tensor) -> Tensor:
            return 0.1 * cloth + self.picture

    class Memory(painter):  # type: ignore[misc]
        def build(self) -> dict[str, nn.Module]:
            return {"painter": Picture(self.size)}

        def _paint(self, batch: Any) -> Tensor:
            painted: Tensor = self.networks["painter"](batch.need("cloth"))
            return painted

    validated = ("validate_every=40", "validate_samples=6", "optimizer.lr=0.02")
    text = only_finding(paint(*LONG, *validated, method=Memory), "data_repeated")
    assert text.startswith("2 samples were seen 120 times")
    assert "augment.flip=0.5" in text


def test_data_repeated_without_harm(paint: Paint) -> None:
    validated = ("validate_every=40", "validate_samples=4", "optimizer.lr=1e-3")
    diagnosis = diagnose(paint(*LONG, *validated))
    assert diagnosis.findings == ()
    assert diagnosis.not_judged == {}


def test_a_validation_loss_that_hardly_rises_is_no_harm() -> None:
    def repeated(*validation: float) -> bool:
        steps = tuple({"images": i, "lr/g": 1.0, "loss/g/l1": 40.0 - i} for i in range(40))
        values = tuple({"images": 10 * i, "val/loss": v} for i, v in enumerate(validation, 1))
        return data_repeated(History({"data": {"samples": 2}}, steps + values)) is not None

    assert repeated(2.0, 1.0, 1.1)
    assert not repeated(2.0, 1.0, 1.01)


def test_conditions_constant(paint: Paint, painter: Any, own_root: Path) -> None:
    class Posed(painter):  # type: ignore[misc]
        info = painter.info.__class__(
            **{**vars(painter.info), "inputs": ("cloth", "agnostic", "keypoints")}
        )

    for file in (own_root / "train/openpose_json").glob("*.json"):
        file.write_text(json.dumps({"people": []}))
    run = paint(*LONG, "optimizer.lr=1e-3", method=Posed, root=own_root)
    text = only_finding(run, "conditions_constant")
    assert text.startswith("keypoints: standard deviation 0 over the samples")
    assert f"tryonbench data check {own_root}" in text


def test_the_command(command: Any, paint: Paint, tmp_path: Path) -> None:
    slow = ("optimizer.name=sgd", "optimizer.betas=[0,0]", "optimizer.lr=1e-4")
    paint(*LONG, *slow, name="flat")
    done = command("diagnose", "flat", "--runs", tmp_path, "--json")
    assert done.returncode == 0
    shown = json.loads(done.stdout)
    assert shown["run"] == "flat"
    assert [f["key"] for f in shown["findings"]] == ["plateau"]
    assert shown["findings"][0].keys() == {"key", "says", "evidence", "advice"}
    text = command("diagnose", tmp_path / "flat").stdout
    assert "plateau: the losses have stopped falling" in text
    assert "  try: another learning rate" in text
    paint(*LONG, "optimizer.lr=1e-3", name="calm")
    assert command("diagnose", tmp_path / "calm").stdout.startswith("nothing found\nnot judged:")


def test_a_short_log_is_not_judged_and_says_what_it_takes(paint: Paint) -> None:
    diagnosis = diagnose(paint("log_every=4", "diagnose_every=0"))
    assert diagnosis.findings == ()
    assert diagnosis.not_judged.keys() == CHECKS.keys() - {"discriminator_won", "broken_off"}
    assert "--set log_every=1" in diagnosis.not_judged["plateau"]


def test_what_is_no_training_run_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write_manifest({"kind": "baseline", "method": "grey-fill", "family": "baseline"})
    with pytest.raises(InputError, match="is no training run"):
        diagnose(run)
    run.write_manifest({"kind": "training", "method": "m", "family": "f", "config": {}})
    with pytest.raises(InputError, match="has no training step yet"):
        diagnose(run)

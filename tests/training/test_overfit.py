"""`train --overfit`: a few samples must be learnt by heart, else it says what did not move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tryonbench.checkpoint import load_method, weights_file
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.errors import InputError, TryonbenchError
from tryonbench.images import to_pixels
from tryonbench.registry import method_class
from tryonbench.runs import Run

Paint = Callable[..., Run]
LONG = ("images=400", "batch_size=4", "optimizer.lr=0.05", "log_every=5")


class Album(nn.Module):
    """A picture for each mean colour of the garment: it learns by heart in no time."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.pictures = nn.Parameter(torch.zeros(2, 3, *size))
        self.idle = nn.Linear(2, 2)

    def forward(self, agnostic: Tensor, means: Tensor) -> Tensor:
        key = ((agnostic.mean((1, 2, 3))[:, None] - means).abs()).argmin(1)
        return self.pictures[key] + 0 * self.idle(key[:, None].float().expand(-1, 2)).sum()


@pytest.fixture
def album(painter: Any, synth_root: Path) -> Any:
    """A method that can learn two pictures by heart, and has a layer that is not used."""
    split = open_split(synth_root, "train")
    dataset = VitonHD(split, own_garments(split), (64, 48), ("agnostic",))
    means = torch.stack([dataset[i].need("agnostic").mean() for i in range(2)])

    class Heart(painter):  # type: ignore[misc]
        def build(self) -> dict[str, nn.Module]:
            return {"painter": Album(self.size)}

        def _paint(self, batch: Any) -> Tensor:
            painted: Tensor = self.networks["painter"](batch.need("agnostic"), means)
            return painted.clamp(-1, 1)

    return Heart


def test_samples_that_are_learnt(paint: Paint, album: Any, synth_root: Path) -> None:
    told: list[str] = []
    run = paint(*LONG, method=album, overfit=2, tell=told.append)
    manifest = run.manifest()
    assert manifest["kind"] == "overfit"
    assert manifest["data"]["samples"] == 2
    assert manifest["config"]["ema_decay"] == 0.9
    assert told[-1].startswith("learnt: PSNR inside the garment ")
    assert float(told[-1].split(" dB")[0].split()[-1]) > 25
    again: list[str] = []
    paint(*LONG, method=album, overfit=2, tell=again.append)
    assert again == told[-1:], "a complete run is judged again"


def test_samples_that_are_not_learnt(paint: Paint, album: Any) -> None:
    told: list[str] = []
    with pytest.raises(TryonbenchError, match="not learnt: PSNR inside the garment") as caught:
        paint("images=40", "optimizer.lr=1e-3", method=album, overfit=2, tell=told.append)
    assert caught.value.exit_code == 1
    text = "\n".join(told)
    assert "block painter.idle did not move: its weights changed by 0.00%" in text
    assert "loss l2 fell: " in text
    assert "another garment changes the picture inside the mask by 0.0%" in text


def test_the_psnr_is_that_of_the_metric_inside_the_garment(
    paint: Paint, synth_root: Path, tmp_path: Path
) -> None:
    chosen, split = method_class("pix2pix"), open_split(synth_root, "train")
    with pytest.raises(TryonbenchError) as caught:
        paint("images=8", "batch_size=4", "channels_last=false", method=chosen, overfit=3)
    told = float(str(caught.value).split("garment ")[1].split(" dB")[0])
    wanted = (*chosen.training_modalities(), "parse")
    dataset = VitonHD(split, own_garments(split), (64, 48), wanted)
    batch = joined([dataset[i] for i in range(3)])
    with torch.no_grad():
        output = load_method(weights_file(tmp_path / "run")).generate(batch, [0] * 3)
    shown, truth = (to_pixels(t).astype(float) / 255 for t in (output, batch.need("image")))
    garment = torch.isin(batch.need("parse"), torch.tensor([5, 6, 7])).numpy()
    errors = [((shown[i] - truth[i])[garment[i]] ** 2).mean() for i in range(3)]
    assert told == pytest.approx(-10 * np.log10(errors).mean(), abs=0.06)


def test_augmentation_and_validation_are_off(paint: Paint, album: Any) -> None:
    given = (*LONG, "augment.flip=0.5", "validate_every=8", "early_stop=2", "ema_decay=0.5")
    config = paint(*given, method=album, overfit=2).manifest()["config"]
    assert config["augment"]["flip"] == 0
    assert (config["validate_every"], config["early_stop"], config["ema_decay"]) == (0, 0, 0.5)


def test_it_is_no_result_of_a_method(command: Any, synth_root: Path, tmp_path: Path) -> None:
    small = ("--set", "images=8", "--set", "batch_size=4", "--data", synth_root)
    done = command("train", "--method", "pix2pix", "--overfit", "8", *small)
    assert done.returncode == 1
    assert "error: the samples were not learnt" in done.stderr
    assert "block generator.encoder moved" in done.stderr
    assert (tmp_path / "runs/pix2pix-nano-overfit8-s0/samples").exists() is False
    score = ("--data", synth_root, "--no-efficiency", "--protocol", "synth/paired-64x48")
    refused = command("eval", "pix2pix-nano-overfit8-s0", *score)
    assert refused.returncode == 2
    assert "learnt a few samples by heart (--overfit): no result" in refused.stderr
    evaluated = command("eval", "--all", *score)
    assert evaluated.returncode == 0, evaluated.stderr
    assert "pix2pix" not in evaluated.stdout
    assert "pix2pix: not trained" in evaluated.stderr


def test_what_cannot_be_overfit_is_refused(paint: Paint, own_root: Path) -> None:
    with pytest.raises(InputError, match="--overfit 9: give 2 to 8"):
        paint(overfit=9)
    run = paint("images=8")
    with pytest.raises(InputError, match="is no overfit run; name another one"):
        paint("images=8", overfit=2)
    assert run.manifest()["kind"] == "training"
    for folder in ("image-parse-v3", "image-parse"):
        if (own_root / "train" / folder).is_dir():
            (own_root / "train" / folder).rename(own_root / "train" / "gone")
    with pytest.raises(InputError, match="--overfit scores the garment's region"):
        paint(overfit=2, root=own_root, name="other")

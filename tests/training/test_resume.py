"""A run that is stopped in any way and started again ends as if it had never been stopped."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tryonbench.registry import method_class
from tryonbench.runs import Run, read_log
from tryonbench.training.loop import Trainer

STEPS, BATCH = 24, 4
SETTINGS = {"images": STEPS * BATCH, "batch_size": BATCH, "log_every": 1}
OFTEN = {"checkpoint_seconds": 0.1}


def _command(root: Path, runs: Path, method: str) -> list[str]:
    words = ["train", "--method", method, "--data", str(root), "--runs", str(runs)]
    given = [w for k, v in {**SETTINGS, **OFTEN}.items() for w in ("--set", f"{k}={v}")]
    return [sys.executable, "-m", "tryonbench", *words, *given]


@pytest.mark.parametrize("method", ["diffusion", "pix2pix", "stylegan"])
def test_stopped_and_resumed_is_equal_bit_for_bit(
    synth_root: Path, tmp_path: Path, method: str
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    subprocess.run(_command(synth_root, whole, method), check=True, capture_output=True)
    command = _command(synth_root, broken, method)
    assert _stop_after(command, broken, 4, signal.SIGKILL) == -signal.SIGKILL
    assert _stop_after(command, broken, 9, signal.SIGINT) == 130
    assert _stop_after(command, broken, 14, signal.SIGKILL) == -signal.SIGKILL
    subprocess.run(command, check=True, capture_output=True)
    one, two = (_weights(runs) for runs in (whole, broken))
    assert one.keys() == two.keys()
    assert all((one[key] == two[key]).all() for key in one)
    assert _losses(whole) == _losses(broken)
    assert [images for images, _ in _losses(broken)] == sorted(i for i, _ in _losses(broken))


def _stop_after(command: list[str], runs: Path, records: int, number: signal.Signals) -> int:
    """Start a run, stop it once its log has so many records; its exit code."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(_losses(runs)) < records:
        time.sleep(0.02)
    os.kill(process.pid, number)
    return process.wait(timeout=120)


def _weights(runs: Path) -> dict[str, object]:
    (file,) = runs.glob(f"*/checkpoints/{STEPS * BATCH:09d}/model.safetensors")
    return load_file(file)


def _losses(runs: Path) -> list[tuple[int, dict[str, float]]]:
    """(images, losses) of each record."""
    records = (record for log in runs.glob("*/log.jsonl") for record in read_log(log))
    return [(r["images"], {k: v for k, v in r.items() if "loss/" in k}) for r in records]


Paint = Callable[..., Run]
KILLS, UPDATES, TIMED = 10, 12, {"seconds", "images_per_s", "data_wait"}


class Killed(BaseException):
    """The end of a process, as its files see it: nothing catches it."""


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("diffusion", ("images=24", "validate_every=8", "validate_samples=3")),
        ("pix2pix", ("images=48", "accumulate=2")),
        ("stylegan", ("images=24", "augment.flip=0.5", "optimizer.grad_clip=1")),
    ],
)
def test_killed_in_ten_random_updates(
    paint: Paint, monkeypatch: pytest.MonkeyPatch, method: str, settings: tuple[str, ...]
) -> None:
    chosen, save = method_class(method), Trainer.save
    given = ("size=32x24", "batch_size=2", "log_every=1", "checkpoint_seconds=1e-9", *settings)
    monkeypatch.setattr(Trainer, "save", lambda self: self.step % 3 or save(self))
    for update in sorted(random.Random(method).sample(range(UPDATES), KILLS)):
        with monkeypatch.context() as patch:
            patch.setattr(chosen, "training_step", _killed_in(chosen, update))
            with pytest.raises(Killed):
                paint(*given, method=chosen)
    monkeypatch.setattr(Trainer, "save", save)
    whole = paint(*given, "checkpoint_seconds=1000", method=chosen, name="whole")
    assert _state(paint(*given, method=chosen)) == _state(whole)


def _killed_in(method: Any, update: int) -> Callable[..., Any]:
    """A training step that ends the process in the last phase of an update, the first time that
    an update of this number or a later one is made."""
    original = method.training_step

    def step(self: Any, batch: Any, state: Any) -> Any:
        if state.step >= update and state.phase == method.phases[-1].name:
            raise Killed
        return original(self, batch, state)

    return step


def _state(run: Run) -> tuple[object, ...]:
    """The weights, all state of the training and the log, but for what a clock says."""
    *_, last = sorted(run.checkpoints.glob("[0-9]*"))
    training = torch.load(last / "training.pt", weights_only=True)
    log = [{k: v for k, v in r.items() if k not in TIMED} for r in read_log(run.log)]
    best = [_plain(load_file(f)) for f in run.checkpoints.glob("best/model.safetensors")]
    return _plain(load_file(last / "model.safetensors")), _plain(training), log, best


def _plain(value: Any) -> Any:
    """Tensors as bytes, which can be compared."""
    if isinstance(value, torch.Tensor):
        return value.contiguous().numpy().tobytes()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key not in TIMED}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value

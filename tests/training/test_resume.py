"""A run that is stopped in any way and started again ends as if it had never been stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tryonbench.runs import read_log

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

"""A training by `--devices 2` that is stopped in any way ends as if it had never been stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from safetensors.torch import load_file

from tests.processes.shared_work import LONG
from tryonbench.checkpoint import weights_file
from tryonbench.runs import Run, read_log


def test_killed_interrupted_and_resumed(root: Path, by_two: Path, tmp_path: Path) -> None:
    code, error = _stopped(root, tmp_path, 2, signal.SIGKILL)
    assert code == 128 + signal.SIGKILL
    assert error.splitlines()[-1].startswith("error: process 2 of 2 (rank 1) was ended by SIGKILL")
    assert "Traceback" not in error
    code, error = _stopped(root, tmp_path, 5, signal.SIGINT)
    assert code == 130
    assert error.splitlines()[-1] == "interrupted: run the same command again to go on"
    kept = len(_losses(tmp_path))
    subprocess.run(_command(root, tmp_path), check=True, env=_environment(), capture_output=True)
    assert 5 <= kept < len(_losses(tmp_path)) == len(_losses(by_two)) == 12
    assert _losses(tmp_path) == _losses(by_two)
    one, other = (load_file(weights_file(folder / "long")) for folder in (by_two, tmp_path))
    assert all((one[key] == other[key]).all() for key in one)


def _command(root: Path, runs: Path) -> list[str]:
    words = ["train", "--devices", "2", "--method", "stylegan", "--run", "long"]
    words += ["--data", str(root), "--runs", str(runs), *(w for s in LONG for w in ("--set", s))]
    return [sys.executable, "-m", "tryonbench", *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _stopped(root: Path, runs: Path, records: int, number: signal.Signals) -> tuple[int, str]:
    """Start the training and, once its log has so many records, kill its second process, or
    interrupt the one that was started; exit code and stderr."""
    process = subprocess.Popen(
        _command(root, runs), env=_environment(), stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and len(_losses(runs)) < records:
        time.sleep(0.02)
    os.kill(_second(process.pid) if number is signal.SIGKILL else process.pid, number)
    error = process.communicate(timeout=120)[1]
    return process.returncode, error


def _second(parent: int) -> int:
    """The process of rank 1."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    (found,) = (c for c in children if b"\0RANK=1\0" in Path(f"/proc/{c}/environ").read_bytes())
    return int(found)


def _losses(runs: Path) -> list[dict[str, float]]:
    records = read_log(Run(runs / "long").log)
    return [{k: v for k, v in r.items() if "loss/" in k or k == "images"} for r in records]

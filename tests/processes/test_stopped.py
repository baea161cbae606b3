"""A training by `--devices 2` that is stopped in any way ends as if it had never been stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from safetensors.torch import load_file

from tests.faults.several import launched
from tests.processes.shared_work import LONG
from tryonbench.checkpoint import weights_file
from tryonbench.runs import Run, read_log


def test_killed_interrupted_and_resumed(
    monkeypatch, capfd, root: Path, by_two: Path, tmp_path: Path
) -> None:
    words = _words(root, tmp_path)
    code = launched(monkeypatch, words, tmp_path, 2, lambda: len(_losses(tmp_path)) >= 2)
    error = capfd.readouterr().err
    assert code == 128 + signal.SIGKILL
    assert error.splitlines()[-1].startswith("error: process 2 of 2 (rank 1) was ended by SIGKILL")
    assert "Traceback" not in error
    assert _interrupted(words, tmp_path) == "interrupted: run the same command again to go on"
    kept = len(_losses(tmp_path))
    assert launched(monkeypatch, words, tmp_path) == 0
    assert 5 <= kept < len(_losses(tmp_path)) == len(_losses(by_two)) == 12
    assert _losses(tmp_path) == _losses(by_two)
    one, other = (load_file(weights_file(folder / "long")) for folder in (by_two, tmp_path))
    assert all((one[key] == other[key]).all() for key in one)


def _words(root: Path, runs: Path) -> list[str]:
    words = ["train", "--devices", "2", "--method", "stylegan", "--run", "long"]
    return [
        *words,
        "--data",
        str(root),
        "--runs",
        str(runs),
        *(w for s in LONG for w in ("--set", s)),
    ]


def _interrupted(words: list[str], runs: Path) -> str:
    """The last line of the command as typed, interrupted once its log has some records."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tryonbench", *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and len(_losses(runs)) < 5:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    return error.splitlines()[-1]


def _losses(runs: Path) -> list[dict[str, float]]:
    records = read_log(Run(runs / "long").log)
    return [{k: v for k, v in r.items() if "loss/" in k or k == "images"} for r in records]

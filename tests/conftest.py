"""Shared data: a small procedural set, the real samples and weights where they are at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tryonbench.synth import SynthSpec, write_dataset

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def synth_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """8 training and 4 test samples at 64x48; not to be changed."""
    root = tmp_path_factory.mktemp("synth") / "root"
    write_dataset(root, SynthSpec(size=(64, 48), train=8, test=4, seed=0), workers=1)
    return root


@pytest.fixture
def own_root(synth_root: Path, tmp_path: Path) -> Path:
    """A copy of `synth_root` that a test may break."""
    return Path(shutil.copytree(synth_root, tmp_path / "own"))


@pytest.fixture(scope="session")
def real_samples() -> Path:
    """The folder of real VITON-HD samples, or a skip."""
    folder = os.environ.get("TRYONBENCH_SAMPLES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRYONBENCH_SAMPLES names no folder of real VITON-HD samples")
    return Path(folder)


@pytest.fixture
def real_weights(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real weights, or a skip."""
    folder = os.environ.get("TRYONBENCH_WEIGHTS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRYONBENCH_WEIGHTS names no folder of real weights")
    return Path(folder)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nowhere are any weights; the folder is the one of `TRYONBENCH_WEIGHTS`."""
    monkeypatch.setenv("TRYONBENCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `tryonbench` in a process of its own, in an empty folder."""
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "tryonbench", *map(str, arguments)]
        return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300)

    return run

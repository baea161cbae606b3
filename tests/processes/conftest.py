"""The same work by one process, by two and by three."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.processes.shared_work import score_two, train_three
from tryonbench.synth import SynthSpec, write_dataset


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """8 training samples, and 17 test samples: two chunks of the scoring, and one more."""
    folder = tmp_path_factory.mktemp("shared") / "root"
    write_dataset(folder, SynthSpec(size=(64, 48), train=8, test=17, seed=0), workers=1)
    return folder


@pytest.fixture(scope="session")
def alone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process leaves, on one thread as the others are."""
    out, threads = tmp_path_factory.mktemp("alone"), torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRYONBENCH_CACHE", str(out / "cache"))
        train_three(root, out)
        score_two(root, out, out / "pix2pix")
    torch.set_num_threads(threads)
    return out


def _shared(count: int, root: Path, out: Path, trained: Path, *strategies: str) -> Path:
    """The work, by torchrun in some processes."""
    script = Path(__file__).with_name("shared_work.py")
    words = [str(script), str(root), str(out), str(trained), *strategies]
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(count), *words],
        env={**os.environ, "TRYONBENCH_CACHE": str(out / "cache"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def by_two(root: Path, alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes leave; in `fsdp/` a training with split weights."""
    return _shared(2, root, tmp_path_factory.mktemp("two"), alone / "pix2pix", "fsdp")


@pytest.fixture(scope="session")
def by_three(root: Path, alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What three processes leave. One of them has one row of a batch of five."""
    return _shared(3, root, tmp_path_factory.mktemp("three"), alone / "pix2pix")

"""The same work by one process, by two and by three."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.faults.killing import start
from tests.processes.shared_work import score_two, train_three
from tryonbench.processes.launch import _free_port
from tryonbench.processes.world import LOST, World
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


def _shared(count: int, root: Path, out: Path, alone: Path, two: Path) -> list[int]:
    """The work of some processes, forked from one that has imported torch; their exit codes."""
    script, port = Path(__file__).with_name("shared_work.py"), _free_port()
    places = [World(rank, count, rank, count) for rank in range(count)]
    processes = [start(script, (place, port, root, out, alone, two)) for place in places]
    for process in processes:
        process.join()
    codes = [process.exitcode for process in processes]
    print(*(file.read_text() for file in sorted(out.glob("output-*.txt"))))
    return [-1 if code is None else code for code in codes]


@pytest.fixture(scope="session")
def by_two(root: Path, alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes leave; also trainings with split weights in `fsdp/` and `resumed-fsdp/`,
    `long`, and `broken`, which ends them."""
    out = tmp_path_factory.mktemp("two")
    assert _shared(2, root, out, alone, out) == [LOST, 2]
    return out


@pytest.fixture(scope="session")
def by_three(
    root: Path, alone: Path, by_two: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What three processes leave, one of which has one row of a batch of five; also what they have
    gone on with in `resumed/`."""
    out = tmp_path_factory.mktemp("three")
    assert _shared(3, root, out, alone, by_two) == [0, 0, 0]
    return out

"""Disks that are full or read-only: one line that names the folder, nothing lost, and the same
command goes on when there is space."""

from __future__ import annotations

import gc
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.contents import contents
from tests.faults.disk import Disk
from tests.faults.killing import run
from tryonbench.efficiency import bench as benching
from tryonbench.efficiency.measure import answer

SMALL = ("--set", "images=8", "--set", "batch_size=4")
QUICK = ("--repeats", "1", "--iterations", "2", "--seconds", "0.01")


@pytest.fixture(scope="module")
def made(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained run, and one with results."""
    folder = tmp_path_factory.mktemp("made")
    train = ["train", "--method", "pix2pix", "--data", synth_root, *SMALL]
    assert run(train, folder).code == 0
    assert run(_eval(synth_root, Path("runs"), "grey-fill"), folder).code == 0
    assert run(["results", "export", "grey-fill", "--out", "runs/results.json"], folder).code == 0
    return folder / "runs"


@pytest.fixture
def runs(made: Path, disk: Disk) -> Path:
    """The same on the disk."""
    return Path(shutil.copytree(made, disk.folder / "runs"))


def _eval(root: Path, runs: Path, name: str, metrics: str = "l1") -> list[object]:
    words = ["eval", name, "--data", root, "--runs", runs, "--protocol", "synth/unpaired-64x48"]
    return [*words, "--metrics", metrics, "--no-efficiency"]


def _commands(root: Path, runs: Path, folder: Path) -> dict[str, list[object]]:
    """Each writes below the disk's folder."""
    suite = folder / "suite.yaml"
    return {
        "train": [
            "train", "--method", "pix2pix", "--data", root, *SMALL, "--runs", runs, "--seed", 1,
        ],
        "generate": ["generate", "pix2pix-nano-s0", "--data", root, "--runs", runs],
        "eval": _eval(root, runs, "pix2pix-nano-s0"),
        "eval again": _eval(root, runs, "grey-fill", "l1,ssim,kd_synth"),
        "run": ["run", suite, "--runs", runs],
        "report": ["report", "--runs", runs, "--out", folder / "report", "--figures", "none"],
        "bench": ["bench", "--method", "grey-fill", "--size", "64x48", "--runs", runs, *QUICK],
        "export": ["export", "pix2pix-nano-s0", "--format", "torchscript", "--runs", runs],
        "results import": ["results", "import", runs / "results.json", "--runs", folder / "theirs"],
        "tune": [
            "tune", "--method", "pix2pix", "--metric", "l1", "--trials", 1, "--data", root, *SMALL,
            "--set", "validate_samples=4", "--runs", runs,
        ],
        "data shard": ["data", "shard", root, "--out", folder / "shards", "--per-shard", 2],
        "data synth": [
            "data", "synth", "--size", "64x48", "--train", 2, "--test", 2, "--out", folder / "new",
        ],
    }  # fmt: skip


LEFT = {"train": 3 << 20, "tune": 1 << 20, "export": 1 << 20, "eval again": 0, "bench": 0}
"""Bytes at which a command gets half-way."""
NAMES = tuple(_commands(Path(), Path(), Path()))


@pytest.fixture(autouse=True)
def measured_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`bench` measures in this process, which has imported torch."""
    monkeypatch.setattr(benching, "run_task", lambda task, limits: answer(task, 0.0))
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", NAMES)
def test_a_full_and_a_read_only_disk(
    command, synth_root: Path, tmp_path: Path, disk: Disk, runs: Path, name: str
) -> None:
    text = f"data: {synth_root}\nmethods: [{{method: mean-colour}}]\nfloor: false\n"
    (disk.folder / "suite.yaml").write_text(
        f"{text}efficiency: false\nmetrics: l1\nprotocols: synth/unpaired-64x48\n"
    )
    words = _commands(synth_root, runs, disk.folder)[name]
    before = contents(runs)
    disk.remount("ro")
    _assert_refused(command(*words), disk, "read-only")
    disk.remount("rw")
    for leave in sorted({0, LEFT.get(name, 4096)}):
        disk.fill(leave)
        _assert_refused(command(*words), disk, "is full; make room")
        assert contents(runs).items() >= before.items()
        disk.make_room()
    done = command(*words)
    assert done.returncode == 0, done.stderr


def _assert_refused(done: subprocess.CompletedProcess[str], disk: Disk, reason: str) -> None:
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert reason in lines[0]
    assert str(disk.folder) in lines[0]
    assert not list(disk.folder.rglob(".*.tmp")), "no temporary file is left"

"""Commands in several processes: full and read-only disks, and a process that is killed."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from tests.faults.contents import contents
from tests.faults.disk import Disk
from tests.faults.killing import kills, run
from tests.faults.several import after, launched

pytestmark = pytest.mark.timeout(300 * kills())
ROW = ("--protocol", "synth/unpaired-64x48", "--metrics", "l1,kd_synth", "--no-efficiency")
SETTINGS = ("--set", "images=8", "--set", "batch_size=2", "--set", "checkpoint_seconds=1e-9")


@pytest.fixture(scope="module")
def trained(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that has made no pictures."""
    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "--method", "pix2pix", "--data", synth_root, *SETTINGS]
    assert run(words, folder).code == 0
    return folder


@pytest.fixture(scope="module")
def scored(synth_root: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with what one process makes of it."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    assert run(_eval(synth_root), folder).code == 0
    return folder


def _eval(root: Path) -> list[object]:
    return ["eval", "pix2pix-nano-s0", "--data", root, *ROW]


@pytest.mark.parametrize("command", ["train", "eval"])
def test_a_full_and_a_read_only_disk(
    monkeypatch, capfd, synth_root: Path, trained: Path, disk: Disk, command: str
) -> None:
    shutil.copytree(trained, disk.folder, dirs_exist_ok=True)
    train: list[object] = ["train", "--method", "pix2pix", "--data", synth_root, *SETTINGS]
    words = {"train": [*train, "--seed", 1], "eval": _eval(synth_root)}[command]
    before = contents(disk.folder / "runs")

    def refused(reason: str) -> None:
        assert launched(monkeypatch, words, disk.folder) == 2
        (line,) = (line for line in capfd.readouterr().err.splitlines() if "error" in line)
        assert line.startswith(f"error: {'cannot write' if reason == 'read-only' else ''}")
        assert reason in line
        assert contents(disk.folder / "runs").items() >= before.items()
        assert not list(disk.folder.rglob(".*.tmp")), "no temporary file is left"

    disk.remount("ro")
    refused("read-only")
    disk.remount("rw")
    disk.fill({"train": 3 << 20, "eval": 4096}[command])
    refused("is full; make room")
    disk.make_room()
    assert launched(monkeypatch, words, disk.folder) == 0


def test_a_process_that_is_killed(
    monkeypatch, synth_root: Path, trained: Path, scored: Path, tmp_path: Path
) -> None:
    """What is made of it by another number of processes is what one makes."""
    words, chance = _eval(synth_root), random.Random("several")
    begun = time.monotonic()
    whole = Path(shutil.copytree(trained, tmp_path / "whole"))
    assert launched(monkeypatch, words, whole) == 0
    most, expected = time.monotonic() - begun, contents(scored / "runs")
    assert contents(whole / "runs") == expected
    for number in range(kills()):
        folder = Path(shutil.copytree(trained, tmp_path / f"killed{number}"))
        code = launched(monkeypatch, words, folder, 2, after(chance.uniform(0, most)))
        assert code in (0, 137)
        contents(folder / "runs")
        assert launched(monkeypatch, words, folder, chance.choice([2, 3])) == 0
        assert contents(folder / "runs") == expected

"""Which place a process has, and how processes that cannot begin say so."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tryonbench.cli.processes import MOST, sharing
from tryonbench.errors import InputError
from tryonbench.pool import cores
from tryonbench.processes import meeting
from tryonbench.processes.meeting import ADDRESS, NUMBERS, place_in
from tryonbench.processes.world import World
from tryonbench.runs import Run, read_log

PLACE = dict(zip(NUMBERS, "1212", strict=True)) | dict(zip(ADDRESS, ("::1", "9"), strict=True))


def test_places() -> None:
    assert place_in({"PATH": "/bin"}) is None
    assert place_in(PLACE | {"RANK": "0", "WORLD_SIZE": "1"}) is None, "torchrun with one process"
    assert place_in(PLACE) == World(1, 2, 1, 2)


@pytest.mark.parametrize(
    "change",
    [
        *({name: ""} for name in PLACE if name != "RANK"),
        {"RANK": "x"},
        {"RANK": "2"},
        {"LOCAL_RANK": "-1"},
        {"LOCAL_WORLD_SIZE": "3"},
    ],
    ids=str,
)
def test_half_a_place_is_refused(
    command, monkeypatch: pytest.MonkeyPatch, synth_root: Path, change: dict[str, str]
) -> None:
    for name, value in (PLACE | change).items():
        monkeypatch.setenv(name, value)
    done = command("train", "--method", "pix2pix", "--data", synth_root)
    assert done.returncode == 2
    assert done.stderr.startswith("error: RANK=")
    assert "unset WORLD_SIZE" in done.stderr
    assert not Path("runs").exists()


@pytest.fixture
def first_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (PLACE | {"RANK": "0", "LOCAL_RANK": "0"}).items():
        monkeypatch.setenv(name, value)


def test_other_commands_work_in_one_process(command, first_of_two: None) -> None:
    done = command("data", "synth", "--size", "64x48", "--train", 2, "--test", 2, "--out", "new")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: data works in one process; start it without torchrun\n"
    assert not Path("new").exists()


def test_one_process_of_a_machine_speaks(monkeypatch, first_of_two: None) -> None:
    silent: list[bool] = []
    monkeypatch.setattr(meeting, "_fall_silent", lambda: silent.append(True))
    meeting.speak_for_all()
    assert not silent
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("LOCAL_RANK", "1")
    meeting.speak_for_all()
    assert silent


def test_devices_beside_torchrun(first_of_two: None) -> None:
    with pytest.raises(InputError, match="torchrun has started 2"), sharing(3):
        pass


def test_too_many_devices(command) -> None:
    done = command("eval", "--all", "--devices", MOST * cores() + 1)
    assert done.returncode == 2
    assert f"at most {MOST * cores()} processes" in done.stderr


def test_a_process_that_is_missing(first_of_two: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "MEETING", timedelta(seconds=1))
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "0")
    with pytest.raises(InputError, match="the 2 processes have not met at 127"):
        meeting._meet(World(0, 2, 0, 2), "gloo")


def test_signals_end_a_process_that_waits_for_others() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with meeting._ended_by_signals():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is before


def torchrun(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """A command of `tryonbench` in two processes."""
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    return subprocess.run(
        [*start, "-m", "--", "tryonbench", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=folder,
    )


def test_an_error_of_all_is_printed_once(tmp_path: Path) -> None:
    done = torchrun(tmp_path, "train", "--method", "pix2pix", "--data", tmp_path / "nowhere")
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if "nowhere" in line)
    assert line.startswith("error: the data folder")
    assert not list(tmp_path.iterdir())


def test_torchrun_trains(synth_root: Path, tmp_path: Path) -> None:
    settings = ("--set", "images=8", "--set", "batch_size=4", "--set", "validate_every=0")
    words = ("--method", "pix2pix", "--data", synth_root, "--run", "both")
    done = torchrun(tmp_path, "train", *words, *settings)
    assert done.returncode == 0, done.stderr
    run = Run(tmp_path / "runs/both")
    assert run.manifest()["processes"] == 2
    assert list(read_log(run.log))[-1]["images"] == 8
    assert list(run.checkpoints.rglob("*.safetensors"))

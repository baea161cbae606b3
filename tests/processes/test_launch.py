"""Starting processes, what is said of one that fails, and how work is dealt."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tryonbench.config import layered
from tryonbench.errors import InputError
from tryonbench.processes import launch, world
from tryonbench.processes.rows import Rows
from tryonbench.processes.world import LOST, World, dealt, gathered
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.training.hardware import refuse_strategy

SLEEP = "import time; time.sleep(600)"
SAY = (
    "import os, pathlib, sys; rank = os.environ['RANK'];"
    "pathlib.Path(os.environ['TRYONBENCH_ERRORS'], rank + '.txt').write_text({text!r});"
    "sys.exit({code})"
)
KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Python code to run in place of the command, by rank; processes get little time."""
    found: list[str] = []

    def start(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        code = found[int(environment["RANK"])]
        return subprocess.Popen([sys.executable, "-c", code], env=dict(environment))

    monkeypatch.setattr(launch, "_start", start)
    monkeypatch.setattr(launch, "GRACE", 1.0)
    return found


@pytest.mark.parametrize(
    ("codes", "expected", "said"),
    [
        (["pass", "pass"], 0, ""),
        ([SLEEP, SAY.format(text="no file", code=2)], 2, "process 2 of 2 (rank 1): no file"),
        ([f"exit({LOST})", SAY.format(text="bug", code=1)], 1, "process 2 of 2 (rank 1): bug"),
        ([SAY.format(text="no file", code=2)] * 2, 2, "no file"),
        ([SLEEP, KILL], 137, "process 2 of 2 (rank 1) was ended by SIGKILL"),
        (["exit(3)"] * 2, 3, ""),
    ],
)
def test_the_process_that_failed_is_named(
    scripts: list[str],
    capfd: pytest.CaptureFixture[str],
    codes: list[str],
    expected: int,
    said: str,
) -> None:
    scripts += codes
    assert launch.launch(2, []) == expected
    error = capfd.readouterr().err
    assert len(error.splitlines()) == bool(said)
    assert error.startswith(f"error: {said}" if said else "")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("items", [0, 1, 7, 8, 17, 24])
def test_what_is_dealt_is_gathered(monkeypatch: pytest.MonkeyPatch, count: int, items: int) -> None:
    shares, rows = [], []
    for rank in range(count):
        monkeypatch.setattr(world, "_world", World(rank, count, rank, count))
        shares.append(dealt(range(items), 8))
        own = Rows(7)
        rows += range(own.start, own.stop)
        assert own.stop > own.start
    assert gathered(shares, 8) == list(range(items))
    assert rows == list(range(7))


def test_a_batch_needs_a_row_for_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "_world", World(0, 3, 0, 3))
    with pytest.raises(InputError, match="--set batch_size=3"):
        Rows(2)


def test_fsdp_needs_processes(command, synth_root: Path) -> None:
    words = ("--method", "diffusion", "--data", synth_root, "--set", "strategy=fsdp")
    done = command("train", *words)
    assert done.returncode == 2
    assert "start some: --devices N" in done.stderr
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("setting", "phases", "said"),
    [
        ("strategy=fsdp", 2, "not for GANs; take strategy=ddp"),
        ("compile=true", 1, "does not go with compile=true"),
        ("precision=16-mixed", 1, "take bf16-mixed or 32-true"),
    ],
)
def test_fsdp_refused(
    monkeypatch: pytest.MonkeyPatch, setting: str, phases: int, said: str
) -> None:
    monkeypatch.setattr(world, "_world", World(0, 2, 0, 2))
    method = method_class("diffusion")
    values = layered(preset_values(method, "nano"), None, ["strategy=fsdp", setting])
    with pytest.raises(InputError, match=said):
        refuse_strategy(run_config(method, values), phases)

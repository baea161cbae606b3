"""Several commands at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from tryonbench.cli import together


def test_one_that_fails_leaves_the_others_alone(monkeypatch):
    lines: list[str] = []
    monkeypatch.setattr(together, "note", lines.append)
    with pytest.raises(typer.Exit) as stopped:
        together.run_together([["methods", "list"], ["train", "--method", "nope"]])
    assert stopped.value.exit_code == 2
    assert any("mean-colour" in line for line in lines)
    assert sum("nope" in line for line in lines) == 1


def test_an_interrupt_stops_and_awaits_all(monkeypatch):
    started: list[subprocess.Popen[bytes]] = []

    def start(command, output, threads):
        code = "import time; print('begun', flush=True); time.sleep(600)"
        started.append(subprocess.Popen([sys.executable, "-c", code], stdout=output))
        return started[-1]

    def interrupted(line):
        raise KeyboardInterrupt(line)

    monkeypatch.setattr(together, "_start", start)
    monkeypatch.setattr(together, "note", interrupted)
    with pytest.raises(KeyboardInterrupt, match="begun"):
        together.run_together([["one"], ["two"]])
    assert [process.poll() for process in started] == [-15, -15]

"""Results of different settings on the command line: refused or apart, and together with --mix."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.files import read_json, write_json

COMPARED = ("compare", "copy-person", "mean-colour")


@pytest.fixture
def other_settings(command, tmp_path: Path, synth_root: Path) -> None:
    """Two floor rows in `runs/`, one of which was measured with other settings."""
    common = ["--data", synth_root, "--no-efficiency", "--metrics", "ssim,l1"]
    done = command("eval", *COMPARED[1:], *common, "--protocol", "synth/unpaired-64x48")
    assert done.returncode == 0, done.stderr
    file = tmp_path / "runs/mean-colour/results/synth/unpaired-64x48.json"
    write_json(file, read_json(file) | {"fingerprint": "feedfeedfeed"})


def test_compare(command, other_settings: None) -> None:
    refused = command(*COMPARED)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "or compare them as they are with --mix, marked" in refused.stderr
    done = command(*COMPARED, "--mix")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    said = "mean-colour †: fingerprint feedfeedfeed, that of copy-person is "
    assert any(line.startswith(said) for line in lines)
    assert any("mean-colour †" in line and "│ SSIM" in line for line in lines), "in the table"


def test_report(command, tmp_path: Path, other_settings: None) -> None:
    apart = command("report", "--out", tmp_path / "apart")
    assert "--mix puts them in one, marked" in apart.stderr
    assert len(list((tmp_path / "apart/tables").glob("*.csv"))) == 2
    assert "--mix" not in command("report", "--mix", "--out", tmp_path / "mixed").stderr
    [file] = (tmp_path / "mixed/tables").glob("*-mixed.md")
    assert "*mean-colour †*" in file.read_text()

"""The committed report names no path of the machine that made it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.report.made import make_data, make_run
from tools.reference_report import reference_report, refuse_paths, shorten
from tryonbench.errors import InputError
from tryonbench.files import read_json, write_json
from tryonbench.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run with a command and pictures of the data of this machine."""
    made = Run(tmp_path / "machine/runs/pix2pix")
    make_run(made, "pix2pix", make_data(tmp_path / "machine/drawn"))
    command = [
        "/usr/local/lib/tryonbench/__main__.py",
        "train",
        "--data",
        str(tmp_path / "machine/drawn"),
    ]
    write_json(made.manifest_path, made.manifest() | {"command": command})
    return made


def test_paths_are_shortened_and_the_pictures_are_found(run: Run, tmp_path: Path) -> None:
    before = run.manifest()
    page = reference_report(run.folder.parent, tmp_path / "out")
    html = page.read_text("utf-8")
    assert str(tmp_path) not in html
    assert "tryonbench train --data drawn" in html
    assert "<dt>Folder</dt><dd>runs/pix2pix</dd>" in html
    assert "000_00 by pix2pix" in html
    assert run.manifest() == before, "the runs themselves are as they were"


def test_a_path_that_is_left_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("in /home/me/data")
    with pytest.raises(InputError, match="names /home/me"):
        refuse_paths(page, ["/home/me", "/"])
    assert not page.exists()


def test_a_data_set_that_is_gone_and_is_not_the_default_one_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "machine/drawn")
    monkeypatch.setattr("tools.reference_report.default_root", lambda: tmp_path / "other")
    with pytest.raises(InputError, match="drawn is gone; make demo draws one"):
        reference_report(run.folder.parent, tmp_path / "out")


def test_only_whole_paths_are_shortened(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    write_json(
        file, {"command": ["/env/bin/tryonbench", "/data/set", "/my/runs"], "o": "/data/set2"}
    )
    shorten(file, {"/data/set": "set", "/my/runs": "runs"})
    assert read_json(file) == {"command": ["tryonbench", "set", "runs"], "o": "/data/set2"}

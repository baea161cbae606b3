"""What a report is made from in these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.made import make_data, make_runs
from tryonbench.runs import Run


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A procedural data root with image, cloth and the truth of unpaired pairs."""
    return make_data(tmp_path_factory.mktemp("data") / "synth")


@pytest.fixture(scope="session")
def runs(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Three methods, two floor rows and a skipped method, under two protocols."""
    return make_runs(tmp_path_factory.mktemp("runs"), data)

"""Runs that were really measured, and their results as a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tryonbench.data.layout import open_split
from tryonbench.evaluation import evaluate
from tryonbench.exchange.collect import collect_parcels
from tryonbench.exchange.schema import write_exchange
from tryonbench.files import read_json, write_json
from tryonbench.protocols import get_protocol
from tryonbench.registry import method_class
from tryonbench.request import Request
from tryonbench.runs import runs_below
from tryonbench.subjects import baseline_subject, floor_subject

PROTOCOL = "synth/paired-64x48"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="session")
def measured(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three runs with results of one protocol; not to be changed."""
    root = tmp_path_factory.mktemp("home") / "somebody" / "runs"
    metrics = ("ssim", "l1", "garment_ciede2000", "kd_synth")
    request = Request(
        get_protocol(PROTOCOL), open_split(synth_root, "test"), metrics, efficiency=False
    )
    for name in ("grey-fill", "mean-colour"):
        evaluate(baseline_subject(method_class(name), root), request)
    evaluate(floor_subject("split-half", root), request)
    return root


@pytest.fixture
def runs(measured: Path, tmp_path: Path) -> Path:
    """A copy of `measured` that a test may break, below the folder where commands run."""
    return Path(shutil.copytree(measured, tmp_path / "runs"))


@pytest.fixture(scope="session")
def exported(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of `measured` with per-image values; not to be changed."""
    file = tmp_path_factory.mktemp("exported") / "theirs.json"
    write_exchange(file, collect_parcels(runs_below(measured), per_image=True).parcels)
    return file


@pytest.fixture
def forged(exported: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a copy of `exported` in which a function changed the first result."""

    def write(change: Change, name: str = "forged.json") -> Path:
        content = read_json(exported)
        change(content["results"][0])
        write_json(tmp_path / name, content)
        return tmp_path / name

    return write

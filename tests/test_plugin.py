"""A third-party method, installed as users would: listed, checked, trained, evaluated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "plugin_package"


@pytest.fixture(scope="module")
def plugin_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plug-in installed by pip."""
    site = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(PACKAGE)], check=True)
    return site


def _run(site: Path, *words: str | Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_listed(plugin_site: Path) -> None:
    rows = json.loads(_run(plugin_site, "-m", "tryonbench", "methods", "list", "--json"))
    row = next(row for row in rows if row["name"] == "tiny-paint")
    assert row == {
        "name": "tiny-paint",
        "family": "regression",
        "trainable": True,
        "presets": ["nano"],
        "source": "tryonbench-example-plugin 0.0.1",
    }


@pytest.mark.parametrize("name", ["flat-paste", "tiny-paint"])
def test_it_passes_the_contract(plugin_site: Path, name: str) -> None:
    code = "import sys; from tryonbench.testing import CHECKS; [c(sys.argv[1]) for c in CHECKS]"
    assert _run(plugin_site, "-c", code, name) == ""


def test_it_trains_and_is_evaluated(plugin_site: Path, synth_root: Path, tmp_path: Path) -> None:
    common = ["--data", synth_root, "--runs", tmp_path]
    _run(plugin_site, "-m", "tryonbench", "train", "--method", "tiny-paint", *common)
    evaluate = ["eval", "tiny-paint-nano-s0", *common, "--no-efficiency", "--json"]
    results = json.loads(_run(plugin_site, "-m", "tryonbench", *evaluate))
    assert [result["protocol"] for result in results] == [
        "synth/paired-64x48",
        "synth/unpaired-64x48",
    ]
    assert all(0 < result["metrics"]["l1"]["value"] < 1 for result in results)

"""`tryonbench compare` as typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tryonbench.files import read_json, write_json


@pytest.fixture
def evaluated(command, synth_root: Path) -> None:
    """Two floor rows in `runs/`, under the paired protocol."""
    common = ["--data", synth_root, "--no-efficiency", "--metrics", "ssim,l1,garment_ciede2000"]
    runs = ["copy-person", "mean-colour"]
    done = command("eval", *runs, *common, "--protocol", "synth/unpaired-64x48")
    assert done.returncode == 0, done.stderr


def test_the_table_and_the_verdicts(command, evaluated: None) -> None:
    done = command("compare", "copy-person", "mean-colour")
    assert done.returncode == 0, done.stderr
    assert "A − B (95 %)" in done.stdout
    assert (
        "in SSIM no difference between copy-person and mean-colour can be shown with 4 images"
        in (done.stdout)
    )


def test_seeds_of_one_method_are_summed_up(command, evaluated: None, tmp_path: Path) -> None:
    for seed in (0, 1):
        run = Path(shutil.copytree(tmp_path / "runs/mean-colour", tmp_path / f"runs/m-s{seed}"))
        manifest = read_json(run / "manifest.json") | {"kind": "training"}
        write_json(run / "manifest.json", manifest | {"config": {"seed": seed}})
    done = command("compare", "copy-person", "m-s0", "m-s1")
    [line] = [line for line in done.stdout.splitlines() if line.startswith("m-s0, m-s1: L1 0.")]
    assert "± 0.000 over 2 seeds (" in line


def test_json(command, evaluated: None) -> None:
    words = ["copy-person", "mean-colour", "--metrics", "ssim,l1", "--alpha", "0.3", "--json"]
    found = json.loads(command("compare", *words).stdout)
    assert (found["protocol"], found["n"], found["alpha"]) == ("synth/unpaired-64x48", 4, 0.3)
    assert [test["metric"] for test in found["tests"]] == ["ssim", "l1"]
    first = found["tests"][0]
    assert {"difference", "low", "high", "effect", "p", "p_holm", "verdict"} <= first.keys()
    assert first["p"] >= 0.125, "2 of 16 patterns is the least with 4 images"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mean-colour", "no-such"], "no-such is not a run; found in runs: copy-person, mean-col"),
        (
            ["mean-colour", "mean-colour"],
            "mean-colour is given twice; name two different runs or more: tryonbench compare A B",
        ),
        (["mean-colour"], "one run is given; name two different runs or more"),
        (
            ["copy-person", "mean-colour", "--protocol", "synth/paired-64x48"],
            "copy-person has no result under synth/paired-64x48 (it has: synth/unpaired-64x48)",
        ),
        (["copy-person", "mean-colour", "--metrics", "ssin"], 'did you mean "ssim"?'),
    ],
)
def test_refusals_are_one_line(command, evaluated: None, words: list[str], said: str) -> None:
    done = command("compare", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr

"""Commands killed with SIGKILL at random moments, and started again: `train`, `generate`, `eval`,
`data shard`, `results import`, `results merge`.

`TRYONBENCH_KILLS=20` kills each as often.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.faults.contents import contents
from tests.faults.killing import kills, moments, run, run_killed

pytestmark = pytest.mark.timeout(300 * kills())
TRAIN = (
    "images=16", "batch_size=4", "log_every=1", "checkpoint_seconds=1e-9", "validate_every=8",
    "validate_samples=2", "samples_every=8",
)  # fmt: skip
PROTOCOL = ("--protocol", "synth/unpaired-64x48")
METRICS = "l1,kd_synth"


def test_train(synth_root: Path, tmp_path: Path) -> None:
    settings = [word for setting in TRAIN for word in ("--set", setting)]
    words = ["train", "--method", "pix2pix", "--data", synth_root, *settings]
    _assert_resumed(words, tmp_path)


@pytest.fixture(scope="module")
def trained(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that has made no pictures."""
    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "--method", "pix2pix", "--data", synth_root, "--set", "images=8"]
    assert run(words, folder).code == 0
    return folder


def test_generate(synth_root: Path, trained: Path, tmp_path: Path) -> None:
    words = ["generate", "pix2pix-nano-s0", "--data", synth_root]
    _assert_resumed(words, tmp_path, trained)


def test_eval(synth_root: Path, trained: Path, tmp_path: Path) -> None:
    words = ["eval", "pix2pix-nano-s0", "mean-colour", "--data", synth_root, *PROTOCOL]
    _assert_resumed([*words, "--no-efficiency", "--metrics", METRICS], tmp_path, trained)


def test_data_shard(synth_root: Path, tmp_path: Path) -> None:
    words = ["data", "shard", synth_root, "--out", "runs", "--per-shard", 2]
    _assert_resumed(words, tmp_path)


@pytest.fixture(scope="module")
def exported(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of results, and no runs."""
    made, folder = (tmp_path_factory.mktemp(name) for name in ("measured", "exported"))
    words = ["eval", "grey-fill", "mean-colour", "--data", synth_root, *PROTOCOL]
    assert run([*words, "--no-efficiency", "--metrics", METRICS], made).code == 0
    words = ["results", "export", "--per-image", "--out", folder / "theirs.json"]
    assert run(words, made).code == 0
    return folder


def test_results_import(exported: Path, tmp_path: Path) -> None:
    _assert_resumed(["results", "import", exported / "theirs.json"], tmp_path)


def test_results_merge(exported: Path, tmp_path: Path) -> None:
    words = ["results", "merge", exported / "theirs.json", "--out", "runs/all.json"]
    _assert_resumed([*words, "--page", "runs/page"], tmp_path)


def _assert_resumed(words: Sequence[object], folder: Path, begin: Path | None = None) -> None:
    """Each time from the same beginning: killed at a moment, read, and run to the end."""
    whole = run(words, _new(folder / "whole", begin))
    assert whole.code == 0, (folder / "whole" / "output.txt").read_text()
    expected = contents(folder / "whole" / "runs")
    for number, moment in enumerate(moments(whole, str(words[0]))):
        broken = run_killed(words, partial(_new, folder / f"killed{number}", begin), moment)
        contents(broken / "runs")
        resumed = run(words, broken)
        assert resumed.code == 0, (moment, (broken / "output.txt").read_text())
        assert contents(broken / "runs") == expected, moment


def _new(folder: Path, begin: Path | None) -> Path:
    """A folder to work in, empty or a copy; what is there is deleted."""
    shutil.rmtree(folder, ignore_errors=True)
    if begin:
        shutil.copytree(begin, folder)
    folder.mkdir(exist_ok=True)
    return folder

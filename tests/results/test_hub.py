"""`.eval_results` of Hugging Face's Hub, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.results.conftest import PROTOCOL
from tryonbench.results.store import read_result
from tryonbench.runs import Run

BOARD = ["--format", "hf", "--dataset", "org/board", "--task", "ssim=paired_ssim"]
REQUIRED, DATASET = {"dataset", "value"}, {"id", "task_id"}
OPTIONAL = {"verifyToken", "date", "source", "notes"}
"""As in github.com/huggingface/hub-docs, eval_results.yaml at 2be4979."""


def test_the_file(command, runs: Path, tmp_path: Path) -> None:
    out = tmp_path / ".eval_results/board.yaml"
    more = ["--task", "l1=paired_l1", "--source", "https://example.org/log", "--out", out]
    done = command("results", "export", "grey-fill", *BOARD, *more)
    assert done.returncode == 0, done.stderr
    result = read_result(Run(runs / "grey-fill").result(PROTOCOL))
    entries = yaml.safe_load(out.read_text())
    assert [entry["dataset"]["task_id"] for entry in entries] == ["paired_ssim", "paired_l1"]
    assert [entry["value"] for entry in entries] == [
        result.metrics[key].value for key in ("ssim", "l1")
    ]
    for entry in entries:
        assert REQUIRED <= entry.keys() <= REQUIRED | OPTIONAL
        assert entry["dataset"].keys() == DATASET
        assert entry["dataset"]["id"] == "org/board"
        assert entry["source"] == {"url": "https://example.org/log"}
    said = f"ssim, {PROTOCOL}, fingerprint {result.fingerprint}, n = 4"
    assert entries[0]["notes"] == said


def test_only_what_is_required(command, runs: Path, tmp_path: Path) -> None:
    command("results", "export", "grey-fill", *BOARD, "--out", "x.yaml")
    [entry] = yaml.safe_load((tmp_path / "x.yaml").read_text())
    assert list(entry) == ["dataset", "value", "notes"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grey-fill", "--format", "hf"], "needs the leaderboard's dataset: --dataset ORG/NAME"),
        (["grey-fill", *BOARD[:4]], "needs the leaderboard's tasks: --task METRIC=TASK_ID"),
        (["grey-fill", *BOARD, "--task", "l1"], "needs the leaderboard's tasks"),
        (["grey-fill", *BOARD, "--task", "ssim=b"], "names a metric or a task twice"),
        (["grey-fill", *BOARD, "--source", "log.txt"], "is no address"),
        (["grey-fill", *BOARD[:4], "--task", "sim=a"], 'no metric "sim"; did you mean "ssim"?'),
        (["split-half", *BOARD], "split-half under synth/paired-64x48 has no value of ssim: the"),
        (BOARD, "there are several results (grey-fill under synth/paired-64x48, mean-colour"),
    ],
)
def test_what_is_refused(command, runs: Path, arguments: list[str], said: str) -> None:
    done = command("results", "export", *arguments, "--out", "x.yaml")
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert not Path("x.yaml").exists()

"""How long jobs may take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tryonbench.cli.run_show import print_plan
from tryonbench.runs import Run
from tryonbench.suite.estimate import estimates, together
from tryonbench.suite.plan import Planner
from tryonbench.suite.record import Record
from tryonbench.suite.spec import read_suite

SUITE = """
methods:
  - {method: pix2pix, set: [images=1000, batch_size=4], seeds: [0, 1]}
  - {method: stylegan, set: [images=1000, batch_size=4]}
  - {method: grey-fill}
protocols: synth/unpaired-64x48
floor: false
"""


def _log(run: Run, images: int) -> None:
    """As a training that was interrupted after so many images, at 4 images per second."""
    run.checkpoints.mkdir(parents=True)
    run.write_manifest(
        {
            "kind": "training", "method": "pix2pix", "family": "gan",
            "config": {"method": "pix2pix", "preset": "nano"},
        }
    )  # fmt: skip
    run.log.write_text(json.dumps({"images": images, "images_per_s": 4.0}) + "\n")


def test_a_training_takes_what_it_has_left(write, tmp_path: Path) -> None:
    suite, record = read_suite(write(SUITE)), Record(tmp_path / "suite")
    jobs = Planner(suite, tmp_path, tmp_path).jobs()
    by_name = {job.name: job for job in jobs}
    _log(Run(tmp_path / "pix2pix-nano-s1"), 800)
    record.note(by_name["train pix2pix-nano-s0"], "done", 1.0)  # with fewer images
    record.note(by_name["eval grey-fill synth/unpaired-64x48"], "done", 6.0)
    found = estimates(suite, jobs, record, tmp_path)
    assert found["train pix2pix-nano-s0"] == 250
    assert found["train pix2pix-nano-s1"] == 50
    assert found["train stylegan-nano-s0"] is None
    assert found["eval pix2pix-nano-s0 synth/unpaired-64x48"] == 6
    assert together(jobs[1:4], found, at_once=2) == (150, 1)


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ((150.0, 1), "2 of 2 jobs to run: about 0:02:30, and 1 of unknown length"),
        ((150.0, 0), "2 of 2 jobs to run: about 0:02:30"),
        ((0.0, 2), "2 of 2 jobs to run: 2 of unknown length"),
    ],
)
def test_the_time_of_all(write, tmp_path: Path, capsys, total: tuple[float, int], said: str):
    jobs = Planner(read_suite(write(SUITE)), tmp_path, tmp_path).jobs()[:2]
    record, times = Record(tmp_path / "suite"), {job.name: None for job in jobs}
    record.note(jobs[1], "failed", message="no data")
    print_plan(jobs, {job.name for job in jobs}, record, times, total)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("prepare 64x48 (unknown): tryonbench data prepare")
    assert lines[1].startswith("train pix2pix-nano-s0 (failed: no data; unknown): tryonbench train")
    assert lines[-1] == said

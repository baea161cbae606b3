"""What a suite adds to a job: the same commands by hand, and as jobs of a suite, one at a time.

The aim is under 2 s a job: the difference of the two medians by the number of jobs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tryonbench.suite.execute import Runner
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Record

JOBS = 8
COMMAND = ("methods", "list")


def by_hand(folder: Path) -> None:
    for _ in range(JOBS):
        command = [sys.executable, "-m", "tryonbench", *COMMAND]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def as_suite(folder: Path) -> None:
    record = Record(folder)
    Runner([Job(f"job {n}", COMMAND) for n in range(JOBS)], record, at_once=1).run(lambda: None)
    assert {entry.state for entry in record.entries.values()} == {"done"}


@pytest.mark.benchmark(group=f"{JOBS} commands")
@pytest.mark.parametrize("who", [by_hand, as_suite])
def test_overhead(benchmark, tmp_path: Path, who) -> None:
    benchmark.extra_info["jobs"] = JOBS
    benchmark.pedantic(who, args=(tmp_path / "suite",), rounds=3, warmup_rounds=1)

"""Evaluation by two processes on two cores beside one process on one of them, in turns.

Whole commands, from start to exit: `tryonbench eval --images … --devices N`. A process is held to
one core, and so to one thread at a time: OpenCV has threads of its own beside torch's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import COUNT

from tryonbench.data.layout import Split

METRICS = "ssim,ms_ssim,psnr,l1,garment_ciede2000,fd_synth,kd_synth"
ROUNDS = 2
pytestmark = pytest.mark.timeout(3_600)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
@pytest.mark.benchmark(group=f"evaluation of {COUNT} pictures of 1024x768 by processes")
def test_two_processes_beside_one(benchmark, split: Split, outputs: Path, tmp_path: Path) -> None:
    seconds: dict[int, list[float]] = {1: [], 2: []}
    found: dict[int, dict[str, Any]] = {}

    def in_turns() -> None:
        for count in (1, 2):
            taken, found[count] = timed(count, split, outputs, tmp_path / f"{time.time_ns()}")
            seconds[count].append(taken)

    benchmark.pedantic(in_turns, rounds=ROUNDS)
    for key, metric in found[1]["metrics"].items():
        assert found[2]["metrics"][key]["value"] == pytest.approx(metric["value"], rel=1e-6), key
    one, two = (min(seconds[count]) for count in (1, 2))
    benchmark.extra_info.update({"one": one, "two": two, "ratio": one / two})
    print(f"\none process {one:.1f} s, two {two:.1f} s: {one / two:.2f} x")


def timed(count: int, split: Split, outputs: Path, out: Path) -> tuple[float, dict[str, Any]]:
    """Seconds of a command in so many processes, each on a core, and its result."""
    words = ["eval", "--images", outputs, "--data", split.root, "--metrics", METRICS, "--json"]
    words += ["--protocol", "viton-hd/paired-1024x768", "--devices", count, "--out", out / "run"]
    cores = sorted(os.sched_getaffinity(0))[:count]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tryonbench", *map(str, words)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "TRYONBENCH_CACHE": str(out / "cache")},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.perf_counter() - started, json.loads(done.stdout)

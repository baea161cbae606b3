"""Commands in two processes on two cores beside one process on one of them, in turns.

Whole commands, from start to exit: `tryonbench eval|generate|train … --devices N`. A process is
held to one core, and so to one thread at a time: OpenCV has threads of its own beside torch's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from conftest import COUNT

from tryonbench.data.layout import Split
from tryonbench.runs import read_log
from tryonbench.synth import SynthSpec, write_dataset

METRICS = "ssim,ms_ssim,psnr,l1,garment_ciede2000,fd_synth,kd_synth"
ROUNDS = 2
SMALL = int(os.environ.get("BENCH_SMALL", "48"))
"""Pictures of 256x192 that are generated, and trained on."""
LITE = ("--method", "pix2pix", "--preset", "lite", "--set", "model.losses.perceptual=0")
NAME, PROTOCOL = "run", "synth/paired-256x192"
pytestmark = [
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores"),
]

Made = TypeVar("Made")
Work = Callable[[int], Made]
"""Runs a command in so many processes; what it made."""


@pytest.mark.benchmark(group=f"evaluation of {COUNT} pictures of 1024x768 by processes")
def test_evaluation(benchmark, split: Split, outputs: Path, tmp_path: Path) -> None:
    words = ["eval", "--images", outputs, "--data", split.root, "--metrics", METRICS, "--json"]
    words += ["--protocol", "viton-hd/paired-1024x768"]

    def work(count: int) -> Any:
        return json.loads(run(count, [*words, "--out", fresh(tmp_path)]))

    one, two = (found["metrics"] for found in in_turns(benchmark, work))
    for key, metric in one.items():
        assert two[key]["value"] == pytest.approx(metric["value"], rel=1e-6), key


@pytest.mark.benchmark(group=f"training of pix2pix lite on {SMALL} pictures by processes")
def test_training(benchmark, small: Path, tmp_path: Path) -> None:
    def work(count: int) -> int:
        log = list(read_log(trained(small, fresh(tmp_path), count, SMALL) / "log.jsonl"))
        return int(log[-1]["images"])

    assert in_turns(benchmark, work) == [SMALL, SMALL]


@pytest.mark.benchmark(group=f"generation of {SMALL} pictures by pix2pix lite by processes")
def test_generation(benchmark, small: Path, tmp_path: Path) -> None:
    runs = trained(small, tmp_path, 1, 4).parent

    def work(count: int) -> list[bytes]:
        own = Path(shutil.copytree(runs, fresh(tmp_path)))
        run(count, ["generate", NAME, "--data", small, "--protocol", PROTOCOL, "--runs", own])
        return [path.read_bytes() for path in sorted((own / NAME).rglob("*.png"))]

    one, two = in_turns(benchmark, work)
    assert len(one) == SMALL
    assert one == two


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small") / "root"
    write_dataset(root, SynthSpec(size=(256, 192), train=SMALL, test=SMALL, seed=0))
    return root


def trained(root: Path, runs: Path, count: int, images: int) -> Path:
    """The run that `train` makes."""
    words = ["train", *LITE, "--set", "batch_size=4", "--set", f"images={images}", "--run", NAME]
    run(count, [*words, "--data", root, "--runs", runs])
    return runs / NAME


def in_turns(benchmark: Any, work: Work[Made]) -> list[Made]:
    """What one and two processes made; the seconds of each go into the statistics."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    made: dict[int, Made] = {}

    def both() -> None:
        for count, found in seconds.items():
            started = time.perf_counter()
            made[count] = work(count)
            found.append(time.perf_counter() - started)

    benchmark.pedantic(both, rounds=ROUNDS)
    one, two = (min(found) for found in seconds.values())
    benchmark.extra_info.update({"one": one, "two": two, "ratio": one / two})
    print(f"\none process {one:.1f} s, two {two:.1f} s: {one / two:.2f} x")
    return list(made.values())


def run(count: int, words: Sequence[str | Path]) -> str:
    """What a command prints that has so many processes, each on a core; the cache is empty."""
    cores = sorted(os.sched_getaffinity(0))[:count]
    with TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-m", "tryonbench", *map(str, words), "--devices", str(count)],
            env={**os.environ, "OMP_NUM_THREADS": "1", "TRYONBENCH_CACHE": cache},
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return done.stdout


def fresh(folder: Path) -> Path:
    """A path in a folder that is not there yet."""
    return folder / str(time.time_ns())

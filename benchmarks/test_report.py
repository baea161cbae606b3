"""Building a report: one page with tables, figures and galleries from results that are there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tryonbench.data.layout import open_split
from tryonbench.report import build_report
from tryonbench.results.schema import DataSource, Efficiency, MetricValue, Result
from tryonbench.results.store import write_result, write_samples
from tryonbench.runs import Run
from tryonbench.synth import SynthSpec, write_dataset

METHODS, SAMPLES, SIZE = 10, 200, (64, 48)
PROTOCOL = "synth/unpaired-64x48"
KEYS = ("ssim", "psnr", "l1", "garment_ciede2000")


def write_run(run: Run, number: int, root: Path) -> None:
    """Noise as pictures, made-up values of them."""
    rng = np.random.default_rng(number)
    method, data = (
        f"method-{number}",
        DataSource(root=str(root), split="test", fingerprint="f", pairs="p"),
    )
    run.write_manifest({"kind": "training", "method": method, "family": "gan", "config": {}})
    names = open_split(root, "test").ids("image")
    run.outputs(PROTOCOL).mkdir(parents=True)
    for name in names:
        picture = Image.fromarray(rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8))
        picture.save(run.outputs(PROTOCOL) / f"{name}.png")
    values = pd.DataFrame({key: rng.random(len(names)) for key in KEYS})
    write_samples(run.samples(PROTOCOL), values.assign(id=names))
    metrics = {
        key: MetricValue(value=float(values[key].mean()), n=len(names), higher_is_better=True)
        for key in KEYS
    }
    write_result(run.result(PROTOCOL), _result(run, method, metrics, data))


def _result(run: Run, method: str, metrics: dict[str, MetricValue], data: DataSource) -> Result:
    return Result(
        method=method,
        run=run.name,
        family="gan",
        protocol=PROTOCOL,
        fingerprint="0a1b2c3d4e5f",
        n=SAMPLES,
        seed=0,
        size=SIZE,
        pairing="unpaired",
        metrics=metrics,
        efficiency=Efficiency(),
        environment={},
        data=data,
        key="k",
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    folder = tmp_path_factory.mktemp("report")
    write_dataset(folder / "data", SynthSpec(size=SIZE, train=0, test=SAMPLES, seed=0))
    made = [Run(folder / f"runs/method-{number}") for number in range(METHODS)]
    for number, run in enumerate(made):
        write_run(run, number, folder / "data")
    return made


@pytest.mark.benchmark(group=f"a report of {METHODS} methods x {SAMPLES} samples")
def test_report(benchmark, runs: list[Run], tmp_path: Path) -> None:
    page = benchmark.pedantic(build_report, args=(runs, tmp_path), rounds=3)
    text = page.read_text(encoding="utf-8")
    assert all(f"method-{number}" in text for number in range(METHODS))
    benchmark.extra_info["MB"] = page.stat().st_size / 1e6

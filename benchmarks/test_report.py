"""A report of 10 methods on 2,032 samples of 512x384: seconds to make, megabytes, seconds to open.

    pytest benchmarks/test_report.py -s

The aims are 20 s on two cores, 40 MB, and 3 s in Chromium until the page can be used.
"""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from tryonbench.files import write_json, write_text
from tryonbench.report import Options, build_report
from tryonbench.report.export import browser
from tryonbench.results.schema import DataSource, Efficiency, Latency, Memory, MetricValue, Result
from tryonbench.results.store import write_result, write_samples
from tryonbench.runs import Run

METHODS, SAMPLES, SIZE = 10, int(os.environ.get("BENCH_SAMPLES", "2032")), (512, 384)
PROTOCOL = "viton-hd/paired-512x384"
METRICS = {"ssim": True, "psnr": True, "l1": False, "lpips_alex": False, "lpips_vgg": False,
           "dists": False, "garment_ciede2000": False, "ms_ssim": True}  # fmt: skip
PICTURES = 24
"""Different ones; the others are links to them."""
IDS = [f"{i:05d}_00" for i in range(SAMPLES)]


def pictures(folder: Path, ending: str, seed: int) -> list[Path]:
    """Clouds with grain: as hard to compress as photographs."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, files = np.random.default_rng(seed), []
    for i in range(PICTURES):
        soft = Image.fromarray(rng.integers(0, 256, (64, 48, 3), dtype=np.uint8))
        clouds = soft.resize(SIZE[::-1], Image.Resampling.BICUBIC).filter(ImageFilter.BoxBlur(3))
        grain = np.asarray(clouds, float) + rng.normal(0, 3, (*SIZE, 3))
        files.append(folder / f"picture{i}{ending}")
        Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(files[-1])
    return files


def linked(folder: Path, files: list[Path], ending: str) -> None:
    """A file for each id."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(IDS):
        os.link(files[i % PICTURES], folder / f"{name}{ending}")


def data_root(root: Path) -> Path:
    for i, folder in enumerate(("image", "cloth")):
        linked(root / "test" / folder, pictures(root / "made" / folder, ".jpg", i), ".jpg")
    write_text(root / "test_pairs.txt", "\n".join(f"{name}.jpg {name}.jpg" for name in IDS))
    for i, name in enumerate(IDS):
        look = {"pattern": f"pattern {i % 9}"}
        drawn = {"garment": {"category": f"category {i % 7}", "look": look}}
        write_json(root / "test/attributes" / f"{name}.json", drawn)
    return root


def make_run(run: Run, data: Path, place: int) -> None:
    """Pictures, values and a log."""
    run.write_manifest({"kind": "training", "method": run.name, "family": "gan", "config": {}})
    made = pictures(run.folder / "made", ".png", 10 + place)
    linked(run.outputs(PROTOCOL), made, ".png")
    rng = np.random.default_rng(place)
    values = {key: rng.beta(5 + place / 4, 2, SAMPLES) for key in METRICS}
    write_samples(run.samples(PROTOCOL), pd.DataFrame({"id": IDS, **values}))
    lines = [f'{{"images": {16 * i}, "loss/generator/l1": {1 / i}}}' for i in range(1, 20_000)]
    write_text(run.log, "\n".join(lines))
    write_result(run.result(PROTOCOL), result(run, data, values, place))


def result(run: Run, data: Path, values: dict[str, np.ndarray], place: int) -> Result:
    metrics = {
        key: MetricValue(value=v.mean(), low=v.mean() - 0.01, high=v.mean() + 0.01, n=SAMPLES,
                         higher_is_better=METRICS[key])
        for key, v in values.items()
    }  # fmt: skip
    cost = Efficiency(
        parameters={"generator": 10_000_000 * (place + 1)},
        latency=Latency(median_ms=50.0 * 2**place, p90_ms=60.0 * 2**place, iterations=9, batch=1),
        memory=Memory(peak_mb=900.0 + 100 * place, kind="rss"),
        device="made up",
    )
    return Result(
        method=run.name, run=run.name, family="gan", protocol=PROTOCOL, fingerprint="f" * 12,
        n=SAMPLES, seed=0, size=SIZE, pairing="paired", metrics=metrics, efficiency=cost,
        environment={}, data=DataSource(root=str(data), split="test", fingerprint="d", pairs="p"),
        key="k",
    )  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    root = tmp_path_factory.mktemp("report")
    data = data_root(root / "data")
    found = [Run(root / "runs" / f"method-{i}") for i in range(METHODS)]
    for place, run in enumerate(found):
        make_run(run, data, place)
    return found


@pytest.mark.benchmark(group=f"a report of {METHODS} methods on {SAMPLES} samples")
def test_report(benchmark, runs: list[Run], tmp_path: Path) -> None:
    make = partial(build_report, runs, tmp_path, Options(figures=None))
    used = time.process_time()
    page = benchmark.pedantic(make, rounds=1)
    measured = {"processor_s": time.process_time() - used, "mb": page.stat().st_size / 1e6}
    if browser() is not None:
        measured["opened_s"], measured["first_figure_s"] = opened(page)
    benchmark.extra_info.update(measured)
    print("\n" + ", ".join(f"{key} {value:.2f}" for key, value in measured.items()))
    assert page.is_file()


def opened(page: Path) -> tuple[float, float]:
    """Seconds until the page's own scripts have run, and until a figure is there."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        view = chromium.new_page(viewport={"width": 1400, "height": 900})
        started = time.perf_counter()
        view.goto(page.as_uri(), wait_until="load")
        usable = time.perf_counter() - started
        view.evaluate("document.getElementById('tradeoff').scrollIntoView()")
        view.wait_for_selector("#tradeoff-1 .main-svg")
        drawn = time.perf_counter() - started
        chromium.close()
    return usable, drawn

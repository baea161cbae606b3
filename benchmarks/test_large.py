"""Peak memory of an evaluation of 50,000 images against 5,000, from a folder and from shards:
with metrics that keep a number an image, and with those that keep its features.

`BENCH_LARGE` sets another number of images.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_memory import PER_IMAGE, linked, peak

from tryonbench.data.layout import open_split
from tryonbench.shards.write import Limit, plan, write

MANY = int(os.environ.get("BENCH_LARGE", "50000"))
FEW = MANY // 10
FEATURES = ("fd_synth", "kd_synth")
pytestmark = pytest.mark.timeout(7_200)


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped networks only; an empty cache, so that the photographs have no features yet."""
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return linked(tmp_path_factory.mktemp("large"), MANY)


@pytest.fixture(scope="module")
def shards(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("shards") / "root"
    write(plan(open_split(root, "test"), out, Limit(5_000, None)), lambda done: None)
    return out


@pytest.mark.benchmark(group="peak memory of a large evaluation")
@pytest.mark.parametrize("source", ["root", "shards"])
@pytest.mark.parametrize("metrics", [PER_IMAGE, FEATURES], ids=["per image", "features"])
@pytest.mark.parametrize("count", [FEW, MANY])
def test_large(
    benchmark, request: pytest.FixtureRequest, root: Path, source: str, metrics, count: int
) -> None:
    data = request.getfixturevalue(source)
    found = benchmark.pedantic(peak, args=(root, count, metrics, data), rounds=1)
    benchmark.extra_info["MiB"] = found / 2**20
    print(f"{count} images, {', '.join(metrics)}, {source}: {found / 2**20:.0f} MiB")

"""Peak memory of an evaluation of 2,000 and of 20,000 images, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.memory import peak_resident_bytes
from tryonbench.metrics.engine import Engine
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Plan, scoring_of
from tryonbench.protocols import get_protocol
from tryonbench.synth import SynthSpec, write_dataset

FEW, MANY = 2_000, 20_000
DRAWN = 50
PER_IMAGE = ("ssim", "psnr", "l1")
pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return linked(tmp_path_factory.mktemp("many"), MANY)


def linked(folder: Path, count: int) -> Path:
    """A test split of links to a few drawn pictures under many ids."""
    write_dataset(folder / "drawn", SynthSpec(size=(64, 48), train=0, test=DRAWN, seed=0))
    for kind in ("image", "cloth"):
        files = sorted((folder / "drawn/test" / kind).iterdir())
        target = folder / "test" / kind
        target.mkdir(parents=True)
        for number in range(count):
            os.link(files[number % DRAWN], target / f"{number:05d}_00.jpg")
    lines = (f"{n:05d}_00.jpg {(n + 1) % count:05d}_00.jpg" for n in range(count))
    (folder / "test_pairs.txt").write_text("\n".join(lines))
    return folder


def peak(
    root: Path, count: int, metrics: tuple[str, ...] = PER_IMAGE, data: Path | None = None
) -> int:
    """Bytes at most, by default with every per-image metric that needs no weights.

    Args:
        root: of the images that are scored.
        data: of the photographs, if another one.
    """
    task = json.dumps([str(root), count, metrics, str(data or root)])
    command = [sys.executable, __file__, task]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.benchmark(group="peak memory of an evaluation")
@pytest.mark.parametrize("count", [FEW, MANY])
def test_memory(benchmark, root: Path, count: int) -> None:
    found = benchmark.pedantic(peak, args=(root, count), rounds=1)
    benchmark.extra_info["MiB"] = found / 2**20
    print(f"{count} images: {found / 2**20:.0f} MiB")


def main(root: str, count: int, metrics: list[str], data: str) -> None:
    import torch

    outputs, split = open_split(Path(root), "test"), open_split(Path(data), "test")
    pairs = own_garments(split)
    named = list(zip(pairs.ids, pairs.pairs, strict=True))[:count]
    items = [Item(name, outputs.path("image", name), pair) for name, pair in named]
    protocol = get_protocol("synth/paired-64x48")
    plan = Plan([scoring_of(protocol, metrics, split, [pair for _, pair in named])])
    Engine(plan, split, items, torch.device("cpu")).measure(Problems(), "bench")
    print(peak_resident_bytes())


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))

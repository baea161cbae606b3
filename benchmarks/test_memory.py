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
pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Links to a few drawn pictures under many ids."""
    folder = tmp_path_factory.mktemp("many")
    write_dataset(folder / "drawn", SynthSpec(size=(64, 48), train=0, test=DRAWN, seed=0))
    for kind in ("image", "cloth"):
        files = sorted((folder / "drawn/test" / kind).iterdir())
        target = folder / "test" / kind
        target.mkdir(parents=True)
        for number in range(MANY):
            os.link(files[number % DRAWN], target / f"{number:05d}_00.jpg")
    lines = (f"{n:05d}_00.jpg {(n + 1) % MANY:05d}_00.jpg" for n in range(MANY))
    (folder / "test_pairs.txt").write_text("\n".join(lines))
    return folder


def peak(root: Path, count: int) -> int:
    """Bytes at most, with every per-image metric that needs no weights."""
    task = json.dumps([str(root), count])
    command = [sys.executable, __file__, task]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.benchmark(group="peak memory of an evaluation")
@pytest.mark.parametrize("count", [FEW, MANY])
def test_memory(benchmark, root: Path, count: int) -> None:
    found = benchmark.pedantic(peak, args=(root, count), rounds=1)
    benchmark.extra_info["MiB"] = found / 2**20
    print(f"{count} images: {found / 2**20:.0f} MiB")


def main(root: str, count: int) -> None:
    import torch

    split = open_split(Path(root), "test")
    pairs = own_garments(split)
    named = list(zip(pairs.ids, pairs.pairs, strict=True))[:count]
    items = [Item(name, split.path("image", name), pair) for name, pair in named]
    protocol = get_protocol("synth/paired-64x48")
    plan = Plan([scoring_of(protocol, ("ssim", "psnr", "l1"), split, [pair for _, pair in named])])
    Engine(plan, split, items, torch.device("cpu")).measure(Problems(), "bench")
    print(peak_resident_bytes())


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))

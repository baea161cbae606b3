"""Samples per second at 512x384 from files of 1024x768, every modality, one process.

A straightforward loader, ours from the files, ours prepared: on the same files in one run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from straightforward import Straightforward

from tryonbench.batch import MODALITIES
from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.data.prepared import plan, prepare
from tryonbench.synth import SynthSpec, write_dataset

COUNT, SIZE = 16, (512, 384)
METHOD = ("image", "cloth", "cloth_mask", "agnostic", "pose_heatmaps", "parse_agnostic")
"""What `pix2pix` reads in training."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "root"
    write_dataset(folder, SynthSpec(size=(1024, 768), train=0, test=COUNT, seed=0))
    return folder


@pytest.fixture
def loaders(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Callable[[int], object]]:
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path))
    split = open_split(root, "test")
    pairs, prepared = own_garments(split), prepare(plan(split, SIZE, MODALITIES))
    return {
        "straightforward": Straightforward(root / "test", SIZE).__getitem__,
        "cold": VitonHD(split, pairs, SIZE, MODALITIES).__getitem__,
        "cold, pix2pix's modalities": VitonHD(split, pairs, SIZE, METHOD).__getitem__,
        "prepared": VitonHD(split, pairs, SIZE, MODALITIES, prepared).__getitem__,
    }


@pytest.mark.benchmark(group=f"{COUNT} samples at 512x384 from 1024x768", min_rounds=3)
@pytest.mark.parametrize(
    "name", ["straightforward", "cold", "cold, pix2pix's modalities", "prepared"]
)
def test_loader(benchmark, loaders: dict[str, Callable[[int], object]], name: str) -> None:
    load = loaders[name]
    samples = benchmark(lambda: [load(i) for i in range(COUNT)])
    assert len(samples) == COUNT

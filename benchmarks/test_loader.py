"""Samples per second of the dataset class, on the procedural set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.batch import MODALITIES
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.synth import SynthSpec, write_dataset

COUNT = 16


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "root"
    write_dataset(folder, SynthSpec(size=(256, 192), train=0, test=COUNT, seed=0))
    return folder


@pytest.mark.benchmark(group=f"{COUNT} samples at 256x192")
@pytest.mark.parametrize(
    "modalities", [("image", "cloth"), MODALITIES], ids=["two modalities", "all modalities"]
)
def test_loader(benchmark, root: Path, modalities) -> None:
    split = open_split(root, "test")
    dataset = VitonHD(split, own_garments(split), (256, 192), modalities)
    batch = benchmark(lambda: joined([dataset[i] for i in range(COUNT)]))
    assert len(batch) == COUNT

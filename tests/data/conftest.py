"""What several tests of the data tools use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.batch import MODALITIES, TryOnBatch
from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import pairs_of
from tryonbench.shards.write import Limit, plan, write


@pytest.fixture
def first_batch(synth_root: Path) -> TryOnBatch:
    """The first unpaired test sample of the procedural set at 64x48, with every modality."""
    split = open_split(synth_root, "test")
    pairs = pairs_of(split, "unpaired", "test_pairs.txt")
    return VitonHD(split, pairs, (64, 48), MODALITIES)[0]


@pytest.fixture(scope="session")
def sharded_root(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`synth_root` in shards of 3 persons; not to be changed."""
    out = tmp_path_factory.mktemp("shards") / "root"
    for name in ("train", "test"):
        write(plan(open_split(synth_root, name), out, Limit(3, None)), lambda done: None)
    return out

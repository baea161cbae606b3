"""What several tests of the data tools use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.batch import MODALITIES, TryOnBatch
from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import pairs_of


@pytest.fixture
def first_batch(synth_root: Path) -> TryOnBatch:
    """The first unpaired test sample of the procedural set at 64x48, with every modality."""
    split = open_split(synth_root, "test")
    pairs = pairs_of(split, "unpaired", "test_pairs.txt")
    return VitonHD(split, pairs, (64, 48), MODALITIES)[0]

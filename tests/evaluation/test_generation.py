"""Which images are made, and in which batches."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tryonbench.batch import TryOnBatch
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.generation import Task, generate_images, missing_positions
from tryonbench.protocols import get_protocol
from tryonbench.registry import method_class


class ByBatch:
    """Pictures as bright as their batch is long."""

    info = method_class("grey-fill").info
    networks = nn.ModuleDict()

    def generate(self, batch: TryOnBatch, seeds: list[int]) -> Tensor:
        return torch.full((len(batch), 3, *batch.size), len(batch) / 10)


@pytest.mark.parametrize("gone", [{"00001_00"}, {"00003_00"}, {"00000_00", "00002_00", "00003_00"}])
def test_what_is_missing_is_made_in_its_own_batch(
    synth_root: Path, tmp_path: Path, gone: set[str]
) -> None:
    split = open_split(synth_root, "test")
    protocol = get_protocol("synth/paired-64x48").model_copy(update={"batch_size": 3})
    task, method = Task(protocol, split, own_garments(split), "key"), ByBatch()

    def made() -> dict[str, bytes]:
        generate_images(method, task, tmp_path, missing_positions(task, tmp_path), "test")
        return {file.stem: file.read_bytes() for file in tmp_path.glob("*.png")}

    whole = made()
    assert len(whole) == 4
    assert whole["00000_00"] != whole["00003_00"], "a batch of three, and one of one"
    for name in gone:
        (tmp_path / f"{name}.png").unlink()
    kept = {file: file.stat().st_ino for file in tmp_path.glob("*.png")}
    assert made() == whole
    assert {file: file.stat().st_ino for file in kept} == kept, "the others are left alone"

"""A method of one convolution, which trains in no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tryonbench.checkpoint import weights_file
from tryonbench.config import layered
from tryonbench.data.layout import open_split
from tryonbench.method import MethodInfo, Phase, TrainState, TryOnBatch, TryOnMethod
from tryonbench.registry import preset_values, run_config
from tryonbench.runs import Run
from tryonbench.training.start import train

Paint = Callable[..., Run]


class Painter(TryOnMethod):
    """A convolution from agnostic image and garment to the photograph, by squared error."""

    info = MethodInfo("painter", "regression", "none", "Apache-2.0", ("cloth", "agnostic"))
    phases = (Phase("generator", ("painter",)),)

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        nano = {"size": [64, 48], "images": 16, "batch_size": 4, "log_every": 1}
        return {"nano": nano, "tiny": {"size": [32, 24], "images": 16, "batch_size": 4}}

    def build(self) -> dict[str, nn.Module]:
        return {"painter": nn.Conv2d(6, 3, 3, padding=1)}

    def _paint(self, batch: TryOnBatch) -> Tensor:
        stacked = torch.cat((batch.need("agnostic"), batch.need("cloth")), dim=1)
        return torch.tanh(self.networks["painter"](stacked))

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        return {"l2": (self._paint(batch) - batch.need("image")).square().mean()}

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return self._paint(batch).float()


@pytest.fixture
def painter() -> type[TryOnMethod]:
    return Painter


@pytest.fixture
def paint(synth_root: Path, tmp_path: Path) -> Paint:
    """Train `Painter`, or a method like it, with some settings; the run."""

    def run(
        *assignments: str,
        name: str = "run",
        method: type[TryOnMethod] = Painter,
        root: Path = synth_root,
        **given: Any,
    ) -> Run:
        values = layered(preset_values(method, "nano"), None, assignments)
        made = Run(tmp_path / name)
        train(method, run_config(method, values), open_split(root, "train"), made, **given)
        return made

    return run


@pytest.fixture
def off() -> Callable[[Run, Run], float]:
    """The largest difference of two runs' last weights."""

    def difference(one: Run, two: Run) -> float:
        first, second = (load_file(weights_file(run.folder)) for run in (one, two))
        assert first.keys() == second.keys()
        return max((first[k].float() - second[k].float()).abs().max().item() for k in first)

    return difference


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The networks are tiny; the number of threads is put back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)

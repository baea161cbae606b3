"""Real-size pictures, and random networks in the official file formats."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from tryonbench.data.layout import Split, open_split
from tryonbench.environment import package_versions
from tryonbench.files import file_sha256
from tryonbench.metrics.inception_net import build_inception, inception_features
from tryonbench.synth import SynthSpec, write_dataset
from tryonbench.weights import REGISTRY, hub_folder

COUNT = int(os.environ.get("BENCH_IMAGES", "200"))
"""Pictures of an evaluation; 24 are enough for a look, but fixed parts weigh more then."""


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: Any) -> None:
    """What `benchmarks/compare.py` wants to know of a run."""
    machine_info["torch"] = torch.__version__
    machine_info["threads"] = torch.get_num_threads()
    machine_info["versions"] = {name: v for name, v in package_versions().items() if v}
    machine_info["command"] = " ".join(["pytest", *sys.argv[1:]])


def random_inception() -> dict[str, torch.Tensor]:
    """A state dict as pytorch-fid's file has it."""
    from torchvision.models.inception import Inception3

    torch.manual_seed(0)
    state: dict[str, torch.Tensor] = Inception3(num_classes=1008, init_weights=False).state_dict()
    return {name: tensor for name, tensor in state.items() if "AuxLogits" not in name}


class Layers(torch.nn.Module):
    """A random Inception that can be traced."""

    def __init__(self) -> None:
        super().__init__()
        network = build_inception(random_inception(), 2048)
        self.network = network.to(memory_format=torch.contiguous_format)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return inception_features(self.network, images.contiguous(), 2048)[2048][..., None, None]


class Official(torch.nn.Module):
    """As the official TorchScript file is built."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = Layers()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images)


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    root = tmp_path_factory.mktemp("synth") / "root"
    write_dataset(root, SynthSpec(size=(1024, 768), train=0, test=COUNT, seed=0))
    return open_split(root, "test")


@pytest.fixture(scope="module")
def outputs(split: Split, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photographs as JPEG q75."""
    folder = tmp_path_factory.mktemp("outputs")
    for name in split.ids("image"):
        Image.open(split.path("image", name)).save(folder / f"{name}.jpg", quality=75)
    return folder


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Random weights in the official formats, registered; an empty cache."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TRYONBENCH_WEIGHTS", raising=False)
    hub_folder().mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _save_networks()
        for name in ("inception", "inception-pytorch", "alexnet"):
            source = replace(REGISTRY[name].official, sha256=file_sha256(_file(name)))
            monkeypatch.setitem(REGISTRY, name, replace(REGISTRY[name], sources=(source,)))
        yield hub_folder()


def _file(name: str) -> Path:
    return hub_folder() / REGISTRY[name].official.file


def _save_networks() -> None:
    from torchvision.models import alexnet

    torch.jit.trace(Official(), torch.zeros(1, 3, 299, 299)).save(_file("inception"))
    torch.save(random_inception(), _file("inception-pytorch"))
    torch.save(alexnet().state_dict(), _file("alexnet"))

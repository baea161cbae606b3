"""Our evaluation beside the usual stack, on the same pictures of 1024x768, in one process.

The usual stack: clean-fid's FID, then its KID, then torchmetrics' SSIM and PSNR, then lpips, each
reading the files itself. Both sides load one random Inception and AlexNet in the official formats.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import own_garments
from tryonbench.files import file_sha256
from tryonbench.metrics.engine import Engine
from tryonbench.metrics.inception_net import build_inception, inception_features
from tryonbench.metrics.loading import Item
from tryonbench.metrics.lpips import load_lpips
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Plan, scoring_of
from tryonbench.protocols import get_protocol
from tryonbench.synth import SynthSpec, write_dataset
from tryonbench.weights import REGISTRY, hub_folder

COUNT = int(os.environ.get("BENCH_IMAGES", "40"))
KEYS = ("fid", "kid", "ssim", "psnr", "lpips_alex")
CPU = torch.device("cpu")
GROUP = f"FID, KID, SSIM, PSNR, LPIPS of {COUNT} pictures of 1024x768"


class Layers(torch.nn.Module):
    """A random Inception that can be traced."""

    def __init__(self) -> None:
        from torchvision.models.inception import Inception3

        super().__init__()
        state = Inception3(aux_logits=False, init_weights=False).state_dict()
        self.network = build_inception(state, 2048).to(memory_format=torch.contiguous_format)

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
    torch.manual_seed(0)
    from torchvision.models import alexnet

    hub_folder().mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        official = torch.jit.trace(Official(), torch.zeros(1, 3, 299, 299))
        official.save(hub_folder() / REGISTRY["inception"].official.file)
        torch.save(alexnet().state_dict(), hub_folder() / REGISTRY["alexnet"].official.file)
        for name in ("inception", "alexnet"):
            file = hub_folder() / REGISTRY[name].official.file
            source = replace(REGISTRY[name].official, sha256=file_sha256(file))
            monkeypatch.setitem(REGISTRY, name, replace(REGISTRY[name], sources=(source,)))
        yield hub_folder()


def ours(split: Split, outputs: Path) -> dict[str, float | None]:
    pairs = own_garments(split)
    items = [
        Item(name, outputs / f"{name}.jpg", pair)
        for name, pair in zip(pairs.ids, pairs.pairs, strict=True)
    ]
    plan = Plan([scoring_of(get_protocol("viton-hd/paired-1024x768"), KEYS, split, pairs.pairs)])
    (measured,) = Engine(plan, split, items, CPU).measure(Problems(), "bench")
    return {key: metric.value for key, metric in measured.values.items()}


def usual(split: Split, outputs: Path, weights: Path) -> dict[str, float]:
    from cleanfid.fid import fid_from_feats, kernel_distance
    from cleanfid.inception_torchscript import InceptionV3W

    network = InceptionV3W(str(weights), download=False)
    photographs = split.folder / "image"

    def features() -> list[Any]:
        return [_clean_features(folder, network) for folder in (photographs, outputs)]

    found = {"fid": float(fid_from_feats(*features())), "kid": float(kernel_distance(*features()))}
    return found | _torchmetrics(photographs, outputs) | _lpips(photographs, outputs)


def _clean_features(folder: Path, network: Any) -> Any:
    from cleanfid.fid import get_folder_features

    quiet = {"num_workers": 0, "batch_size": 32, "verbose": False, "mode": "clean"}
    return get_folder_features(str(folder), network, device=CPU, **quiet)


def _both(photographs: Path, outputs: Path) -> Iterator[list[torch.Tensor]]:
    for file in sorted(outputs.iterdir()):
        arrays = [np.asarray(Image.open(f / file.name)) for f in (outputs, photographs)]
        yield [torch.from_numpy(a).permute(2, 0, 1)[None].float() / 255 for a in arrays]


def _torchmetrics(photographs: Path, outputs: Path) -> dict[str, float]:
    from torchmetrics.image import PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure

    found = {}
    for key, metric in (
        ("ssim", StructuralSimilarityIndexMeasure(data_range=1.0)),
        ("psnr", PeakSignalNoiseRatio(data_range=1.0, reduction="elementwise_mean", dim=(1, 2, 3))),
    ):
        for pair in _both(photographs, outputs):
            metric.update(*pair)
        found[key] = float(metric.compute())
    return found


def _lpips(photographs: Path, outputs: Path) -> dict[str, float]:
    from lpips import LPIPS

    model = LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    model.load_state_dict(load_lpips("alex", CPU).state_dict())
    with torch.no_grad():
        values = [model(a * 2 - 1, b * 2 - 1).item() for a, b in _both(photographs, outputs)]
    return {"lpips_alex": float(np.mean(values))}


@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize("who", ["usual", "ours, cold", "ours, photographs known"])
def test_evaluation(benchmark, split: Split, outputs: Path, weights: Path, who: str) -> None:
    if who.endswith("known"):
        ours(split, outputs)
    run = (usual, (split, outputs, weights)) if who == "usual" else (ours, (split, outputs))
    found = benchmark.pedantic(run[0], args=run[1], rounds=1)
    assert set(found) == set(KEYS)
    benchmark.extra_info.update({key: value for key, value in found.items() if value is not None})

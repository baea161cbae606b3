"""Our evaluation beside the usual stack, torch-fidelity, and the bare work, on the same pictures.

The usual stack: clean-fid's FID, then its KID, then torchmetrics' SSIM and PSNR, then lpips, each
reading the files itself. clean-fid's settings are its defaults, 12 reading processes among them;
its two metrics share one loaded network, which `compute_fid` and `compute_kid` would load twice.
Every side loads one random Inception and AlexNet in the official formats and has all threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import COUNT
from PIL import Image

from tryonbench.data.layout import Split
from tryonbench.data.pairs import own_garments
from tryonbench.metrics import make_metric
from tryonbench.metrics.base import Scored
from tryonbench.metrics.engine import Engine
from tryonbench.metrics.inception import make_extractor
from tryonbench.metrics.loading import CHUNK, Item
from tryonbench.metrics.lpips import load_lpips
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Plan, scoring_of
from tryonbench.metrics.views import View, as_bytes, as_unit, open_picture
from tryonbench.protocols import get_protocol
from tryonbench.weights import REGISTRY

KEYS = ("fid", "kid", "ssim", "psnr", "lpips_alex")
FEATURE_KEYS = ("fid", "kid", "precision", "recall")
CPU = torch.device("cpu")
SIZE = f"{COUNT} pictures of 1024x768"
pytestmark = pytest.mark.timeout(3_600)


def ours(
    split: Split, outputs: Path, keys: tuple[str, ...] = KEYS, resize: str = "clean"
) -> dict[str, float | None]:
    pairs = own_garments(split)
    items = [
        Item(name, outputs / f"{name}.jpg", pair)
        for name, pair in zip(pairs.ids, pairs.pairs, strict=True)
    ]
    features = {key: {"resize": resize} for key in FEATURE_KEYS}
    own = get_protocol("viton-hd/paired-1024x768")
    protocol = own.model_copy(update={"metrics": {**own.metrics, **features}})
    plan = Plan([scoring_of(protocol, keys, split, pairs.pairs)])
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

    quiet = {"batch_size": 32, "verbose": False, "mode": "clean"}
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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.benchmark(group=f"FID, KID, SSIM, PSNR, LPIPS of {SIZE}")
@pytest.mark.parametrize("who", ["usual", "ours, cold", "ours, photographs known"])
def test_evaluation(benchmark, split: Split, outputs: Path, weights: Path, who: str) -> None:
    if who.endswith("known"):
        ours(split, outputs)
    run = (usual, (split, outputs, weights)) if who == "usual" else (ours, (split, outputs))
    found = benchmark.pedantic(run[0], args=run[1], rounds=1)
    assert set(found) == set(KEYS)
    benchmark.extra_info.update({key: value for key, value in found.items() if value is not None})


def fidelity(split: Split, outputs: Path, weights: Path) -> dict[str, float]:
    from torch_fidelity import calculate_metrics

    found: dict[str, float] = calculate_metrics(
        input1=str(outputs),
        input2=str(split.folder / "image"),
        cuda=False,
        cache=False,
        verbose=False,
        fid=True,
        kid=True,
        prc=True,
        feature_extractor="inception-v3-compat",
        feature_layer_prc="2048",
        kid_subset_size=min(COUNT, 1000),
        feature_extractor_weights_path=str(weights / REGISTRY["inception-pytorch"].official.file),
    )
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.benchmark(group=f"FID, KID, precision and recall of {SIZE}")
@pytest.mark.parametrize("who", ["torch-fidelity", "ours"])
def test_features(benchmark, split: Split, outputs: Path, weights: Path, who: str) -> None:
    mine = (ours, (split, outputs, FEATURE_KEYS, "tf1"))
    run = (fidelity, (split, outputs, weights)) if who == "torch-fidelity" else mine
    found = benchmark.pedantic(run[0], args=run[1], rounds=1)
    benchmark.extra_info.update({key: float(value) for key, value in found.items()})


def bare(split: Split, outputs: Path) -> int:
    """Decoding each file and running each network, and nothing else."""
    extract = make_extractor("inception", "clean", CPU)
    compare = make_metric("lpips_alex", {}).scorer(CPU)
    names = split.ids("image")
    with torch.inference_mode():
        for start in range(0, len(names), CHUNK):
            group = names[start : start + CHUNK]
            files = [outputs / f"{name}.jpg" for name in group]
            sides = files, [split.path("image", name) for name in group]
            pictures = [[View().of(open_picture(path)) for path in side] for side in sides]
            for side in pictures:
                extract(as_bytes(side))
            compare(Scored(as_unit(pictures[0]), as_unit(pictures[1]), None))
    return len(names)


@pytest.mark.benchmark(group=f"overhead: FID and LPIPS of {SIZE}")
@pytest.mark.parametrize("who", ["decoding and networks", "ours"])
def test_overhead(benchmark, split: Split, outputs: Path, who: str) -> None:
    mine = (ours, (split, outputs, ("fid", "lpips_alex")))
    run = mine if who == "ours" else (bare, (split, outputs))
    benchmark.pedantic(run[0], args=run[1], rounds=1)

"""`benchmarks/test_engine.py` on `BENCH_DEVICE`: our evaluation beside the usual stack.

There the usual stack runs on the processor. Here clean-fid, torchmetrics and lpips have networks
and pictures on the accelerator; files are decoded by the processor on both sides.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import test_engine
import torch
from conftest import COUNT

from tryonbench.data.layout import Split
from tryonbench.metrics.lpips import load_lpips

DEVICE = torch.device(os.environ.get("BENCH_DEVICE", "cuda"))


@pytest.fixture(autouse=True)
def on_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine gets the device that `ours` names."""
    if DEVICE.type == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here; BENCH_DEVICE=cpu tries it on the processor")
    monkeypatch.setattr(test_engine, "CPU", DEVICE)


def usual(split: Split, outputs: Path, weights: Path) -> dict[str, float]:
    """clean-fid's FID and KID, then torchmetrics' SSIM and PSNR, then LPIPS, each for itself."""
    folders = (split.folder / "image", outputs)
    return _distances(folders, weights) | _similarities(folders) | _lpips(folders)


def _distances(folders: tuple[Path, Path], weights: Path) -> dict[str, float]:
    from cleanfid.fid import fid_from_feats, kernel_distance
    from cleanfid.inception_torchscript import InceptionV3W

    network = InceptionV3W(str(weights), download=False).to(DEVICE)

    def features() -> list[object]:
        return [test_engine._clean_features(folder, network) for folder in folders]

    return {"fid": float(fid_from_feats(*features())), "kid": float(kernel_distance(*features()))}


def _similarities(folders: tuple[Path, Path]) -> dict[str, float]:
    from torchmetrics.image import PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure

    ssim = StructuralSimilarityIndexMeasure(data_range=1.0).to(DEVICE)
    mean = {"reduction": "elementwise_mean", "dim": (1, 2, 3)}
    psnr = PeakSignalNoiseRatio(data_range=1.0, **mean).to(DEVICE)
    for metric in (ssim, psnr):
        for pair in test_engine._both(*folders):
            metric.update(*(picture.to(DEVICE) for picture in pair))
    return {"ssim": float(ssim.compute()), "psnr": float(psnr.compute())}


def _lpips(folders: tuple[Path, Path]) -> dict[str, float]:
    from lpips import LPIPS

    model = LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    model.load_state_dict(load_lpips("alex", torch.device("cpu")).state_dict())
    model.to(DEVICE)
    total = torch.zeros((), device=DEVICE)
    with torch.no_grad():
        for pair in test_engine._both(*folders):
            one, two = (picture.to(DEVICE) * 2 - 1 for picture in pair)
            total += model(one, two).squeeze()
    return {"lpips_alex": float(total) / COUNT}


@pytest.mark.benchmark(group=f"FID, KID, SSIM, PSNR, LPIPS of {COUNT} pictures on {DEVICE}")
@pytest.mark.parametrize("who", ["usual", "ours, cold", "ours, photographs known"])
def test_evaluation(benchmark, split: Split, outputs: Path, weights: Path, who: str) -> None:
    if who.endswith("known"):
        test_engine.ours(split, outputs)
    run = (
        (usual, (split, outputs, weights))
        if who == "usual"
        else (test_engine.ours, (split, outputs))
    )
    found = benchmark.pedantic(run[0], args=run[1], rounds=1)
    assert set(found) == set(test_engine.KEYS)
    benchmark.extra_info.update({key: value for key, value in found.items() if value is not None})

"""Random weights in the official file formats, and pictures, for both sides of a comparison."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.files import file_sha256
from tryonbench.weights import REGISTRY, hub_folder

State = dict[str, torch.Tensor]
Official = Callable[[str, State], None]


@pytest.fixture
def official(no_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Official:
    """Put a state dict where the packages look for a network's official file, and register it."""

    def save(name: str, state: State) -> None:
        hub_folder().mkdir(parents=True, exist_ok=True)
        path = hub_folder() / REGISTRY[name].official.file
        torch.save(state, path)
        source = replace(REGISTRY[name].official, sha256=file_sha256(path))
        monkeypatch.setitem(REGISTRY, name, replace(REGISTRY[name], sources=(source,)))

    return save


@pytest.fixture
def quiet_peers() -> Iterator[None]:
    """The other packages call torch in deprecated ways."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _drawn(height: int, width: int) -> torch.Tensor:
    """uint8 (4, 3, H, W): smooth, noisy, black beside white, and constant."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 8, 6, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = torch.rand(1, 3, height, width, generator=generator)
    halves = (torch.arange(width) < width // 2).float().expand(1, 3, height, width)
    grey = torch.full((1, 3, height, width), 0.5)
    return (torch.cat([smooth, noise, halves, grey]) * 255).round().byte()


def _photographs(height: int, width: int) -> torch.Tensor:
    """uint8 (4, 3, H, W): real photographs, or a skip."""
    folder = Path(os.environ.get("TRYONBENCH_SAMPLES", "")) / "viton-hd-photos/test/image"
    if not folder.is_dir():
        pytest.skip("TRYONBENCH_SAMPLES names no folder of real VITON-HD samples")
    files = sorted(folder.glob("*.jpg"))[:4]
    arrays = [np.asarray(Image.open(file).resize((width, height))) for file in files]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)


@pytest.fixture(params=[_drawn, _photographs], ids=["drawn", "photographs"])
def pictures(request: pytest.FixtureRequest) -> Callable[[int, int], torch.Tensor]:
    """Four pictures of a size, uint8 (4, 3, H, W)."""
    make: Callable[[int, int], torch.Tensor] = request.param
    return make

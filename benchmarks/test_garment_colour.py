"""The garment's colour difference: its pixels alone in blocks, beside the whole picture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tryonbench.metrics.base import Scored, mean_inside
from tryonbench.metrics.ciede2000 import ciede2000, lab_from_srgb
from tryonbench.metrics.garment_colour import GarmentCiede2000

SIZE = (1024, 768)
COUNT = 8
"""What an evaluation takes at a time."""


def whole(images: Scored) -> Tensor:
    assert images.region is not None
    error = ciede2000(lab_from_srgb(images.output), lab_from_srgb(images.truth))
    return mean_inside(error, images.region)


@pytest.fixture(scope="module")
def images() -> Scored:
    """A garment that covers a quarter of the picture."""
    torch.manual_seed(0)
    region = torch.zeros(COUNT, *SIZE, dtype=torch.bool)
    region[:, 256:768, 192:576] = True
    return Scored(torch.rand(COUNT, 3, *SIZE), torch.rand(COUNT, 3, *SIZE), region)


@pytest.mark.benchmark(group=f"garment colour of {COUNT} pictures of 1024x768")
@pytest.mark.parametrize(
    "score", [whole, GarmentCiede2000().scorer(torch.device("cpu"))], ids=["whole", "ours"]
)
def test_garment_colour(benchmark, images: Scored, score: Callable[[Scored], Tensor]) -> None:
    found = benchmark.pedantic(score, args=(images,), rounds=3, warmup_rounds=1)
    assert torch.allclose(found, whole(images), rtol=1e-12, atol=0)

"""Batches of random pictures in the right ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch

from tryonbench.batch import TryOnBatch

MakeBatch = Callable[..., TryOnBatch]


def random_batch(count: int = 2, size: tuple[int, int] = (64, 48), seed: int = 0) -> TryOnBatch:
    """Every modality that the first-party methods read; coarse pictures, which can be learnt."""
    generator = torch.Generator().manual_seed(seed)
    height, width = size

    def picture(channels: int) -> torch.Tensor:
        coarse = torch.rand(count, channels, height // 8, width // 8, generator=generator)
        return torch.nn.functional.interpolate(coarse, size) * 2 - 1

    def mask() -> torch.Tensor:
        return (picture(1) > 0).float()

    joints = torch.rand(count, 18, 3, generator=generator) * torch.tensor([width, height, 1.0])
    ids = tuple(f"{seed}_{i}" for i in range(count))
    image, covered = picture(3), mask()
    return TryOnBatch(
        ids=ids,
        person_ids=ids,
        cloth_ids=ids,
        size=size,
        image=image,
        cloth=picture(3),
        cloth_mask=mask(),
        agnostic=image * (1 - covered),
        agnostic_mask=covered,
        parse_agnostic=torch.randint(20, (count, *size), generator=generator),
        keypoints=joints,
        pose_heatmaps=torch.rand(count, 18, *size, generator=generator),
        parse=torch.randint(20, (count, *size), generator=generator),
    )


@pytest.fixture
def make_batch() -> MakeBatch:
    return random_batch


@pytest.fixture(autouse=True)
def reproducible() -> Iterator[None]:
    """One thread (the networks are tiny) and a fixed seed; both are put back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield
    torch.set_num_threads(threads)

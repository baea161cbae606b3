"""Random inputs of the right shapes and ranges, for the contract suite and for timing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.data.labels import COUNT


def random_batch(
    count: int, size: tuple[int, int], modalities: Sequence[Modality], seed: int
) -> TryOnBatch:
    """`count` samples of random content; sample i is the same whatever `count` is."""
    rows = [_random_sample(size, modalities, seed + i) for i in range(count)]
    tensors: dict[str, Any] = {m: torch.stack([row[m] for row in rows]) for m in modalities}
    ids = tuple(f"{i:05d}_00" for i in range(count))
    return TryOnBatch(ids=ids, person_ids=ids, cloth_ids=ids, size=size, **tensors)


def _random_sample(
    size: tuple[int, int], modalities: Sequence[Modality], seed: int
) -> dict[Modality, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: _random_modality(name, size, generator) for name in sorted(modalities)}


def _random_modality(name: Modality, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    if name in ("cloth_mask", "agnostic_mask"):
        return (torch.rand(1, *size, generator=generator) > 0.5).float()
    if name in ("parse", "parse_agnostic"):
        return torch.randint(0, COUNT, size, generator=generator)
    if name == "pose_heatmaps":
        return torch.rand(18, *size, generator=generator)
    if name == "keypoints":
        scale = torch.tensor([size[1], size[0], 1.0])
        return torch.rand(18, 3, generator=generator) * scale
    return torch.rand(3, *size, generator=generator) * 2 - 1

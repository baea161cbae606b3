"""Seeds: one for each image, so that results do not depend on batch, order, rank or resume."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def derive(*parts: object) -> int:
    """A 63-bit seed from any printable parts, equal on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def image_seed(protocol_seed: int, image_id: str) -> int:
    """The seed with which one image of a protocol is generated."""
    return derive("image", protocol_seed, image_id)


def noise(seeds: Sequence[int], shape: Sequence[int], device: torch.device) -> torch.Tensor:
    """Standard normal noise of shape (len(seeds), *shape), float32, each row from its own seed.

    Drawn on the CPU, whatever the device, so that every device sees the same noise.
    """
    import torch

    rows = [torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(rows).to(device)

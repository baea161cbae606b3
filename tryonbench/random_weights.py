"""Networks moved off their first weights: zero-initialised heads would make checks vacuous."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from tryonbench.seeds import derive

SPREAD = 0.02


@torch.no_grad()
def shake(networks: nn.Module) -> None:
    """Add noise to every parameter, the same each time."""
    with seeded("shake"):
        for parameter in networks.parameters():
            parameter.add_(torch.randn_like(parameter) * SPREAD)


@contextmanager
def shaken(networks: nn.Module) -> Iterator[None]:
    """Shaken inside the block, with their own weights back after it."""
    own = {name: tensor.clone() for name, tensor in networks.state_dict().items()}
    shake(networks)
    try:
        yield
    finally:
        networks.load_state_dict(own)


@contextmanager
def seeded(*parts: object) -> Iterator[None]:
    """Torch's global generator seeded inside the block and put back after it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(*parts))
        yield

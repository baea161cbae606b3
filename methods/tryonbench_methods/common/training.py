"""Helpers of the training steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from tryonbench.method import TrainState


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Within the block, gradients pass through the network but none is computed for its weights."""
    learning = [p for p in network.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)


def carried_fake(state: TrainState, paint: Callable[[], Tensor]) -> Tensor:
    """The generator phase's pictures, or newly painted ones where a phase runs on its own."""
    if "fake" in state.carried:
        return state.carried["fake"]
    with torch.no_grad():
        return paint()

"""The exponential moving average of the weights, with which images are generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from tryonbench.method import TryOnMethod
from tryonbench.training.sharded import laid_out


class Ema:
    """Averages of parameters and of buffers of real numbers; whole numbers are copied. Decay is
    shorter at the start."""

    def __init__(self, networks: Mapping[str, nn.Module], decay: float) -> None:
        self.decay = decay
        self.state = {name: t.detach().clone() for name, t in tensors(networks).items()}

    @torch.no_grad()
    def update(self, networks: Mapping[str, nn.Module], step: int) -> None:
        """After optimiser step number `step` (from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in tensors(networks).items():
            if tensor.is_floating_point():
                self.state[name].lerp_(tensor, 1 - decay)
            else:
                self.state[name].copy_(tensor)


def tensors(networks: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """Parameters and buffers by `network.name`."""
    return {
        f"{name}.{key}": tensor
        for name, network in networks.items()
        for key, tensor in network.state_dict().items()
    }


@torch.no_grad()
def copy_into(own: Mapping[str, Tensor], saved: Mapping[str, Tensor]) -> None:
    """Write the saved values into tensors of the same names, in place."""
    for name, tensor in own.items():
        tensor.copy_(laid_out(saved[name], tensor))


@contextmanager
def averaged(method: TryOnMethod, ema: Ema) -> Iterator[None]:
    """Inside, the method has the averaged weights and is in evaluation mode; then all is as it was,
    buffers included."""
    own = tensors(dict(method.networks.items()))
    before = {name: tensor.clone() for name, tensor in own.items()}
    copy_into(tensors(method.inference_networks), ema.state)
    method.networks.eval()
    try:
        yield
    finally:
        copy_into(own, before)
        method.networks.train()

"""Gradients and updates by block: the top-level parts of each network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

Blocks = dict[str, list[nn.Parameter]]
"""Parameters by `network.block`."""


def blocks_of(networks: Mapping[str, nn.Module]) -> Blocks:
    """The parameters by `network.block`; those outside any block by `network`."""
    found: Blocks = {}
    for name, network in networks.items():
        for key, tensor in network.state_dict(keep_vars=True).items():
            if isinstance(tensor, nn.Parameter):
                found.setdefault(block_name(f"{name}.{key}"), []).append(tensor)
    return found


def block_name(parameter: str) -> str:
    """
    >>> block_name("generator.encoder.0.weight"), block_name("painter.weight")
    ('generator.encoder', 'painter')
    """
    network, *rest = parameter.split(".")
    return f"{network}.{rest[0]}" if len(rest) > 1 else network


def norm(tensors: Iterable[Tensor]) -> Tensor:
    """The Euclidean norm of all values together, a scalar."""
    return torch.nn.utils.get_total_norm(list(tensors))


def gradient_norms(blocks: Blocks) -> dict[str, float]:
    """The norm of each block's gradient, as the optimiser gets it."""
    grads = {name: [p.grad for p in ps if p.grad is not None] for name, ps in blocks.items()}
    return {name: norm(found).item() for name, found in grads.items()}


def copies(blocks: Blocks) -> dict[str, list[Tensor]]:
    """The weights as they are now, on the CPU: the accelerator's memory may be full."""
    return {
        name: [p.detach().to("cpu", copy=True) for p in parameters]
        for name, parameters in blocks.items()
    }


def update_ratios(blocks: Blocks, before: Mapping[str, Iterable[Tensor]]) -> dict[str, float]:
    """How far each block has moved since `before`, as a share of the norm of its weights then."""
    return {name: _ratio(parameters, before[name]) for name, parameters in blocks.items()}


def _ratio(now: Iterable[Tensor], before: Iterable[Tensor]) -> float:
    old = list(before)
    moved = norm(n.detach().cpu() - o for n, o in zip(now, old, strict=True)).item()
    return moved / max(norm(old).item(), torch.finfo(torch.float32).tiny)

"""Networks of which each process has a part (FSDP), and their whole tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor


def sharded(network: nn.Module, mesh: DeviceMesh) -> nn.Module:
    """Split a network's weights over the processes, in place: those of a block are put together
    while it computes. Blocks are the elements of lists.

    Zhao et al. 2023, PyTorch FSDP; here PyTorch's second version, `fully_shard`.
    """
    own = mesh["data_parallel"]
    inner_first = reversed([m for m in network.modules() if isinstance(m, nn.ModuleList)])
    for blocks in inner_first:
        for block in blocks:
            if any(p.requires_grad for p in block.parameters()):
                fully_shard(block, mesh=own)
    fully_shard(network, mesh=own)
    for module in network.modules():
        if isinstance(module, FSDPModule):
            module.set_force_sum_reduction_for_comms(True)  # gloo has no means
    return network


def whole_tensor(x: Tensor) -> Tensor:
    """The tensor of which the processes have parts; another one as it is."""
    return x.full_tensor() if isinstance(x, DTensor) else x


def whole_tensors(state: Any) -> Any:
    """The same for all tensors in dictionaries and lists; what was in parts is on the CPU."""
    if isinstance(state, DTensor):
        return state.full_tensor().cpu()
    if isinstance(state, dict):
        return {key: whole_tensors(value) for key, value in state.items()}
    return [whole_tensors(value) for value in state] if isinstance(state, list) else state


def laid_out(whole: Tensor, like: Tensor) -> Tensor:
    """A whole tensor in parts as another one is, if that is."""
    if not isinstance(like, DTensor) or isinstance(whole, DTensor):
        return whole
    return distribute_tensor(whole.to(like.device), like.device_mesh, like.placements)


def load_optimizer(optimizer: Any, state: dict[str, Any]) -> None:
    """Go on with a saved state of whole tensors."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    parts = {
        number: {name: _part(value, parameters[number]) for name, value in values.items()}
        for number, values in state["state"].items()
    }
    optimizer.load_state_dict({**state, "state": parts})


def _part(value: Any, parameter: Tensor) -> Any:
    fits = isinstance(value, torch.Tensor) and value.shape == parameter.shape
    return laid_out(value, parameter) if fits else value

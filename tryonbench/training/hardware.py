"""Device, precision and compiled networks, refused in one line where the machine lacks them."""

from __future__ import annotations

from inspect import signature
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from lightning_fabric.strategies.model_parallel import ModelParallelStrategy
from lightning_fabric.strategies.strategy import Strategy
from torch.nn.parallel import DistributedDataParallel

from tryonbench.config import RunConfig
from tryonbench.errors import InputError
from tryonbench.method import TryOnMethod
from tryonbench.processes.world import world
from tryonbench.training.sharded import sharded


def make_fabric(config: RunConfig[Any]) -> Fabric:
    """Lightning Fabric on the accelerator, if there is one; on one for each process.

    Raises:
        InputError: fp16 without an accelerator; machines with different numbers of processes.
    """
    if config.precision == "16-mixed" and not torch.accelerator.is_available():
        raise InputError("precision=16-mixed needs a GPU; on a CPU take bf16-mixed or 32-true")
    place = world()
    if place.count == 1:
        return Fabric(accelerator="auto", devices=1, precision=config.precision)
    machines, rest = divmod(place.count, place.local_count)
    if rest:
        raise InputError("training needs as many processes on each machine; start as many")
    fabric = Fabric(
        accelerator="auto",
        devices=place.local_count,
        num_nodes=machines,
        strategy=_strategy(config, place.count),
        precision=config.precision,
        plugins=[TorchElasticEnvironment()],
    )
    fabric.launch()
    return fabric


def _strategy(config: RunConfig[Any], processes: int) -> Strategy:
    """How the processes share the weights. Buffers are the same in all without being sent; a
    network that grows has parts without gradient."""
    if config.strategy == "fsdp":
        return ModelParallelStrategy(sharded, data_parallel_size=processes, tensor_parallel_size=1)
    if "forward_sync_buffers" in signature(DistributedDataParallel).parameters:
        return DDPStrategy(find_unused_parameters=True, forward_sync_buffers=False)
    return DDPStrategy(find_unused_parameters=True, broadcast_buffers=False)  # before torch 2.15


def refuse_strategy(config: RunConfig[Any], phases: int) -> None:
    """
    Args:
        phases: of the method.

    Raises:
        InputError: the weights cannot be split.
    """
    if config.strategy != "fsdp":
        return
    if world().count == 1:
        raise InputError("strategy=fsdp splits the weights over processes; start some: --devices N")
    if phases > 1:
        raise InputError(
            "strategy=fsdp is for methods that train in one phase, not for GANs; take strategy=ddp"
        )
    if config.compile:
        raise InputError("strategy=fsdp does not go with compile=true; leave one of them out")
    if config.precision == "16-mixed":
        raise InputError("strategy=fsdp takes no precision=16-mixed; take bf16-mixed or 32-true")


def set_up(method: TryOnMethod, config: RunConfig[Any], fabric: Fabric) -> None:
    """Bring a method's networks to device, memory format and precision; compile if asked for.

    Raises:
        InputError: there is no working compiler.
    """
    if config.compile:
        _require_compiler(fabric.device)
        for network in method.inference_networks.values():
            network.compile()  # in place: the names of the weights stay
    if config.channels_last and config.strategy != "fsdp":  # it splits contiguous weights only
        method.networks.to(memory_format=torch.channels_last)
    for name, network in list(method.networks.items()):
        method.networks[name] = fabric.setup_module(network)


def _require_compiler(device: torch.device) -> None:
    """Compile one addition: what is missing shows before anything is written."""
    try:
        torch.compile(torch.add)(torch.zeros(2, device=device), 1)
    except Exception as error:
        reason = str(error).partition("\n")[0][:150]
        raise InputError(
            f"compile=true needs a working C++ compiler, and on a GPU Triton ({reason}); "
            "install them, or leave the setting out"
        ) from error

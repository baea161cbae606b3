"""Device, precision and compiled networks, refused in one line where the machine lacks them."""

from __future__ import annotations

from typing import Any

import torch
from lightning_fabric import Fabric

from tryonbench.config import RunConfig
from tryonbench.errors import InputError
from tryonbench.method import TryOnMethod


def make_fabric(config: RunConfig[Any]) -> Fabric:
    """Lightning Fabric on the accelerator, if there is one.

    Raises:
        InputError: fp16 without an accelerator.
    """
    if config.precision == "16-mixed" and not torch.accelerator.is_available():
        raise InputError("precision=16-mixed needs a GPU; on a CPU take bf16-mixed or 32-true")
    return Fabric(accelerator="auto", devices=1, precision=config.precision)


def set_up(method: TryOnMethod, config: RunConfig[Any], fabric: Fabric) -> None:
    """Bring a method's networks to device, memory format and precision; compile if asked for.

    Raises:
        InputError: there is no working compiler.
    """
    if config.compile:
        _require_compiler(fabric.device)
        for network in method.inference_networks.values():
            network.compile()  # in place: the names of the weights stay
    if config.channels_last:
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

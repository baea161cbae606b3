"""What a method is made of, counted without allocating it."""

from __future__ import annotations

from typing import Any

import torch

from tryonbench.config import RunConfig
from tryonbench.data.random_batch import random_batch
from tryonbench.efficiency.flops import count_flops
from tryonbench.errors import InputError
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class, preset_values, run_config


def describe(name: str, preset: str) -> dict[str, Any]:
    """Parameters of each network, FLOPs of one generated image, inputs, sizes, licence, paper.

    A method without presets is described as it is.

    Raises:
        InputError: unknown method or preset.
    """
    method = method_class(name)
    info = method.info
    counted = _counted(method, preset) if info.trainable else {"parameters": {}, "flops": 0}
    multiples = "x".join(map(str, info.size_multiple))
    facts = {"licence": info.licence, "paper": info.paper, "inputs": list(info.inputs)}
    return {"name": name, **counted, "sizes": [f"multiples of {multiples}"], **facts}


def _counted(method: type[TryOnMethod], preset: str) -> dict[str, Any]:
    config = run_config(method, preset_values(method, preset))
    with torch.device("meta"):
        networks = method(config.model, config.size).networks
    parameters = {n: sum(p.numel() for p in net.parameters()) for n, net in networks.items()}
    size = "x".join(map(str, config.size))
    return {
        "preset": preset,
        "size": size,
        "parameters": parameters,
        **_flops(method, config),
    }


def _flops(method: type[TryOnMethod], config: RunConfig[Any]) -> dict[str, Any]:
    """Of one `generate` call with one image.

    None, with the reason, for a preset that generates only with more settings.
    """
    meta = torch.device("meta")
    with meta:
        built = method(config.model, config.size)
    built.networks.eval()
    batch = random_batch(1, config.size, method.info.inputs, seed=0).to(meta)
    try:
        found = count_flops(built, batch)
    except InputError as error:
        return {"flops": None, "flops_missing": str(error)}
    return {"flops": found.total, "flops_uncounted": found.uncounted}

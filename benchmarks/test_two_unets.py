"""Generation at 20 steps: our two UNets against a plain variant of themselves.

The plain variant has the same weights and makes the same pictures, without channels-last memory,
fused attention, and garment features, keys and values kept across steps.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tryonbench.data.random_batch import random_batch
from tryonbench.registry import preset_values, run_config
from tryonbench_methods.common import attention
from tryonbench_methods.diffusion.conditions import Conditions
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.diffusion.model import GarmentMemory

STEPS, COUNT = 20, 4


def attend_plainly(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """softmax(Q K^T / sqrt(d)) V, (N, L, C) over (N, S, C) -> (N, L, C)."""
    q, k, v = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (query, key, value))
    weights = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


class PlainDiffusion(Diffusion):
    """Keeps nothing of the garment from step to step."""

    def _garment_memory(self, c: Conditions, level: Tensor) -> Callable[[Tensor], GarmentMemory]:
        unet = self.networks["garment_unet"]
        return lambda t: GarmentMemory(unet(c.garment, level), c.worn)


def generator(kind: type[Diffusion], preset: str, guidance: float) -> Callable[[], Tensor]:
    """A call that makes `COUNT` pictures in `STEPS` steps."""
    values = preset_values(Diffusion, preset)
    values["model"] = {**values["model"], "steps": STEPS, "guidance": guidance}
    config = run_config(kind, values)
    torch.manual_seed(0)
    method = kind(config.model, config.size)
    torch.nn.init.normal_(method.networks["person_unet"].head.weight, std=0.02)
    method.networks.eval()
    if kind is Diffusion:
        method.networks.to(memory_format=torch.channels_last)
    batch = random_batch(COUNT, config.size, kind.info.inputs, seed=0)
    return lambda: method.generate(batch, range(COUNT))


@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("kind", [PlainDiffusion, Diffusion])
def test_generation(benchmark, kind, guidance, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark.group = f"{COUNT} pictures of nano in {STEPS} steps, guidance {guidance}"
    benchmark.extra_info["images"] = COUNT
    make = generator(kind, "nano", guidance)
    with torch.inference_mode():
        expected = generator(Diffusion, "nano", guidance)()
        if kind is PlainDiffusion:
            monkeypatch.setattr(attention, "attend", attend_plainly)
        made = benchmark.pedantic(make, rounds=5, warmup_rounds=1)
    torch.testing.assert_close(made, expected, atol=1e-3, rtol=0)

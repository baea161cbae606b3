"""Parameters and FLOPs of every preset, counted on the meta device, are those of the README."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tryonbench.efficiency.describe import describe
from tryonbench.registry import preset_values, run_config
from tryonbench_methods.diffusion import method as module
from tryonbench_methods.diffusion.method import Diffusion
from tryonbench_methods.diffusion.model import GarmentMemory

README = (Path(module.__file__).parent / "README.md").read_text(encoding="utf-8")
PRESETS = {
    "nano": (0.624, 0.31, 0.472, 0.117),
    "nano-distilled": (0.624, 0.31, 0.472, 0.117),
    "small": (23.6, 14.3, 56.2, 16.6),
    "base": (77.6, 51.4, 251, 75.6),
    "base-512": (78.5, 51.8, 436, 121),
    "paper": (637, 459, 834, 310),
    "sr-256": (77.6, 51.4, 249, 75.6),
    "sr-512": (40.8, 0, 716, 0),
}
"""Millions of parameters of person and garment UNet, GFLOP of both and of the garment's alone."""


def test_flops_that_need_the_stage_before_are_missing_with_the_reason():
    facts = describe("diffusion", "sr-512")
    assert facts["flops"] is None
    assert "model.previous" in facts["flops_missing"]
    assert facts["parameters"]["person_unet"] > 40e6


@pytest.fixture
def on_meta() -> Iterator[None]:
    with torch.device("meta"):
        yield


def flops(run: Callable[[], object]) -> float:
    """GFLOP of a call."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() / 1e9


def one_evaluation(method: Diffusion) -> tuple[float, float]:
    """GFLOP of the person UNet and of the garment UNet."""
    size, one, networks = method.size, torch.ones(1), method.networks
    x, low = torch.ones(1, 3, *size), torch.ones(1, 3, *size)
    if not method.config.attention_levels:
        return flops(lambda: networks["person_unet"](x, one, low, one)), 0.0
    garment = torch.ones(1, 4, *size)
    memory = GarmentMemory(networks["garment_unet"](garment, one), garment)
    person = torch.ones(1, 7 if method.config.stage == "upsample" else 4, *size)
    pose = torch.ones(1, 18, 3)
    alone = flops(lambda: networks["garment_unet"](garment, one))
    return flops(lambda: networks["person_unet"](x, one, person, pose, one, memory)), alone


@pytest.mark.parametrize("preset", Diffusion.presets())
def test_a_preset_has_the_size_that_the_readme_states(preset, on_meta):
    config = run_config(Diffusion, preset_values(Diffusion, preset))
    method = Diffusion(config.model, config.size)
    counts = [sum(p.numel() for p in n.parameters()) / 1e6 for n in method.networks.values()]
    person, garment = one_evaluation(method)
    found = (counts[0], sum(counts[1:]), person + garment, garment)
    assert found == pytest.approx(PRESETS[preset], rel=0.005)
    stated = [f"{number:g}" for number in PRESETS[preset]]
    size = "x".join(map(str, config.size))
    row = next(line for line in README.splitlines() if line.startswith(f"| `{preset}` | {size} |"))
    assert f"| {stated[0]}M + {stated[1]}M | {stated[2]} ({stated[3]}) |" in row

"""The presets of the GANs: their size, as counted on the meta device, and as their READMEs say."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tryonbench.data.random_batch import random_batch
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench_methods.pix2pix.model import PatchDiscriminator

META = torch.device("meta")
PRESETS = [(name, p) for name in ("pix2pix", "stylegan") for p in method_class(name).presets()]


class Cost(NamedTuple):
    """Millions of parameters and GFLOP of one image."""

    generator: float
    discriminator: float
    gflop: float


def built(name: str, preset: str) -> TryOnMethod:
    """A preset's method without memory for its weights, ready to generate."""
    config = run_config(method_class(name), preset_values(method_class(name), preset))
    with META:
        method = method_class(name)(config.model, config.size)
    method.networks.eval()
    return method


@cache
def cost(name: str, preset: str) -> Cost:
    method = built(name, preset)
    batch = random_batch(1, method.size, method.info.inputs, seed=0).to(META)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        method.generate(batch, [0])
    networks = method.networks.values()
    generator, discriminator = (sum(p.numel() for p in n.parameters()) / 1e6 for n in networks)
    return Cost(generator, discriminator, counter.get_total_flops() / 1e9)


def in_readme(name: str, preset: str) -> list[str]:
    """The cells of the preset's row in the method's table."""
    readme = Path(inspect.getfile(method_class(name))).with_name("README.md")
    rows = [row.strip("| \n").split(" | ") for row in readme.read_text("utf-8").splitlines()]
    return next(row for row in rows if row[0] == f"`{preset}`")


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_the_readme_states_the_cost(name, preset):
    size = run_config(method_class(name), preset_values(method_class(name), preset)).size
    counted, row = cost(name, preset), in_readme(name, preset)
    stated = [float(cell.removesuffix("M")) for cell in row[-3:]]
    assert row[1] == "x".join(map(str, size))
    assert stated == pytest.approx(list(counted), rel=0.01)


@pytest.mark.parametrize(
    ("name", "preset", "generator", "discriminator", "within"),
    [
        ("pix2pix", "lite", 26.4, 2.77, 0.1),
        ("pix2pix", "base", 54.4, 2.77, 0.1),
        ("stylegan", "base-256", 27.4, 14.9, 0.02),
        ("stylegan", "base-512", 38.5, 14.9, 0.03),
    ],
)
def test_the_size_is_that_of_the_reference_design(name, preset, generator, discriminator, within):
    counted = cost(name, preset)
    assert counted.generator == pytest.approx(generator, rel=within)
    assert counted.discriminator == pytest.approx(discriminator, rel=within)


@pytest.mark.parametrize(
    ("preset", "downs", "blocks"), [("nano", 2, 2), ("lite", 3, 6), ("base", 4, 9)]
)
def test_the_depth_of_pix2pix_is_that_of_the_reference_design(preset, downs, blocks):
    generator = built("pix2pix", preset).networks["generator"]
    bottleneck = generator.bottleneck
    assert len(generator.encoder) == downs
    assert len(bottleneck.before) + len(bottleneck.after) == blocks


@pytest.mark.parametrize("preset", ["nano", "base-256", "base-512"])
def test_r1_is_as_strong_as_size_and_batch_ask(preset):
    """0.0002 * height * width / batch size, Karras et al. 2020 (StyleGAN2-ADA)."""
    method = method_class("stylegan")
    config = run_config(method, preset_values(method, preset))
    wanted = 0.0002 * config.size[0] * config.size[1] / config.batch_size
    assert config.model.losses.r1_gamma == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize(("preset", "patch"), [("nano", 34), ("lite", 70), ("base", 70)])
def test_the_preset_judges_patches_of(preset, patch):
    """The pixels that one cell of the verdict depends on."""
    network = PatchDiscriminator(built("pix2pix", preset).config.discriminator).eval()
    image = torch.randn(1, 3, 128, 128, requires_grad=True)
    patches = network(torch.zeros_like(image), image).patches
    patches[0, 0, patches.shape[2] // 2, patches.shape[3] // 2].backward()
    seen = image.grad.abs().sum((0, 1)).nonzero()
    assert ((seen.amax(0) - seen.amin(0)) + 1).tolist() == [patch, patch]

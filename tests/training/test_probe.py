"""What is measured on fixed samples now and then: it changes nothing, and it is what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.images import to_pixels
from tryonbench.registry import method_class
from tryonbench.runs import Run, read_log
from tryonbench.training.blocks import blocks_of, copies, gradient_norms, update_ratios
from tryonbench.training.probe import fixed_batch, garment_swap, variation, with_next_garment
from tryonbench.training.units import counted_units, dead_units
from tryonbench_methods.diffusion.binned import by_time

Paint = Callable[..., Run]
Off = Callable[[Run, Run], float]


@pytest.mark.parametrize("method", ["diffusion", "pix2pix", "stylegan"])
def test_measuring_changes_nothing(paint: Paint, off: Off, method: str) -> None:
    settings = ("images=12", "batch_size=4", "log_every=1")
    chosen = method_class(method)
    never = paint(*settings, "diagnose_every=0", name="never", method=chosen)
    often = paint(*settings, "diagnose_every=4", "samples_every=4", name="often", method=chosen)
    assert off(never, often) == 0
    assert not any("probe/" in key for record in read_log(never.log) for key in record)
    records = list(read_log(often.log))
    assert len(records) == 3
    phases, network = chosen.phases, chosen.phases[0].networks[0]
    for record in records:
        assert record["probe/garment_swap"] >= 0
        assert any(key.startswith(f"probe/dead/{network}.") for key in record)
        assert {f"probe/condition/{name}" for name in chosen.info.inputs} <= record.keys()
        for phase in phases:
            parts = [v for k, v in record.items() if k.startswith(f"grad_norm/{phase.name}/")]
            total = record[f"grad_norm/{phase.name}"]
            assert np.linalg.norm(parts) == pytest.approx(total, rel=1e-4)
            assert any(key.startswith(f"update/{phase.name}/") for key in record)


def test_it_is_measured_five_times_with_a_line_of_the_log(paint: Paint) -> None:
    run = paint("images=80", "batch_size=4", "log_every=2")
    measured = [r["images"] for r in read_log(run.log) if "probe/garment_swap" in r]
    assert measured == [16, 32, 48, 64, 80]
    late = paint("images=80", "batch_size=4", "log_every=8", "diagnose_every=30", name="late")
    assert [r["images"] for r in read_log(late.log) if "probe/garment_swap" in r] == [32, 64, 80]


def test_a_grid_shows_person_garment_truth_and_output(paint: Paint, synth_root: Path) -> None:
    run = paint("images=16", "batch_size=4", "samples_every=8")
    grids = sorted((run.folder / "samples").iterdir())
    assert [file.name for file in grids] == ["000000008.png", "000000016.png"]
    split = open_split(synth_root, "train")
    batch = fixed_batch(VitonHD(split, own_garments(split), (64, 48), ("image", "cloth")))
    with Image.open(grids[-1]) as image:
        grid = np.asarray(image).reshape(4, 64, 4, 48, 3)
    for column, name in enumerate(("agnostic", "cloth", "image")):
        assert (grid[:, :, column] == to_pixels(getattr(batch, name))).all()
    assert (grid[:, :, 3] != grid[:, :, 2]).any()


def test_the_garment_swap_is_relative_to_the_spread_of_persons() -> None:
    own = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 3, 4, 4)
    mask = torch.zeros(2, 1, 4, 4)
    mask[:, :, 0] = 1
    swapped = own + 0.25 * mask + 9 * (1 - mask)
    assert garment_swap(own, swapped, mask) == pytest.approx(0.25)
    assert garment_swap(own, own, mask) == 0
    assert garment_swap(torch.zeros_like(own), torch.zeros_like(own), mask) == 0


def test_each_person_gets_the_garment_of_the_next(synth_root: Path) -> None:
    split = open_split(synth_root, "train")
    batch = fixed_batch(VitonHD(split, own_garments(split), (64, 48), ("image", "cloth_mask")))
    swapped = with_next_garment(batch)
    assert batch.ids == tuple(split.ids("image")[i] for i in (0, 2, 4, 6))
    assert swapped.cloth_ids == (*batch.cloth_ids[1:], batch.cloth_ids[0])
    for name in ("cloth", "cloth_mask"):
        assert torch.equal(getattr(swapped, name)[0], getattr(batch, name)[1])
    assert torch.equal(swapped.need("image"), batch.need("image"))


def test_a_constant_condition_does_not_vary() -> None:
    assert variation(torch.ones(3, 1, 2, 2)) == 0
    assert variation(torch.tensor([[0], [2]])) == pytest.approx(2**0.5)


def test_dead_units_are_those_that_do_not_vary() -> None:
    maps = torch.rand(2, 3, 4, 4)
    maps[:, 1] = 0
    assert dead_units(maps).tolist() == [False, True, False]
    tokens = torch.rand(2, 5, 3)
    tokens[..., 2] = 0.7
    assert dead_units(tokens).tolist() == [False, False, True]


def test_dead_units_are_found_after_functions_and_modules_by_block() -> None:
    class Functional(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.leaky_relu(x * torch.tensor([1.0, 0.0]))

    network = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2), Functional())
    with torch.no_grad():
        network[0].weight.zero_()
        network[0].bias.copy_(torch.tensor([1.0, 2.0, -1.0, 1.0]))
        network[2].weight.fill_(1)
    with torch.no_grad(), counted_units({"net": network}) as units:
        network(torch.randn(8, 2))
    assert units.shares() == {"net.1": 1.0, "net.3": 1.0}
    with torch.no_grad():
        network[0].weight.fill_(1)
    with torch.no_grad(), counted_units({"net": network}) as units:
        network(torch.randn(64, 2))
    assert units.shares() == {"net.1": 0.0, "net.3": 0.5}
    assert not network[0]._forward_pre_hooks


def test_gradients_and_updates_by_block() -> None:
    network = nn.ModuleDict({"a": nn.Linear(1, 1, bias=False), "b": nn.Linear(1, 1, bias=False)})
    nn.init.constant_(network["a"].weight, 2.0)
    nn.init.constant_(network["b"].weight, 4.0)
    blocks = blocks_of({"n": network, "flat": nn.Linear(1, 1)})
    assert blocks.keys() == {"n.a", "n.b", "flat"}
    (3 * network["a"].weight).sum().backward()
    assert gradient_norms(blocks) == {"n.a": 3.0, "n.b": 0.0, "flat": 0.0}
    before = copies(blocks)
    with torch.no_grad():
        network["a"].weight += 0.5
    assert update_ratios(blocks, before) == {"n.a": 0.25, "n.b": 0.0, "flat": 0.0}


def test_the_loss_by_noise_level() -> None:
    errors = torch.tensor([1.0, 3.0, 10.0]).view(3, 1, 1, 1).expand(3, 3, 2, 2)
    found = by_time("flow", errors, torch.tensor([0.5, 0.6, 0.99]))
    assert found == {"flow_by_t/2": 2.0, "flow_by_t/3": 10.0}


def test_diffusion_logs_it(paint: Paint) -> None:
    run = paint("images=8", "batch_size=8", "log_every=1", method=method_class("diffusion"))
    (record,) = read_log(run.log)
    bins = {k: v for k, v in record.items() if k.startswith("generator/flow_by_t/")}
    assert bins
    loss = record["loss/generator/flow"]
    assert min(bins.values()) * (1 - 1e-5) <= loss <= max(bins.values()) * (1 + 1e-5)

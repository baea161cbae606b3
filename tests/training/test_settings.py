"""Settings of the loop: what they change, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision
from safetensors.torch import load_file

from tryonbench.checkpoint import weights_file
from tryonbench.config import ScheduleConfig
from tryonbench.errors import InputError
from tryonbench.registry import method_class
from tryonbench.runs import Run, read_log
from tryonbench.training.optim import lr_scale

Paint = Callable[..., Run]
Off = Callable[[Run, Run], float]


def test_accumulated_batches_are_one_large_batch(paint: Paint, off: Off) -> None:
    whole = paint("batch_size=4", name="whole")
    halves = paint("batch_size=2", "accumulate=2", name="halves")
    assert off(whole, halves) < 1e-6
    assert off(whole, paint("batch_size=2", name="small")) > 1e-5
    one, two = (list(read_log(run.log)) for run in (whole, halves))
    assert [r["images"] for r in two] == [r["images"] for r in one] == [4, 8, 12, 16]
    for key in ("loss/generator/l2", "lr/generator", "grad_norm/generator"):
        assert [r[key] for r in two] == pytest.approx([r[key] for r in one], rel=1e-4)


def test_each_accumulated_batch_is_seeded_by_the_images_before_it(
    paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, drawn = method_class("pix2pix"), []
    original = chosen.training_step

    def step(self: Any, batch: Any, state: Any) -> Any:
        drawn.append((state.phase, state.images, set(state.carried), torch.rand(()).item()))
        return original(self, batch, state)

    monkeypatch.setattr(chosen, "training_step", step)
    paint("images=8", "batch_size=2", "accumulate=2", method=chosen)
    accumulated, drawn[:] = list(drawn), []
    paint("images=8", "batch_size=2", method=chosen, name="single")
    seen = [(phase, images, carried) for phase, images, carried, _ in accumulated[:4]]
    alone = {"generator": set(), "discriminator": {"pictures"}}
    assert seen == [(p, i, alone[p]) for p in alone for i in (0, 2)]
    first = {images: draw for phase, images, _, draw in drawn if phase == "generator"}
    again = {images: draw for phase, images, _, draw in accumulated if phase == "generator"}
    assert again == first
    assert len({draw for *_, draw in accumulated}) == len(accumulated), "no draw is repeated"


def test_an_update_of_more_than_the_training_is_refused(paint: Paint) -> None:
    with pytest.raises(InputError, match="batch_size x accumulate is more than images"):
        paint("images=16", "batch_size=4", "accumulate=5")


def test_clipping_limits_the_update_and_logs_the_norm_before_it(paint: Paint, off: Off) -> None:
    plain = ("optimizer.name=sgd", "optimizer.lr=1", "optimizer.betas=[0, 0]", "images=4")
    free, limited = paint(*plain, name="free"), paint(*plain, "optimizer.grad_clip=1e-3")
    (one,), (two,) = (list(read_log(run.log)) for run in (free, limited))
    assert one["grad_norm/generator"] == two["grad_norm/generator"] > 1e-2
    untrained = paint(*plain, "optimizer.grad_clip=1e-30", name="untrained")
    assert off(untrained, limited) <= 1e-3 * 1.01 < off(untrained, free)


def test_bf16_trains_on_a_cpu(paint: Paint, off: Off) -> None:
    exact, rounded = paint("images=32", name="exact"), paint("images=32", "precision=bf16-mixed")
    assert 0 < off(exact, rounded) < 0.01
    assert all(t.dtype == torch.float32 for t in load_file(weights_file(rounded.folder)).values())


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is a GPU")
def test_fp16_is_refused_on_a_cpu(paint: Paint, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"precision=16-mixed needs a GPU.*bf16-mixed"):
        paint("precision=16-mixed")
    assert not (tmp_path / "run").exists()


def test_fp16_clips_and_logs_gradients_without_their_scale(
    paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scaled(_: Any) -> Fabric:  # a CPU can do what a GPU is for, slowly
        return Fabric(accelerator="cpu", plugins=MixedPrecision("16-mixed", "cpu"))

    settings = ("images=16", "optimizer.grad_clip=1e-3", "optimizer.name=sgd", "optimizer.lr=1")
    exact = paint(*settings, name="exact")
    monkeypatch.setattr("tryonbench.training.loop.make_fabric", scaled)
    rounded = paint(*settings, name="rounded")
    norms = [[r["grad_norm/generator"] for r in read_log(run.log)] for run in (exact, rounded)]
    assert norms[0] == pytest.approx(norms[1], rel=0.02)
    (state,) = rounded.checkpoints.glob("*/training.pt")
    assert torch.load(state, weights_only=True)["precision"]["scale"] == 65536


def test_compiled_networks_keep_the_names_of_their_weights(
    paint: Paint, off: Off, monkeypatch: pytest.MonkeyPatch
) -> None:
    traced, original = [], torch.nn.Module.compile
    monkeypatch.setattr("tryonbench.training.hardware._require_compiler", lambda device: None)

    def backend(graph: Any, inputs: Any) -> Any:  # the real one takes a minute
        traced.append(graph)
        return graph

    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: original(self, backend=backend))
    plain, fast = paint("images=8", name="plain"), paint("images=8", "compile=true")
    assert traced
    assert off(plain, fast) < 1e-5


def test_without_a_compiler_compile_is_refused(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("No working C++ compiler found")

    monkeypatch.setattr(torch, "compile", broken)
    with pytest.raises(InputError, match=r"compile=true needs a working C\+\+ compiler.*No work"):
        paint("compile=true")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "rmsprop"])
def test_each_optimiser_trains(paint: Paint, name: str) -> None:
    run = paint(f"optimizer.name={name}", "optimizer.lr=5e-3", "images=64")
    losses = [r["loss/generator/l2"] for r in read_log(run.log)]
    assert sum(losses[-4:]) < 0.95 * sum(losses[:4])


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        ("constant", [0.1, 1, 1, 1, 1]),
        ("linear", [0.1, 1, 1, 0.6, 0.2]),
        ("cosine", [0.1, 1, 1, 0.6, 0.2]),
    ],
)
def test_schedules_end_at_the_smallest_factor(decay: str, expected: list[float]) -> None:
    schedule = ScheduleConfig(warmup_images=10, decay=decay, decay_from=0.5, min_factor=0.2)
    scales = [lr_scale(schedule, images, 100) for images in (0, 9, 50, 75, 100)]
    assert scales == pytest.approx(expected)

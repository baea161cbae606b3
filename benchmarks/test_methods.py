"""Training steps and generated images per second of each preset that fits this machine.

One picture a step (`nano`: the preset's batch), 32 bits, random inputs that are there already, and
VGG19 with random weights where a preset has its loss. Pictures of more work than `BENCH_TFLOP` are
left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from presets import built, configured, forget_vgg19, is_student, load_random_vgg19

from tryonbench.config import RunConfig
from tryonbench.data.random_batch import random_batch
from tryonbench.efficiency.describe import describe
from tryonbench.registry import entries, method_class
from tryonbench.runs import Run
from tryonbench.training.loop import Trainer
from tryonbench_methods.common import perceptual

LIMIT = float(os.environ.get("BENCH_TFLOP", "3"))
COPIES, MEMORY = 5, 12e9
"""Weights, gradients, two averages of Adam, moving average; bytes that they may take."""
TRAINED = [name for name in entries() if method_class(name).info.trainable]
PRESETS = [(name, preset) for name in TRAINED for preset in method_class(name).presets()]


@pytest.fixture(autouse=True)
def any_vgg19(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(perceptual, "load_state_dict", load_random_vgg19)
    yield
    forget_vgg19()


def settings(name: str, preset: str) -> RunConfig[Any]:
    """The preset's, in 32 bits, one picture a batch but for `nano`."""
    one = {} if preset == "nano" else {"batch_size": 1}
    return configured(name, preset, precision="32-true", **one)


def require_fitting(facts: dict[str, Any]) -> None:
    """Skip what takes too much memory."""
    if sum(facts["parameters"].values()) * 4 * COPIES > MEMORY:
        pytest.skip(f"its training takes over {MEMORY / 1e9:.0f} GB")


def require_short(facts: dict[str, Any]) -> None:
    """Skip pictures of too much work, and those that need the pictures of another run."""
    if facts["flops"] is None:
        pytest.skip(facts["flops_missing"])
    if facts["flops"] > LIMIT * 1e12:
        pytest.skip(f"{facts['flops'] / 1e12:.1f} TFLOP a picture; set BENCH_TFLOP")


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_generation(benchmark: Any, name: str, preset: str) -> None:
    facts, config = describe(name, preset), settings(name, preset)
    require_fitting(facts)
    require_short(facts)
    method, count = built(name, config), config.batch_size
    method.networks.eval().to(memory_format=torch.channels_last)
    batch = random_batch(count, config.size, method.info.inputs, seed=0)
    benchmark.group = f"generation at {config.size[0]}x{config.size[1]}, batch {count}"
    rounds = 5 if preset == "nano" else 2
    with torch.inference_mode():
        images = benchmark.pedantic(
            lambda: method.generate(batch, range(count)), rounds=rounds, warmup_rounds=1
        )
    assert images.shape == (count, 3, *config.size)
    benchmark.extra_info["images/s"] = count / benchmark.stats.stats.median


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_training_step(benchmark: Any, name: str, preset: str, tmp_path: Path) -> None:
    config = settings(name, preset)
    require_fitting(describe(name, preset))
    if is_student(config):
        pytest.skip("a student needs a trained teacher")
    method, count = built(name, config), config.batch_size
    trainer = Trainer(method, config, Run(tmp_path))
    batch = random_batch(count, config.size, method.training_modalities(), seed=0)
    benchmark.group = f"a training step at {config.size[0]}x{config.size[1]}, batch {count}"
    rounds = 5 if preset == "nano" else 2
    record = benchmark.pedantic(lambda: trainer._step((batch,)), rounds=rounds, warmup_rounds=1)
    assert any(key.startswith("loss/") for key in record)
    benchmark.extra_info["steps/s"] = 1 / benchmark.stats.stats.median

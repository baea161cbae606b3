"""Tiny methods registered in this process; a run of one; exports of it, each made once."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest
import torch

from tryonbench import registry
from tryonbench.checkpoint import save_weights
from tryonbench.random_weights import shake
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.runs import Run
from tryonbench.training.ema import tensors

NAMES = {"tiny": "Tiny", "closed": "Closed", "liar": "Liar", "fixed": "Fixed"}


@pytest.fixture(scope="session", autouse=True)
def tiny_methods() -> Iterator[None]:
    """As if a package had registered them."""
    own = [EntryPoint(n, f"exportable:{c}", registry.GROUP) for n, c in NAMES.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        patch.setattr(registry, "entry_points", lambda group: [*entry_points(group=group), *own])
        yield


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def write_tiny_run(folder: Path, data: Path, name: str = "tiny") -> Path:
    """A run folder as the training leaves it, with random weights; its folder."""
    chosen = method_class(name)
    config: Any = run_config(chosen, preset_values(chosen, "nano"))
    method = chosen(config.model, config.size)
    shake(method.networks)
    checkpoint = folder / "checkpoints" / "000000008" / "model.safetensors"
    save_weights(checkpoint, config, 8, tensors(method.inference_networks))
    Run(folder).write_manifest(
        {
            "kind": "training",
            "method": name,
            "family": "test",
            "config": config.model_dump(mode="json"),
            "data": {"root": str(data.resolve()), "split": "train"},
        }
    )
    return folder


@pytest.fixture
def tiny_run(tmp_path: Path, synth_root: Path) -> Path:
    """`runs/tiny-nano-s0`."""
    return write_tiny_run(tmp_path / "runs" / "tiny-nano-s0", synth_root)

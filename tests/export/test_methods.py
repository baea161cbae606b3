"""The first-party methods through the exporters, with the smallest networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.methods.test_first_party import SIZE, TRAINED, tiny
from tryonbench.data.random_batch import random_batch
from tryonbench.export.engines import engine_of
from tryonbench.export.parity import difference, examples, recorded
from tryonbench.export.schema import TOLERANCE, Format
from tryonbench.export.writing import OPSETS, write_part
from tryonbench.method import TryOnMethod
from tryonbench.random_weights import shake
from tryonbench_methods.diffusion.config import DiffusionConfig
from tryonbench_methods.diffusion.method import Diffusion


def exported_difference(method: TryOnMethod, form: Format, folder: Path) -> float:
    """The largest difference between pictures of the method and of its export."""
    shake(method.networks)
    engines = {}
    for name, example in examples(method).items():
        write_part(example, folder / name, form, OPSETS[0])
        engines[name] = engine_of(folder / name, form)
    return difference(method, engines).largest


@pytest.mark.parametrize("method", TRAINED, ids=lambda method: method.info.name)
def test_every_method_exports(method: type[TryOnMethod], tmp_path: Path) -> None:
    assert exported_difference(tiny(method), "torchscript", tmp_path) <= TOLERANCE


def diffusion(**changes: object) -> Diffusion:
    small = {"channels": [16, 32], "head_dim": 16, "embedding": 32, "steps": 2, "condition_drop": 0}
    method = Diffusion(DiffusionConfig.model_validate(small | changes), SIZE)
    method.networks.eval()
    return method


def test_one_denoising_step_in_onnx_runtime(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    assert exported_difference(diffusion(), "onnx", tmp_path) <= TOLERANCE


@pytest.mark.parametrize(
    "changes",
    [
        {"garment_sees_time": True},
        {"guidance": 2.0, "condition_drop": 0.1},
        {"objective": "v", "sampler": "ddpm", "warp_patch": None},
        {"attention_levels": [0, 1]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_diffusion_of_other_settings(changes: dict[str, object], tmp_path: Path) -> None:
    assert exported_difference(diffusion(**changes), "torchscript", tmp_path) <= TOLERANCE


def test_the_garment_is_read_once_a_picture() -> None:
    method = diffusion(steps=3)
    batch = random_batch(1, SIZE, method.info.inputs, seed=0)
    calls = {name: len(made) for name, made in recorded(method, batch, [0]).items()}
    assert calls == {"garment": 1, "step": 3}

"""A picture by `pix2pix`: eager, compiled, TorchScript, ONNX Runtime, and int8; one after another.

Interleaved: each round calls all of them, so that a machine that slows down slows all of them. The
processor's time is beside the wall's, which other work on the machine lengthens.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import torch

from tryonbench.data.default import drawn_root
from tryonbench.data.layout import open_split
from tryonbench.data.random_batch import random_batch
from tryonbench.export.calibration import calibration_calls, calibration_of
from tryonbench.export.engines import Engine, engine_of
from tryonbench.export.parity import examples
from tryonbench.export.quantise import quantise
from tryonbench.export.schema import Mode
from tryonbench.export.source import fresh_source
from tryonbench.export.writing import OPSETS, write_part
from tryonbench.method import TryOnMethod
from tryonbench.synth import SynthSpec

PRESET = os.environ.get("BENCH_PRESET", "lite")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
Paint = Callable[[], Any]


def exported(method: TryOnMethod, folder: Path) -> dict[str, Engine]:
    """The method's one part by each runtime."""
    (example,) = examples(method).values()
    files = {name: folder / name for name in ("torchscript", "onnx", "int8-dynamic", "int8-static")}
    write_part(example, files["torchscript"], "torchscript", OPSETS[0])
    for name in ("onnx", "int8-dynamic", "int8-static"):
        write_part(example, files[name], "onnx", OPSETS[0])
    split = open_split(drawn_root(SynthSpec(size=method.size, train=4, test=0)), "train")
    (calls,) = calibration_calls(method, calibration_of(split, 4)).values()
    modes: tuple[Mode, ...] = ("dynamic", "static")
    for mode in modes:
        quantise(files[f"int8-{mode}"], mode, calls)
    torchscript = engine_of(files.pop("torchscript"), "torchscript")
    return {"torchscript": torchscript, **{n: engine_of(f, "onnx") for n, f in files.items()}}


def painters(method: TryOnMethod, folder: Path) -> dict[str, Paint]:
    """By name, what makes one picture."""
    batch = random_batch(1, method.size, method.info.inputs, seed=0)
    inputs = [batch.need(name) for name in method.info.inputs]
    engines = exported(method, folder)
    compiled = torch.compile(method.generate)
    own: dict[str, Paint] = {
        "eager": lambda: method.generate(batch, [0]),
        "torch.compile": lambda: compiled(batch, [0]),
    }
    return own | {name: lambda engine=engine: engine(*inputs) for name, engine in engines.items()}


def timed(paint: Paint) -> tuple[float, float]:
    """Wall and processor milliseconds of a call."""
    wall, used = time.perf_counter(), time.process_time()
    paint()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - used) * 1000


def test_a_picture_by_every_runtime(benchmark: Any, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    method = fresh_source("pix2pix", PRESET, ()).method
    every = painters(method, tmp_path)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in every}

    def one_round() -> None:
        for name, paint in every.items():
            times[name].append(timed(paint))

    with torch.inference_mode():
        benchmark.pedantic(one_round, rounds=ROUNDS, warmup_rounds=2)
    for name, found in times.items():
        walls, used = zip(*found[2:], strict=True)
        benchmark.extra_info[name] = {
            "wall ms (median, best)": (median(walls), min(walls)),
            "processor ms (median, best)": (median(used), min(used)),
        }
        print(f"{name:14} wall {median(walls):8.1f} {min(walls):8.1f}", end="  ")
        print(f"processor {median(used):8.1f} {min(used):8.1f} ms")

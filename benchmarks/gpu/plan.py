"""What `run.sh` measures: parts of commands, the most wanted first, and how long each part has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tryonbench.data.default import parse_size
from tryonbench.registry import entries, method_class

OUT = "OUT.json"
"""Stands in a command for the JSON file that it writes."""
PYTHON = "python"
"""Stands for the interpreter that runs."""
FOLDER = "benchmarks/gpu"
START = 10.0
"""Seconds that the command itself needs beside the measurement."""
STEPS = 20
"""Of diffusion, where nothing else is said."""


@dataclass(frozen=True)
class Step:
    """One command; it writes one JSON file."""

    label: str
    command: tuple[str, ...]
    limit: float
    """Seconds it may take."""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """What one file `gpu-NAME.json` holds."""

    name: str
    share: float
    """Of the time, beside the other parts'."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Scale:
    """The real thing, or the same at a size that a CPU does in minutes."""

    sizes: tuple[str, ...]
    smallest: str
    """Presets made for less are left out."""
    upwards: bool
    """Those made for more are not."""
    device: str
    precisions: tuple[str, ...]
    """Each preset is measured in the first; those of the throughput in all."""
    batches: tuple[tuple[int, ...], ...]
    """Of the presets, size by size."""
    growing: tuple[int, ...]
    """Of the throughput."""
    seconds: float
    """That a number is measured for, at least."""
    calls: int
    limit: float
    """Seconds that a command may take."""
    images: int
    """Of the evaluation."""


REAL = Scale(
    sizes=("512x384", "256x192", "1024x768"),
    smallest="256x192",
    upwards=True,
    device="cuda",
    precisions=("bf16-mixed", "32-true"),
    batches=((1, 16), (1, 16), (1, 4)),
    growing=(4, 32, 64, 128),
    seconds=1.0,
    calls=10,
    limit=60.0,
    images=100,
)
TINY = Scale(
    sizes=("64x48", "96x72", "128x96"),
    smallest="64x48",
    upwards=False,
    device="cpu",
    precisions=("bf16-mixed", "32-true"),
    batches=((1,), (1,), (1,)),
    growing=(2,),
    seconds=0.2,
    calls=1,
    limit=240.0,
    images=3,
)


def area(size: str) -> int:
    height, width = parse_size(size)
    return height * width


@cache
def known() -> dict[tuple[str, str], int]:
    """Pixels of each method's presets.

    Stages that refine another run's pictures, and students, need that run: they are left out.
    """
    return {
        (name, preset): math.prod(values["size"])
        for name in entries()
        for preset, values in method_class(name).presets().items()
        if "stage" not in values.get("model", {})
    }


def presets(scale: Scale) -> list[tuple[str, str]]:
    """Methods' presets from the scale's smallest size on; of the tiny scale, of that size alone."""
    least = area(scale.smallest)
    most = math.inf if scale.upwards else least
    return [preset for preset, pixels in known().items() if least <= pixels <= most]


def steps_of(name: str) -> tuple[str, ...]:
    """`--steps`, where the method takes any."""
    takes = "steps" in method_class(name).config_class.model_fields
    return ("--steps", str(STEPS)) if takes else ()


def bench(name: str, preset: str, size: str, batch: int, precision: str, scale: Scale) -> Step:
    """`tryonbench bench` at one batch: what takes too long costs that number alone."""
    often = ("--repeats", "1", "--iterations", str(scale.calls), "--seconds", str(scale.seconds))
    chosen = ("--method", name, "--preset", preset, "--size", size, *steps_of(name))
    how = ("--device", scale.device, "--precision", precision, "--batch", str(batch))
    ends = ("--time-limit", f"{scale.limit - START:g}", "--out", OUT)
    command = (PYTHON, "-m", "tryonbench", "bench", *chosen, *how, *often, *ends)
    return Step(f"{name} {preset} {size} batch {batch} {precision}", command, scale.limit)


def efficiency(size: str, batches: Sequence[int], scale: Scale) -> Part:
    """Every preset at a size, first alone, then in batches."""
    precision, found = scale.precisions[0], presets(scale)
    steps = [bench(n, p, size, batch, precision, scale) for batch in batches for n, p in found]
    return Part(f"efficiency-{size}", 5.0, tuple(steps))


def throughput(scale: Scale) -> Part:
    """Growing batches of each method's largest preset of the first size or below."""
    size = scale.sizes[0]
    largest: dict[str, str] = {}
    for name, preset in presets(scale):
        if known()[name, preset] <= area(size) and preset != "lite":
            largest[name] = preset
    variants = [(n, p, x) for n, p in largest.items() for x in scale.precisions]
    steps = [bench(n, p, size, b, x, scale) for n, p, x in variants for b in scale.growing]
    return Part("throughput", 5.0, tuple(steps))


def training(scale: Scale) -> Part:
    """Steps a second of every preset with its own size, batch and precision."""
    steps = [
        Step(
            f"{name} {preset}",
            (PYTHON, f"{FOLDER}/steps.py", name, preset, str(scale.seconds * 5), scale.device, OUT),
            scale.limit,
        )
        for name, preset in presets(scale)
    ]
    return Part("training", 4.0, tuple(steps))


def evaluation(scale: Scale) -> Part:
    """Our evaluation beside the usual stack, the pictures of both on this device."""
    file, json = f"{FOLDER}/test_evaluation.py", f"--benchmark-json={OUT}"
    warned = ("-W", "default")  # of other versions than the tests', warnings are no errors
    command = (PYTHON, "-m", "pytest", file, *warned, "--benchmark-only", json)
    size = (("BENCH_DEVICE", scale.device), ("BENCH_IMAGES", str(scale.images)))
    return Part("evaluation", 4.0, (Step("evaluation", command, 4 * scale.limit, size),))


def parts(scale: Scale) -> list[Part]:
    """All of them."""
    pairs = zip(scale.sizes, scale.batches, strict=True)
    sized = [efficiency(size, batches, scale) for size, batches in pairs]
    return [sized[0], throughput(scale), training(scale), evaluation(scale), *sized[1:]]

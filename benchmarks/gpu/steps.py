"""Training steps a second of one preset: `steps.py METHOD PRESET SECONDS DEVICE OUT`.

Size, batch and precision are the preset's own, the inputs random and there already. Running out of
memory is a result.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from presets import built, configured, is_student, load_random_vgg19

from tryonbench.config import RunConfig
from tryonbench.data.random_batch import random_batch
from tryonbench.files import write_json
from tryonbench.memory import is_out_of_memory
from tryonbench.runs import Run
from tryonbench.training.loop import Trainer
from tryonbench_methods.common import perceptual

WARMUP, LEAST = 2, 5
"""Steps untimed, and timed at least."""


def step_times(trainer: Trainer, batch: Any, seconds: float) -> list[float]:
    """Seconds of each step, waited for: a step reads its losses, so it waits anyway."""
    times: list[float] = []
    for number in range(-WARMUP, 10_000):
        start = time.perf_counter()
        trainer._step((batch,))
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if number >= 0:
            times.append(time.perf_counter() - start)
        if len(times) >= LEAST and sum(times) >= seconds:
            break
    return times


def measured(name: str, config: RunConfig[Any], seconds: float) -> dict[str, Any]:
    """Median step, and the memory it takes at most."""
    method = built(name, config)
    with TemporaryDirectory() as folder:
        trainer = Trainer(method, config, Run(Path(folder)))
        wanted = method.training_modalities()
        batch = random_batch(config.batch_size, config.size, wanted, seed=0)
        times = step_times(trainer, batch.to(trainer.fabric.device), seconds)
    median = statistics.median(times)
    peak = torch.cuda.max_memory_allocated() / 1e6 if torch.cuda.is_available() else None
    speed = {"steps_per_s": 1 / median, "images_per_s": config.batch_size / median}
    return {"step_s": times, **speed, "allocated_mb": peak}


def main(name: str, preset: str, seconds: str, device: str, out: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("there is no CUDA device here")
    perceptual.load_state_dict = load_random_vgg19
    config = configured(name, preset)
    shape = {"method": name, "preset": preset, "size": list(config.size)}
    record = {**shape, "batch": config.batch_size, "precision": config.precision}
    if is_student(config):
        write_json(Path(out), {**record, "missing": "a student needs a trained teacher"})
        return
    try:
        record |= measured(name, config, float(seconds))
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        record["missing"] = "out of memory"
    write_json(Path(out), record)


if __name__ == "__main__":
    main(*sys.argv[1:])

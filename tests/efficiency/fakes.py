"""Methods that do one thing wrong, or take a known time; registered by `conftest.py`."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tryonbench.config import ModelConfig
from tryonbench.method import MethodInfo, TryOnBatch, TryOnMethod

OWN_TIMES = "FAKES_OWN_TIMES"
"""Environment variable: the file that `Sleeper` writes its own times to."""
PID = "FAKES_PID"
"""Environment variable: the file that `Hanger` writes its process to."""
PICTURE = b"x" * 100_000_000


class Fake(TryOnMethod):
    """Paints nothing, correctly."""

    info = MethodInfo("fake-good", "test", "none", "MIT", inputs=("cloth", "agnostic"))

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        return {"nano": {"size": [32, 24], "images": 8, "batch_size": 2}}

    def build(self) -> dict[str, nn.Module]:
        return {"net": nn.Conv2d(3, 3, 1)}

    def work(self, batch: TryOnBatch) -> None:
        """What is wrong, or slow."""

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        self.work(batch)
        return torch.tanh(self.networks["net"](batch.need("cloth")))


class SleeperConfig(ModelConfig):
    """As if each step took its time."""

    steps: int = 1


class Sleeper(Fake):
    """Sleeps 25 ms a step and keeps a record of how long it really took."""

    info = MethodInfo("fake-sleeper", "test", "none", "MIT", inputs=("cloth",))
    config_class = SleeperConfig

    def build(self) -> dict[str, nn.Module]:
        self.own: list[float] = []
        if OWN_TIMES in os.environ:
            atexit.register(lambda: Path(os.environ[OWN_TIMES]).write_text(json.dumps(self.own)))
        return super().build()

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        started = time.perf_counter()
        time.sleep(0.025 * self.config.steps)
        images = super().generate(batch, seeds)
        self.own.append(time.perf_counter() - started)
        return images


class Slowing(Fake):
    """A picture takes the longer the more there are."""

    info = MethodInfo("fake-slowing", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        time.sleep(0.01 * len(batch) ** 2)


class Raiser(Fake):
    info = MethodInfo("fake-raiser", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        print("noise on stdout")
        raise RuntimeError("the warp has no pixels\nand more lines")


class Hanger(Fake):
    info = MethodInfo("fake-hanger", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        if PID in os.environ:
            Path(os.environ[PID]).write_text(str(os.getpid()))
        time.sleep(3600)


class Leaker(Fake):
    """A megabyte more a call."""

    info = MethodInfo("fake-leaker", "test", "none", "MIT", inputs=("cloth",))

    def build(self) -> dict[str, nn.Module]:
        self.kept: list[Tensor] = []
        return super().build()

    def work(self, batch: TryOnBatch) -> None:
        self.kept.append(torch.ones(250_000))


class NeedsGpu(Fake):
    info = MethodInfo("fake-gpu", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        batch.need("cloth").cuda()


class Hungry(Fake):
    """A hundred megabytes a picture, slowly enough to be seen."""

    info = MethodInfo("fake-hungry", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        held = [bytearray(PICTURE) for _ in range(len(batch))]
        time.sleep(0.1 if len(held) < 4 else 10)


class Crasher(Fake):
    info = MethodInfo("fake-crasher", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        print("about to crash", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)


class WrongShape(Fake):
    info = MethodInfo("fake-shape", "test", "none", "MIT", inputs=("cloth",))

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return super().generate(batch, seeds)[:, :1]


FAKES = (
    Fake,
    Sleeper,
    Slowing,
    Raiser,
    Hanger,
    Leaker,
    NeedsGpu,
    Hungry,
    Crasher,
    WrongShape,
)

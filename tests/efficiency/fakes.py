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
from typing import Any, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from tryonbench.config import ModelConfig
from tryonbench.method import MethodInfo, Phase, TrainState, TryOnBatch, TryOnMethod

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


class PainterConfig(ModelConfig):
    """Two ways to paint; one of them has a limit."""

    brush: Literal["broad", "fine"] = "broad"
    steps: int = Field(default=1, ge=1)
    width: int = Field(default=1, ge=1)
    """Of the network."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.brush == "fine" and self.steps > 2:
            raise ValueError("the fine brush has two steps at most")
        return self


class Painter(Fake):
    """Can be trained; more steps come nearer to the person, and many pictures in nine fail."""

    info = MethodInfo("fake-painter", "test", "none", "MIT", inputs=("agnostic",))
    config_class = PainterConfig
    phases = (Phase("all", ("net",)),)

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        return {"nano": {"size": [64, 48], "images": 4, "batch_size": 2}}

    @classmethod
    def sweep_axes(cls, config: Any) -> Mapping[str, tuple[Any, ...]]:
        return {"brush": ("broad", "fine"), "steps": (1, 2, 4)}

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        painted = self.networks["net"](batch.need("agnostic"))
        return {"l1": (painted - batch.need("image")).abs().mean()}

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        steps = self.config.steps
        time.sleep(0.02 * steps)
        if steps == 9 and len(batch) > 1:
            raise RuntimeError("nine is too many")
        return batch.need("agnostic") * (1 - 0.5**steps)


class Slowing(Fake):
    """A picture takes the longer the more there are."""

    info = MethodInfo("fake-slowing", "test", "none", "MIT", inputs=("cloth",))

    def work(self, batch: TryOnBatch) -> None:
        time.sleep(0.02 * len(batch) ** 2)


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
    Painter,
    Slowing,
    Raiser,
    Hanger,
    Leaker,
    NeedsGpu,
    Hungry,
    Crasher,
    WrongShape,
)

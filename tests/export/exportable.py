"""A tiny method; one without parts, one whose export would lie, one for one batch size alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tryonbench.config import ModelConfig
from tryonbench.method import MethodInfo, Part, Phase, TryOnBatch, TryOnMethod, ranges
from tryonbench.seeds import noise


class TinyConfig(ModelConfig):
    """How strong the noise is."""

    gain: float = 0.1


class Painter(nn.Module):
    """Its head starts at zero: without other weights it shows the agnostic picture alone."""

    def __init__(self) -> None:
        super().__init__()
        self.mix, self.inner, self.head = (nn.Conv2d(n, 8, 3, padding=1) for n in (14, 8, 8))
        self.out = nn.Conv2d(8, 3, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, agnostic: Tensor, features: Tensor, z: Tensor) -> Tensor:
        h = self.mix(torch.cat([agnostic, features, z], 1)).relu()
        return torch.tanh(agnostic + self.out(self.head(self.inner(h).relu()).relu()))


class Tiny(TryOnMethod):
    """Reads the garment and paints, in one part."""

    info = MethodInfo("tiny", "test", "none", "MIT", inputs=("agnostic", "cloth"))
    config_class = TinyConfig
    phases = (Phase("all", ("reader", "painter")),)
    config: TinyConfig

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        return {"nano": {"size": [64, 48], "images": 8, "batch_size": 2}}

    def build(self) -> dict[str, nn.Module]:
        return {"reader": nn.Conv2d(3, 8, 3, padding=1), "painter": Painter()}

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        z = noise(seeds, (3, *batch.size), batch.need("cloth").device)
        return self.run("picture", *map(batch.need, self.info.inputs), z)[0]

    def parts(self) -> Mapping[str, Part]:
        inputs = {**ranges(self.info.inputs), "z": "standard normal"}
        return {"picture": Part(self._picture, inputs, ("image",))}

    def _picture(self, agnostic: Tensor, cloth: Tensor, z: Tensor) -> tuple[Tensor, ...]:
        features = self.networks["reader"](cloth)
        return (self.networks["painter"](agnostic, features, self.config.gain * z),)


class Closed(Tiny):
    """Names no parts."""

    info = MethodInfo("closed", "test", "none", "MIT", inputs=("agnostic", "cloth"))

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return batch.need("agnostic")

    def parts(self) -> Mapping[str, Part]:
        return {}


class Liar(Tiny):
    """Its parts are not what it generates with."""

    info = MethodInfo("liar", "test", "none", "MIT", inputs=("agnostic", "cloth"))

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        images = super().generate(batch, seeds)
        return images if self.engines else images * 0.9


class Fixed(Tiny):
    """Its trace knows one number of pictures alone."""

    info = MethodInfo("fixed", "test", "none", "MIT", inputs=("agnostic", "cloth"))

    def _picture(self, agnostic: Tensor, cloth: Tensor, z: Tensor) -> tuple[Tensor, ...]:
        scale = torch.ones(len(cloth), 1, 1, 1)
        return super()._picture(agnostic, cloth, scale * z)

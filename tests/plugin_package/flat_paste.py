"""A plug-in in one file: a method without training, and one with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tryonbench.method import MethodInfo, Phase, TrainState, TryOnBatch, TryOnMethod


class FlatPaste(TryOnMethod):
    """The flat garment pasted where the person is covered, unwarped."""

    info = MethodInfo(
        name="flat-paste",
        family="warping",
        paper="none: an example",
        licence="Apache-2.0",
        inputs=("cloth", "agnostic", "agnostic_mask"),
        trainable=False,
    )

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """See `TryOnMethod.generate`."""
        mask = batch.need("agnostic_mask")
        return mask * batch.need("cloth") + (1 - mask) * batch.need("agnostic")


class TinyPaint(TryOnMethod):
    """One convolution from agnostic image and garment to the photograph."""

    info = MethodInfo(
        name="tiny-paint",
        family="regression",
        paper="none: an example",
        licence="Apache-2.0",
        inputs=("cloth", "agnostic"),
    )
    phases = (Phase("generator", ("painter",)),)

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        return {"nano": {"size": [64, 48], "images": 32, "batch_size": 4}}

    def build(self) -> dict[str, nn.Module]:
        return {"painter": nn.Conv2d(6, 3, 3, padding=1)}

    def _paint(self, batch: TryOnBatch) -> Tensor:
        stacked = torch.cat((batch.need("agnostic"), batch.need("cloth")), dim=1)
        return torch.tanh(self.networks["painter"](stacked))

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        return {"l1": (self._paint(batch) - batch.need("image")).abs().mean()}

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return self._paint(batch)

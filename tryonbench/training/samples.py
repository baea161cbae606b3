"""Sample grids: how the pictures of fixed samples change in the course of a training."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tryonbench.batch import TryOnBatch
from tryonbench.config import RunConfig
from tryonbench.images import Pixels, save_png, to_pixels
from tryonbench.method import TryOnMethod
from tryonbench.processes.world import on_first
from tryonbench.runs import Run
from tryonbench.seeds import image_seed
from tryonbench.training.ema import Ema, averaged

COLUMNS = ("agnostic", "cloth", "image")
"""Person, garment and truth, as far as the data have them; then comes the output."""


class SampleGrids:
    """Writes a PNG with a row a sample, by the averaged weights and fixed seeds."""

    def __init__(
        self,
        method: TryOnMethod,
        ema: Ema,
        batch: TryOnBatch,
        config: RunConfig[Any],
        run: Run,
    ) -> None:
        self.method, self.ema, self.batch = method, ema, batch
        self.config, self.run = config, run

    def write_if_due(self, images: int) -> None:
        """Write a grid if the update that led to `images` was the last, or reached or passed a
        multiple of the interval."""
        passed = images % self.config.samples_every < self.config.update_images
        if passed or images >= self.config.images:
            grid = self._grid()
            on_first(lambda: save_png(self.run.grid(images), grid))

    @torch.no_grad()
    def _grid(self) -> Pixels:
        """Uint8 (rows x H, columns x W, 3)."""
        seeds = [image_seed(self.config.seed, name) for name in self.batch.ids]
        with averaged(self.method, self.ema):
            output = self.method.generate(self.batch.only(self.method.info.inputs), seeds)
        tensors = (getattr(self.batch, name) for name in COLUMNS)
        columns = [to_pixels(t) for t in (*tensors, output) if t is not None]
        return np.concatenate([np.concatenate(column) for column in columns], axis=1)

"""What `tryonbench diagnose` reads, measured on a few fixed samples now and then."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.config import RunConfig
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.sample import missing_folders
from tryonbench.method import TryOnMethod
from tryonbench.seeds import image_seed
from tryonbench.training.ema import Ema, averaged
from tryonbench.training.units import UnitCount, counted_units

SAMPLES = 4
TIMES = 5
"""Measurements a training, unless `diagnose_every` says otherwise."""
SHOWN: tuple[Modality, ...] = ("cloth", "agnostic", "agnostic_mask")
"""What measurements and grids need beside what the method trains on."""


def fixed_batch(
    dataset: VitonHD, count: int = SAMPLES, more: Sequence[Modality] = ()
) -> TryOnBatch:
    """Samples spread evenly over the data set, unchanged; with `SHOWN` and `more` where the copy
    has them."""
    wanted = (m for m in (*SHOWN, *more) if not missing_folders(dataset.split, m))
    modalities = (*dataset.modalities, *wanted)
    full = VitonHD(dataset.split, dataset.pairs, dataset.size, modalities, dataset.prepared)
    count = min(count, len(full))
    return joined([full[i * len(full) // count] for i in range(count)])


def is_due(config: RunConfig[Any], images: int) -> bool:
    """Whether the record after so many images is the last one, or the first since a multiple of
    the interval."""
    every = config.diagnose_every
    every = math.ceil(config.images / TIMES) if every is None else every
    if every == 0:
        return False
    before = max(0, images - config.log_every * config.update_images)
    return images // every > before // every or images >= config.images


class Probe:
    """Measures the averaged weights on a fixed batch with fixed seeds. It changes nothing."""

    def __init__(
        self, method: TryOnMethod, ema: Ema, batch: TryOnBatch, config: RunConfig[Any]
    ) -> None:
        """
        Args:
            batch: two samples or more.
        """
        self.method, self.ema = method, ema
        self.batch, self.compiled = batch, config.compile
        self.seeds = [image_seed(config.seed, name) for name in batch.ids]

    @torch.no_grad()
    def run(self) -> dict[str, float]:
        """`probe/garment_swap` (see `garment_swap`), `probe/dead/BLOCK` (the share of dead units)
        and `probe/condition/MODALITY` (see `variation`)."""
        counting = nullcontext(UnitCount()) if self.compiled else self._counted()
        with averaged(self.method, self.ema):
            with counting as units:
                own = self._generate(self.batch)
            found = {f"dead/{block}": share for block, share in units.shares().items()}
            if "cloth" in self.method.info.inputs:
                swapped = self._generate(with_next_garment(self.batch))
                found["garment_swap"] = garment_swap(own, swapped, self._mask(own))
        for name in self.method.info.inputs:
            found[f"condition/{name}"] = variation(self.batch.need(name))
        return {f"probe/{key}": value for key, value in found.items()}

    def _counted(self) -> Any:
        return counted_units(self.method.inference_networks)

    def _generate(self, batch: TryOnBatch) -> Tensor:
        return self.method.generate(batch.only(self.method.info.inputs), self.seeds)

    def _mask(self, images: Tensor) -> Tensor:
        """Where the garment is painted; everywhere, if the copy cannot tell."""
        mask = self.batch.agnostic_mask
        return torch.ones_like(images[:, :1]) if mask is None else mask


def with_next_garment(batch: TryOnBatch) -> TryOnBatch:
    """Each person with the garment of the next sample."""
    garments = {"cloth": batch.cloth, "cloth_mask": batch.cloth_mask}
    rolled: dict[str, Any] = {k: t.roll(-1, 0) for k, t in garments.items() if t is not None}
    return replace(batch, cloth_ids=(*batch.cloth_ids[1:], batch.cloth_ids[0]), **rolled)


def garment_swap(own: Tensor, swapped: Tensor, mask: Tensor) -> float:
    """How much pictures change with the garment, relative to how much they differ from person to
    person: ||f(c, g) - f(c, g')|| / ||f(c, g) - f(c', g')||, mean absolute values inside a mask.

    Args:
        own, swapped: (N, 3, H, W), N > 1; row i of `swapped` wears the garment of row i + 1.
        mask: (N, 1, H, W).
    """
    changed = ((own - swapped).abs() * mask).sum()
    spread = ((own - own.roll(-1, 0)).abs() * mask).sum()
    return float(changed / spread.clamp(min=torch.finfo(spread.dtype).tiny))


def variation(condition: Tensor) -> float:
    """The standard deviation over the samples, (N, …), averaged over places and channels."""
    return condition.float().std(0).mean().item()

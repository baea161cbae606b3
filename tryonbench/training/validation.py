"""Validation on samples held out of the training, with the moving average of the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch.utils.data import DataLoader

from tryonbench.batch import TryOnBatch
from tryonbench.config import RunConfig
from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.pairs import PairList
from tryonbench.errors import InputError
from tryonbench.method import TrainState, TryOnMethod
from tryonbench.metrics import make_metric, metric_class
from tryonbench.metrics.base import ImageMetric, Scored
from tryonbench.metrics.views import as_saved
from tryonbench.seeds import derive, image_seed
from tryonbench.training.ema import Ema, averaged

METRICS = ("ssim", "psnr", "l1")
Watch = Callable[[int, Mapping[str, float]], bool]
"""Called with each validation, after so many images; True ends the training there."""


def hold_out(pairs: PairList, config: RunConfig[Any]) -> tuple[PairList, PairList]:
    """The pairs to train on and those to validate on: the last `validate_samples`, or none.

    Raises:
        InputError: nothing would be left to train on.
    """
    count = config.validate_samples if config.validate_every else 0
    kept = len(pairs.pairs) - count
    if kept < 1:
        raise InputError(
            f"validation holds {count} of {len(pairs.pairs)} training samples out and leaves none; "
            "lower it: --set validate_samples=N"
        )
    return PairList(pairs.pairs[:kept], pairs.paired), PairList(pairs.pairs[kept:], pairs.paired)


@dataclass(frozen=True)
class Best:
    """The best validation so far."""

    value: float
    images: int
    """Images seen by then."""
    since: int = 0
    """Validations after it."""

    def after(self, metric: str, values: Mapping[str, float], images: int) -> Best:
        """The best once another validation is done; a value that is not a number is no better."""
        value = values[f"val/{metric}"]
        better = value > self.value if higher_is_better(metric) else value < self.value
        if better:
            return Best(value, images)
        return Best(self.value, self.images, self.since + 1)

    def state(self) -> dict[str, float]:
        return asdict(self)


def worst(metric: str) -> Best:
    """What any validation is better than."""
    return Best(float("-inf" if higher_is_better(metric) else "inf"), 0)


def higher_is_better(metric: str) -> bool:
    return metric != "loss" and metric_class(metric).higher_is_better


class Validator:
    """Losses and metrics of a method on held-out samples, equal for equal weights."""

    def __init__(
        self, method: TryOnMethod, ema: Ema, dataset: VitonHD, config: RunConfig[Any]
    ) -> None:
        self.method, self.ema, self.dataset, self.config = method, ema, dataset, config
        metrics = {key: make_metric(key, {}) for key in METRICS}
        self.metrics = {k: m for k, m in metrics.items() if isinstance(m, ImageMetric)}
        self.watch: Watch | None = None
        self.ended = False
        """Whether `watch` has ended the training."""

    def is_due(self, images: int) -> bool:
        """Whether the update that led to `images` was the last, or reached or passed a multiple of
        the interval."""
        passed = images % self.config.validate_every < self.config.update_images
        return passed or images >= self.config.images

    def run(self, images: int, device: torch.device) -> dict[str, float]:
        """Means over the samples: `val/loss`, its terms, and `val/ssim`, `val/psnr`, `val/l1`.

        Losses are those of the first phase, in evaluation mode; networks of the other phases, such
        as a discriminator, are as trained so far. Nothing of the training changes.

        Args:
            images: seen so far.
        """
        loader = DataLoader(self.dataset, self.config.batch_size, collate_fn=joined)
        totals: dict[str, float] = {}
        with averaged(self.method, self.ema):
            for batch in (loaded.to(device) for loaded in loader):
                values = self._losses(batch, images) | self._metrics(batch)
                for key, value in values.items():
                    totals[key] = totals.get(key, 0.0) + value * len(batch)
        means = {f"val/{key}": total / len(self.dataset) for key, total in totals.items()}
        self.ended = self.watch is not None and self.watch(images, means)
        return means

    def _losses(self, batch: TryOnBatch, images: int) -> dict[str, float]:
        """The weighted terms and their sum, with noise that depends on the batch alone.

        It is always step 1, so that terms that are computed every few steps never count. Gradients
        are not turned off: a penalty on a gradient needs them.
        """
        torch.manual_seed(derive("validate", self.config.seed, *batch.ids))
        phase = self.method.phases[0].name
        found = self.method.training_step(batch, TrainState(phase, 1, images))
        losses = {name: loss.item() for name, loss in found.items()}
        return {"loss": sum(losses.values())} | {f"loss/{phase}/{k}": v for k, v in losses.items()}

    @torch.no_grad()
    def _metrics(self, batch: TryOnBatch) -> dict[str, float]:
        """Metrics of the 8-bit pictures."""
        seeds = [image_seed(self.config.seed, name) for name in batch.ids]
        outputs = as_saved(self.method.generate(batch, seeds))
        scored = Scored(outputs, as_saved(batch.need("image")), None)
        scorers = {key: metric.scorer(outputs.device) for key, metric in self.metrics.items()}
        return {key: score(scored).mean().item() for key, score in scorers.items()}


def stopped_early(config: RunConfig[Any], best: Best) -> bool:
    """Whether validation has ended the training."""
    return 0 < config.early_stop <= best.since

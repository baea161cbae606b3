"""One pass over the images: each is decoded once, each network sees it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.truth import garment_region, truth_path
from tryonbench.errors import InputError
from tryonbench.images import Pixels, decode, resized
from tryonbench.metrics import make_metric
from tryonbench.metrics.base import Extractor, ImageMetric, Metric, NotDefined, Scored, SetMetric
from tryonbench.metrics.inception import clean_extractor
from tryonbench.metrics.outputs import Problems
from tryonbench.progress import progress
from tryonbench.protocols import Protocol
from tryonbench.results.schema import MetricValue
from tryonbench.stats import mean_interval
from tryonbench.weights import missing_weights

CHUNK = 8
"""Images that are in memory at a time."""

NO_TRUTH = "real unpaired pairs have no ground truth; procedural data has: tryonbench data synth"
NO_PARSE = "the data has no parse maps (image-parse-v3) that show where the garment is"


@dataclass(frozen=True)
class Item:
    """An image to score and the pair it shows."""

    id: str
    output: Path
    pair: Pair


@dataclass(frozen=True)
class Measured:
    """Values by metric, and by metric and image (NaN where an image does not count)."""

    values: dict[str, MetricValue]
    samples: dict[str, NDArray[np.float64]]
    ids: tuple[str, ...]


def chosen_metrics(protocol: Protocol, keys: Sequence[str]) -> dict[str, Metric]:
    """The metrics of a protocol, or those asked for, with the protocol's settings.

    Raises:
        InputError: unknown metric.
    """
    return {
        key: make_metric(key, protocol.metrics.get(key, {})) for key in keys or protocol.metrics
    }


def missing_reasons(
    metrics: Mapping[str, Metric], split: Split, pairs: Sequence[Pair]
) -> dict[str, str]:
    """The metrics that cannot be computed, each with why and what mends it."""
    reasons = {key: _missing_reason(metric, split, pairs) for key, metric in metrics.items()}
    return {key: reason for key, reason in reasons.items() if reason}


def _missing_reason(metric: Metric, split: Split, pairs: Sequence[Pair]) -> str | None:
    if not pairs:
        return "there are no images"
    if isinstance(metric, ImageMetric):
        if truth_path(split, pairs[0]) is None:
            return NO_TRUTH
        if metric.needs_garment and garment_region(split, pairs[0], (1, 1)) is None:
            return NO_PARSE
    return missing_weights(metric.weights) if metric.weights else None


class Engine:
    """The metrics of a protocol, ready to run; those that cannot are in `missing` with a reason."""

    def __init__(
        self,
        protocol: Protocol,
        split: Split,
        items: Sequence[Item],
        device: torch.device,
        keys: Sequence[str] = (),
    ) -> None:
        """
        Args:
            keys: the metrics to compute; all of the protocol if empty.

        Raises:
            InputError: unknown metric.
        """
        self.protocol, self.split, self.items = protocol, split, items
        self.metrics = chosen_metrics(protocol, keys)
        self.missing = missing_reasons(self.metrics, split, [item.pair for item in items])
        ready = {key: m for key, m in self.metrics.items() if key not in self.missing}
        self.scorers: dict[str, Callable[[Scored], Tensor]] = {
            key: m.scorer(device) for key, m in ready.items() if isinstance(m, ImageMetric)
        }
        sets = [m for m in ready.values() if isinstance(m, SetMetric)]
        self.extractor: Extractor | None = clean_extractor(device) if sets else None

    def measure(self, problems: Problems, title: str) -> Measured:
        """Score every image.

        Raises:
            InputError: images that cannot be read or have a wrong size, all listed with the
                problems found before.
        """
        scores: dict[str, list[Tensor]] = defaultdict(list)
        features: dict[str, list[Tensor]] = defaultdict(list)
        exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
        with exact, progress(title, len(self.items)) as update:
            for start, chunk in self._chunks():
                images = [self._load(item, problems) for item in chunk]
                if not any(problems.found.values()):
                    self._score(chunk, [image for image in images if image is not None], scores)
                    self._extract(images, chunk, features)
                update(start + len(chunk))
            if self.items:
                problems.refuse(self.items[0].output.parent)
        return self._finish(scores, features)

    def _chunks(self) -> Iterator[tuple[int, Sequence[Item]]]:
        for start in range(0, len(self.items), CHUNK):
            yield start, self.items[start : start + CHUNK]

    def _load(self, item: Item, problems: Problems) -> Pixels | None:
        """An output, or None with the problem noted."""
        try:
            pixels = np.asarray(decode(item.output, "RGB"))
        except InputError:
            problems.add("unreadable", item.output.name)
            return None
        if pixels.shape[:2] != self.protocol.size:
            height, width = self.protocol.size
            own = f"{pixels.shape[0]}x{pixels.shape[1]}"
            problems.add(f"not {height}x{width}", f"{item.output.name} is {own}")
            return None
        return pixels

    def _score(
        self, chunk: Sequence[Item], images: list[Pixels], scores: dict[str, list[Tensor]]
    ) -> None:
        """Append each per-image metric of a chunk."""
        if not self.scorers:
            return
        truths = [self._reference(truth_path(self.split, item.pair)) for item in chunk]
        scored = Scored(_unit(images), _unit(truths), self._garments(chunk))
        with torch.inference_mode():
            for key, score in self.scorers.items():
                scores[key].append(score(scored).double().cpu())

    def _garments(self, chunk: Sequence[Item]) -> Tensor | None:
        regions = [self._garment(item.pair) for item in chunk]
        known = [region for region in regions if region is not None]
        return torch.from_numpy(np.stack(known)) if len(known) == len(regions) else None

    def _garment(self, pair: Pair) -> NDArray[np.bool_] | None:
        return garment_region(self.split, pair, self.protocol.size)

    def _reference(self, path: Path | None) -> Pixels:
        """A photograph or truth at the protocol's size."""
        if path is None:
            raise InputError(f"{self.split.folder} has the true picture of some pairs only")
        return np.asarray(resized(decode(path, "RGB"), self.protocol.size, self.protocol.resize))

    def _extract(
        self,
        images: list[Pixels | None],
        chunk: Sequence[Item],
        features: dict[str, list[Tensor]],
    ) -> None:
        """Append the features of outputs and of the same persons' photographs."""
        if self.extractor is None:
            return
        photos = [self._reference(self.split.path("image", item.pair.person)) for item in chunk]
        with torch.inference_mode():
            features["output"].append(self.extractor(_bytes(images)))
            features["reference"].append(self.extractor(_bytes(photos)))

    def _finish(
        self, scores: dict[str, list[Tensor]], features: dict[str, list[Tensor]]
    ) -> Measured:
        samples = {key: torch.cat(parts).numpy() for key, parts in scores.items()}
        stacked = {key: torch.cat(parts).numpy() for key, parts in features.items()}
        values = {
            key: self._value(key, metric, samples, stacked) for key, metric in self.metrics.items()
        }
        return Measured(values, samples, tuple(item.id for item in self.items))

    def _value(
        self, key: str, metric: Metric, samples: dict[str, Any], features: dict[str, Any]
    ) -> MetricValue:
        better = metric.higher_is_better
        if key in self.missing:
            return MetricValue(value=None, missing=self.missing[key], higher_is_better=better)
        if isinstance(metric, SetMetric):
            return _set_value(metric, features["output"], features["reference"])
        return _mean_value(samples[key], better)


def _set_value(metric: SetMetric, output: Any, reference: Any) -> MetricValue:
    better = metric.higher_is_better
    try:
        value = metric.value(output, reference)
    except NotDefined as error:
        return MetricValue(value=None, missing=str(error), higher_is_better=better)
    return MetricValue(value=value, n=len(output), higher_is_better=better)


def _mean_value(samples: NDArray[np.float64], better: bool) -> MetricValue:
    """The mean of the images that count, with its interval."""
    counted = samples[np.isfinite(samples)]
    if not len(counted):
        reason = "no image has the region that it looks at"
        return MetricValue(value=None, missing=reason, higher_is_better=better)
    low, high = mean_interval(counted) or (None, None)
    return MetricValue(
        value=float(counted.mean()), low=low, high=high, n=len(counted), higher_is_better=better
    )


def _bytes(images: Sequence[Pixels | None]) -> Tensor:
    """uint8 (N, 3, H, W)."""
    stacked = np.stack([image for image in images if image is not None])
    return torch.from_numpy(stacked).permute(0, 3, 1, 2)


def _unit(images: Sequence[Pixels]) -> Tensor:
    """float32 (N, 3, H, W) in [0, 1]."""
    return _bytes(images).float() / 255

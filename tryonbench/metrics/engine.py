"""One pass over the images: each is decoded once, each network sees each view of it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryonbench.data.layout import Split
from tryonbench.metrics.base import Features, Halves, Metric, NotDefined, Scored, SetMetric
from tryonbench.metrics.found import Found, whole
from tryonbench.metrics.inception import make_extractor
from tryonbench.metrics.loading import CHUNK, Chunk, Item, Wanted, ahead, chunks, load_chunk
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Comparison, Extraction, Plan, ReferenceSet, Scoring
from tryonbench.metrics.references import feature_file, keep_features, read_features
from tryonbench.metrics.views import Picture, as_bytes, open_picture
from tryonbench.processes.world import dealt, each, gathered, on_first
from tryonbench.progress import progress
from tryonbench.results.schema import MetricValue
from tryonbench.stats import mean_interval
from tryonbench.stats.distances import FEWEST, estimate


@dataclass(frozen=True)
class Measured:
    """Values by metric, and by metric and image (NaN where an image does not count)."""

    values: dict[str, MetricValue]
    samples: dict[str, NDArray[np.float64]]
    ids: tuple[str, ...]
    halves: dict[str, Halves]
    """By distribution metric: see `SetMetric.halves`."""


class Engine:
    """A plan, ready to be run once on some images.

    Of several processes each looks at its share, and all find the whole.
    """

    def __init__(
        self, plan: Plan, split: Split, items: Sequence[Item], device: torch.device
    ) -> None:
        self.plan, self.split, self.items, self.device = plan, split, items, device
        metrics = dict.fromkeys(comparison.metric for comparison in plan.comparisons)
        self.scorers = {metric: metric.scorer(device) for metric in metrics}
        self.found = Found()
        kept = {r: f for r in plan.references if (f := self._kept(r)) is not None}
        self.open = on_first(lambda: [r for r in plan.references if r not in kept])
        self.references = {r: kept[r] for r in plan.references if r not in self.open}
        used = [*plan.outputs, *(reference.extraction for reference in self.open)]
        keys = dict.fromkeys((extraction.weights, extraction.resize) for extraction in used)
        self.extractors = {key: make_extractor(*key, device) for key in keys}

    def photographs_alone(self) -> Mapping[ReferenceSet, Features]:
        """The features of the reference sets, (N, D) each; no output is looked at."""
        with _exact(), torch.inference_mode():
            for reference in self.open:
                self._complete(reference)
        return self.references

    def measure(self, problems: Problems, title: str) -> list[Measured]:
        """What each of the plan's scorings finds.

        Raises:
            InputError: images that cannot be read or have a wrong size, all listed with the
                problems found before.
        """
        with _exact(), torch.inference_mode():
            self.found = whole(each(lambda: self._run(problems, title)))
            if self.items:
                self.found.problems.refuse(self.items[0].output.parent)
            for reference in self.open:
                self._complete(reference)
        return [self._measured(scoring) for scoring in self.plan.scorings]

    def _run(self, problems: Problems, title: str) -> Found:
        """The pass over one's share; once there is a problem, the rest is only looked at."""
        fixed = (s.protocol for s in self.plan.scorings if s.protocol.output_resize is None)
        kinds = {comparison.kind for comparison in self.plan.comparisons}
        photographs = bool(self.open) or "photographs" in kinds
        wanted = Wanted("truths" in kinds, photographs, frozenset(p.size for p in fixed))
        load = partial(load_chunk, self.split, wanted=wanted, problems=problems)
        items = dealt(self.items, CHUNK)
        with progress(title, len(items)) as update:
            for number, chunk in enumerate(ahead(load, chunks(items)), 1):
                if chunk is not None and not any(problems.found.values()):
                    self._score(chunk)
                    self._extract(chunk)
                update(min(number * CHUNK, len(items)))
        return replace(self.found, problems=problems)

    def _score(self, chunk: Chunk) -> None:
        """Append each per-image metric of a chunk; those on the same pictures share their memo."""
        memos: dict[object, dict[object, Any]] = defaultdict(dict)
        for comparison in self.plan.comparisons:
            memo = memos[comparison.output, comparison.truth, comparison.kind]
            scored = _scored(chunk, comparison, memo, self.device)
            values = self.scorers[comparison.metric](scored)
            self.found.scores[comparison] += values.double().tolist()

    def _extract(self, chunk: Chunk) -> None:
        """Append the features of a chunk's outputs, and of the photographs not known yet."""
        for extraction in self.plan.outputs:
            pictures = chunk.pictures("outputs", extraction.view)
            self.found.outputs[extraction].append(self._features(extraction, pictures))
        paths = [self._photograph(item) for item in chunk.items]
        for extraction in dict.fromkeys(reference.extraction for reference in self.open):
            pictures = chunk.pictures("photographs", extraction.view)
            rows = self._features(extraction, pictures)
            self.found.photographs[extraction].update(zip(paths, rows, strict=True))

    def _features(self, extraction: Extraction, pictures: list[Picture]) -> Tensor:
        """Features (N, D); pictures of several sizes go one by one."""
        extract = self.extractors[extraction.weights, extraction.resize]
        if len({picture.shape for picture in pictures}) == 1:
            return extract(as_bytes(pictures))
        return torch.cat([extract(as_bytes([picture])) for picture in pictures])

    def _complete(self, reference: ReferenceSet) -> None:
        """The features of the photographs that no item shows; then keep them all."""
        extraction, rows = reference.extraction, self.found.photographs[reference.extraction]
        paths = self._paths(reference)
        rest = [path for path in dict.fromkeys(paths) if path not in rows]
        for share in each(lambda: self._extract_alone(extraction, dealt(rest, CHUNK))):
            rows.update(share)
        features: Features = torch.stack([rows[path] for path in paths]).numpy()
        self.references[reference] = features
        on_first(lambda: keep_features(self._file(reference), features))

    def _extract_alone(self, extraction: Extraction, paths: Sequence[Path]) -> dict[Path, Tensor]:
        """The features of photographs that are looked at for nothing else."""
        load, rows = partial(_views, extraction), dict[Path, Tensor]()
        if not paths:
            return rows
        with progress(f"photographs {extraction.weights}", len(paths)) as update:
            for done, (group, pictures) in enumerate(ahead(load, chunks(paths)), 1):
                rows.update(zip(group, self._features(extraction, pictures), strict=True))
                update(min(done * CHUNK, len(paths)))
        return rows

    def _kept(self, reference: ReferenceSet) -> Features | None:
        return read_features(self._file(reference), len(self._paths(reference)))

    def _file(self, reference: ReferenceSet) -> Path:
        return feature_file(reference.extraction, self._paths(reference), self.device)

    def _paths(self, reference: ReferenceSet) -> list[Path]:
        """The photographs of a reference set, in order."""
        if not reference.every:
            return [self._photograph(item) for item in self.items]
        return [self.split.path("image", name) for name in self.split.ids("image")]

    def _photograph(self, item: Item) -> Path:
        return self.split.path("image", item.pair.person)

    def _measured(self, scoring: Scoring) -> Measured:
        samples = {
            key: np.array(self.found.scores[scoring.comparison(metric)])
            for key, metric in scoring.pairwise()
        }
        values = {key: no_value(scoring.metrics[key], why) for key, why in scoring.missing.items()}
        values |= {key: _mean_value(samples[key], scoring.metrics[key]) for key in samples}
        halves: dict[str, Halves] = {}
        sets = list(scoring.distributions())
        shares = each(lambda: [self._distance(scoring, metric) for _, metric in dealt(sets, 1)])
        for (key, _), (value, found) in zip(sets, gathered(shares, 1), strict=True):
            values[key] = value
            halves |= {key: found} if found is not None else {}
        ordered = {key: values[key] for key in scoring.metrics}
        return Measured(ordered, samples, tuple(item.id for item in self.items), halves)

    def _distance(self, scoring: Scoring, metric: SetMetric) -> tuple[MetricValue, Halves | None]:
        """A distribution metric's value, and what its interval comes from."""
        output = torch.cat(self.found.outputs[scoring.outputs(metric)]).numpy()
        reference = scoring.reference(metric)
        return set_distance(metric, output, self.references[reference], not reference.every)


def set_distance(
    metric: SetMetric, output: Features, reference: Features, aligned: bool
) -> tuple[MetricValue, Halves | None]:
    """A distribution metric's value, or why there is none; and what its interval comes from.

    Args:
        aligned: see `SetMetric.halves`.
    """
    try:
        _refuse_nonfinite(output, reference)
        value = metric.value(output, reference)
    except NotDefined as error:
        return no_value(metric, str(error)), None
    enough = min(len(output), len(reference)) >= FEWEST
    halves = metric.halves(output, reference, aligned) if enough else None
    remark = metric.remark(len(output), len(reference))
    return _set_value(metric, value, len(output), halves, remark), halves


def _exact() -> AbstractContextManager[None]:
    """Convolutions without TF32, which cuDNN would use by itself."""
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    return flags


def _scored(
    chunk: Chunk, comparison: Comparison, memo: dict[object, Any], device: torch.device
) -> Scored:
    """The pictures of a comparison; tensors are made once a memo."""
    if "pair" not in memo:
        outputs = chunk.unit("outputs", comparison.output).to(device)
        memo["pair"] = outputs, chunk.unit(comparison.kind, comparison.truth).to(device)
    region, size = comparison.metric.region, comparison.truth.size
    if region and size and region not in memo:
        found = chunk.region(region, size)
        memo[region] = None if found is None else found.to(device)
    output, truth = memo["pair"]
    return Scored(output, truth, memo[region] if region else None, memo)


def _views(extraction: Extraction, paths: Sequence[Path]) -> tuple[Sequence[Path], list[Picture]]:
    return paths, [extraction.view.of(open_picture(path)) for path in paths]


def no_value(metric: Metric, reason: str) -> MetricValue:
    """A metric without a value, and why."""
    return MetricValue(value=None, missing=reason, higher_is_better=metric.higher_is_better)


def _refuse_nonfinite(output: Features, reference: Features) -> None:
    for name, features in (("outputs", output), ("photographs", reference)):
        broken = int((~np.isfinite(features)).any(1).sum())
        if broken:
            raise NotDefined(f"the network's features of {broken} {name} are not finite")


def _set_value(
    metric: SetMetric, value: float, n: int, halves: Halves | None, remark: str | None
) -> MetricValue:
    """The value with its interval: as wide as the spread over halves says."""
    better = metric.higher_is_better
    plain = MetricValue(value=value, n=n, higher_is_better=better, note=remark)
    if halves is None:
        return plain
    found = estimate(halves)
    below, above = found.value - found.low, found.high - found.value
    return plain.model_copy(update={"low": value - below, "high": value + above})


def _mean_value(samples: NDArray[np.float64], metric: Metric) -> MetricValue:
    """The mean of the images that count, with its interval."""
    counted = samples[np.isfinite(samples)]
    if not len(counted):
        return no_value(metric, "no image has the region that it looks at")
    low, high = mean_interval(counted) or (None, None)
    return MetricValue(
        value=float(counted.mean()),
        low=low,
        high=high,
        n=len(counted),
        higher_is_better=metric.higher_is_better,
    )

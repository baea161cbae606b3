"""What has to be done for some protocols at once: which views, which networks, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import missing_folders
from tryonbench.data.truth import is_own_garment, region_path, truth_path
from tryonbench.errors import listed
from tryonbench.metrics import make_metric
from tryonbench.metrics.base import ImageMetric, Metric, Resize, SetMetric
from tryonbench.metrics.regional import Regional
from tryonbench.metrics.views import (
    View,
    generated_view,
    output_view,
    reference_view,
    truth_view,
)
from tryonbench.protocols import Protocol
from tryonbench.weights import find, missing_weights

NO_TRUTH = "real unpaired pairs have no ground truth; procedural data has: tryonbench data synth"
NO_PARSE = "the data has no parse maps (image-parse-v3) that show where the garment is"

NO_MASK = "the data has no agnostic masks, nor the parse maps and poses to compute them from"


@dataclass(frozen=True)
class Comparison:
    """A per-image metric on outputs and truths, each seen in one way."""

    metric: ImageMetric
    output: View
    truth: View
    kind: Literal["truths", "photographs"]
    """What is compared with: what must stay is compared with the photograph of the person."""


@dataclass(frozen=True)
class Extraction:
    """Features of pictures seen in one way, by one network."""

    weights: str
    resize: Resize | None
    view: View

    def __str__(self) -> str:
        how = f", resized {self.resize}" if self.resize else ""
        return f"{self.weights}{how}, pictures {self.view}"


@dataclass(frozen=True)
class ReferenceSet:
    """Features of photographs: those of the pairs' persons, or all of the split."""

    extraction: Extraction
    every: bool


@dataclass(frozen=True)
class Scoring:
    """One protocol's metrics, and why some cannot be computed."""

    protocol: Protocol
    metrics: Mapping[str, Metric]
    missing: Mapping[str, str]

    def comparison(self, metric: ImageMetric) -> Comparison:
        """How a per-image metric sees this protocol's pictures."""
        protocol = self.protocol
        with_photograph = metric.region == "preserved" and protocol.pairing == "unpaired"
        kind: Literal["truths", "photographs"] = "photographs" if with_photograph else "truths"
        return Comparison(metric, output_view(protocol), truth_view(protocol), kind)

    def outputs(self, metric: SetMetric) -> Extraction:
        """The outputs' features that a distribution metric reads."""
        return Extraction(metric.weights, metric.resize, generated_view(self.protocol))

    def reference(self, metric: SetMetric) -> ReferenceSet:
        """The photographs' features that a distribution metric reads."""
        extraction = Extraction(metric.weights, metric.resize, reference_view(self.protocol))
        return ReferenceSet(extraction, self.protocol.reference.photographs == "all")

    def pairwise(self) -> Iterator[tuple[str, ImageMetric]]:
        """The per-image metrics that can be computed, by key."""
        for key, metric in self._ready():
            if isinstance(metric, ImageMetric):
                yield key, metric

    def distributions(self) -> Iterator[tuple[str, SetMetric]]:
        """The distribution metrics that can be computed, by key."""
        for key, metric in self._ready():
            if isinstance(metric, SetMetric):
                yield key, metric

    def weight_files(self) -> list[str]:
        """The names of the verified files that the metrics load: each stands for one content."""
        names = {metric.weights for _, metric in self._ready() if metric.weights}
        return sorted(find(name).name for name in names)

    def _ready(self) -> Iterator[tuple[str, Metric]]:
        return ((key, m) for key, m in self.metrics.items() if key not in self.missing)


@dataclass(frozen=True)
class Plan:
    """The work for all protocols, each piece once."""

    scorings: Sequence[Scoring]
    comparisons: Sequence[Comparison] = field(init=False)
    outputs: Sequence[Extraction] = field(init=False)
    references: Sequence[ReferenceSet] = field(init=False)

    def __post_init__(self) -> None:
        every = self.scorings
        sets = [(scoring, metric) for scoring in every for _, metric in scoring.distributions()]
        for name, found in (
            ("comparisons", [s.comparison(m) for s in every for _, m in s.pairwise()]),
            ("outputs", [scoring.outputs(metric) for scoring, metric in sets]),
            ("references", [scoring.reference(metric) for scoring, metric in sets]),
        ):
            object.__setattr__(self, name, tuple(dict.fromkeys(found)))


def scoring_of(
    protocol: Protocol, keys: Sequence[str], split: Split, pairs: Sequence[Pair]
) -> Scoring:
    """The metrics asked for under a protocol, or all of its own.

    Raises:
        InputError: unknown metric.
    """
    given = protocol.metrics
    metrics = {
        key: make_metric(key, given.get(key, given.get(key.partition("@")[0], {})))
        for key in keys or given
    }
    reasons = {key: _missing(metric, protocol, split, pairs) for key, metric in metrics.items()}
    return Scoring(protocol, metrics, {key: why for key, why in reasons.items() if why})


def _missing(metric: Metric, protocol: Protocol, split: Split, pairs: Sequence[Pair]) -> str | None:
    """Why a metric cannot be computed, and what mends it."""
    if not pairs:
        return "there are no images"
    if isinstance(metric, ImageMetric):
        if metric.region == "preserved":
            if missing_folders(split, "agnostic_mask"):
                return NO_MASK
        elif lacking := [pair for pair in pairs if truth_path(split, pair) is None]:
            return NO_TRUTH if len(lacking) == len(pairs) else _some("ground truth", lacking, pairs)
        if metric.region == "garment":
            lacking = [pair for pair in pairs if not region_path(split, pair).is_file()]
            if len(lacking) == len(pairs):
                return NO_PARSE
            if lacking:
                return _some("parse map", lacking, pairs)
    reason = metric.undefined(protocol.size)
    return reason or (missing_weights(metric.weights) if metric.weights else None)


def _some(what: str, lacking: Sequence[Pair], every: Sequence[Pair]) -> str:
    names = listed([p.person if is_own_garment(p) else p.truth for p in lacking])
    return f"{len(lacking)} of {len(every)} pairs without {what}: {names}; add what is missing"


def explained(plan: Plan, items: int, photographs: int) -> list[str]:
    """The plan in words, a line a step.

    Args:
        items: images to score.
        photographs: in the split.
    """
    lines = [f"decode {items} outputs once; their photographs or truths once"]
    lines += [
        f"compare outputs {c.output}, {c.kind} {c.truth}: {_named(c.metric)}"
        for c in plan.comparisons
    ]
    lines += [f"features of {items} outputs: {extraction}" for extraction in plan.outputs]
    return [*lines, *explained_references(plan, items, photographs)]


def explained_references(plan: Plan, items: int, photographs: int) -> list[str]:
    """What is done with photographs alone, and what is missing; arguments as for `explained`."""
    lines = [
        f"features of {photographs if r.every else items} photographs (cached by content): "
        f"{r.extraction}"
        for r in plan.references
    ]
    missing = [
        f"{s.protocol.name}: no {k}: {why}" for s in plan.scorings for k, why in s.missing.items()
    ]
    return [*lines, *missing]


def _named(metric: Metric) -> str:
    """A metric's label and those of its settings that are not the defaults."""
    own = metric.metric if isinstance(metric, Regional) else metric
    default = type(own)()
    changed = (
        f"{name}={getattr(own, name)}"
        for name in own.__dataclass_fields__
        if getattr(own, name) != getattr(default, name)
    )
    return " ".join([metric.label, *changed])

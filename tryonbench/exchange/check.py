"""What a result says of itself, checked without images: settings, counts, ranges, means."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tryonbench.data.pairs import Pair
from tryonbench.exchange.intervals import interval_findings
from tryonbench.exchange.ranges import is_outside
from tryonbench.exchange.schema import Parcel
from tryonbench.files import digest
from tryonbench.metrics import CLASSES, metric_class
from tryonbench.results.schema import MetricValue
from tryonbench.results.tables import TRUTH

MEAN_TOLERANCE = 1e-9
"""Relative, of a mean that is computed again from values written with every digit."""


@dataclass
class Outcome:
    """What contradicts, and what could not be looked at; a line each."""

    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scored: int = 0
    """Images that were scored again."""


def findings_of(parcel: Parcel) -> list[str]:
    """What contradicts something else in the result, a line each."""
    found = [*_settings(parcel), *_counts(parcel), *_costs(parcel)]
    for key, value in parcel.result.metrics.items():
        found += [f"{key}: {what}" for what in _value(key, value, parcel.result.n)]
    found += interval_findings(parcel)
    for key in parcel.per_image or {}:
        found += [f"{key}: {what}" for what in _images(parcel, key)]
    return [f"{parcel.label}: {what}" for what in found]


def _settings(parcel: Parcel) -> Iterator[str]:
    """The protocol's fingerprint, computed again, and what the result repeats of the protocol."""
    result, protocol = parcel.result, parcel.protocol
    if (computed := protocol.fingerprint_as_written) != result.fingerprint:
        yield f"the protocol's fingerprint is {computed}, not {result.fingerprint}"
    for name in ("seed", "size", "pairing"):
        stated, own = getattr(result, name), getattr(protocol, name)
        if stated != own:
            yield f"{name} is {stated}, the protocol's is {own}"
    if result.protocol != protocol.name:
        yield f"the protocol that is given is {protocol.name}"
    if result.family != parcel.origin.family:
        yield f"family is {result.family}, the run's is {parcel.origin.family}"
    if not result.method.startswith(parcel.origin.method):
        yield f"method is {result.method}, the run's is {parcel.origin.method}"


def _counts(parcel: Parcel) -> Iterator[str]:
    """As many images as there are hashes, and those of the pair list as far as it is known."""
    result = parcel.result
    if result.skipped is not None:
        if result.metrics or parcel.images:
            yield "it was skipped, yet it has values or images"
        return
    if not result.n:
        yield "n is 0"
    if result.family == TRUTH and not parcel.images:
        return
    if result.n != len(parcel.images):
        yield f"n is {result.n}, but there are hashes of {len(parcel.images)} images"
    elif not _of_the_pairs(parcel):
        yield f"the ids are not those of the pair list {result.data.pairs}"
    if both := sorted(set(result.missing_images or []) & set(parcel.images)):
        yield f"{both[0]} is called missing and has a hash"


def _of_the_pairs(parcel: Parcel) -> bool:
    """Whether the ids are those of the pair list, where they say enough of it: of unpaired ones
    only `PERSON__GARMENT` does."""
    ids, result = list(parcel.images), parcel.result
    if result.missing_images:
        return True
    if all("__" in name for name in ids):
        truths = ids
    elif result.pairing == "paired":
        truths = [Pair(name, name).truth for name in ids]
    else:
        return True
    return digest(*truths)[:12] == result.data.pairs


def _costs(parcel: Parcel) -> Iterator[str]:
    cost = parcel.result.efficiency
    if cost.latency and not 0 < cost.latency.median_ms <= cost.latency.p90_ms:
        yield f"latency {cost.latency.median_ms:g} ms with a p90 of {cost.latency.p90_ms:g} ms"
    if cost.throughput is not None and cost.throughput <= 0:
        yield f"{cost.throughput:g} images a second"
    if any(count < 0 for count in (cost.parameters or {}).values()):
        yield "a negative number of parameters"


def _value(key: str, value: MetricValue, n: int) -> Iterator[str]:
    """A value in its range and its interval, with its count and its direction."""
    name, (low, high) = key.partition("@")[0], (value.low, value.high)
    if name in CLASSES and metric_class(name).higher_is_better != value.higher_is_better:
        yield "higher_is_better is the wrong way round"
    if value.value is None:
        if not value.missing:
            yield "no value, and no reason why"
        return
    if is_outside(key, value.value):
        yield f"{value.value:g} is no possible value"
    if (low is None) != (high is None):
        yield "an interval with one end"
    elif low is not None and high is not None and not _within(value.value, low, high):
        yield f"{value.value:g} is not within its interval {low:g} to {high:g}"
    if value.n is not None and not 0 < value.n <= n:
        yield f"{value.n} images count, of {n}"


def _within(value: float, low: float, high: float) -> bool:
    """The mean of equal values may miss their point by rounding."""
    slack = MEAN_TOLERANCE * abs(value)
    return low - slack <= value <= high + slack


def _images(parcel: Parcel, key: str) -> Iterator[str]:
    """The values of single images: as many as hashes, possible ones, with the stated mean."""
    samples, value = (parcel.per_image or {})[key], parcel.result.metrics.get(key)
    counted = [number for number in samples if number is not None]
    if len(samples) != len(parcel.images):
        yield f"values of {len(samples)} images, but hashes of {len(parcel.images)}"
    if impossible := [number for number in counted if is_outside(key, number)]:
        yield f"{impossible[0]:g} is no possible value of an image"
    if value is None or (value.value is None and counted):
        yield "values of single images, but none of all"
    elif value.value is not None:
        yield from _mean(value, counted)


def _mean(value: MetricValue, counted: list[float]) -> Iterator[str]:
    assert value.value is not None
    mean = math.fsum(counted) / len(counted) if counted else math.nan
    if not math.isclose(value.value, mean, rel_tol=MEAN_TOLERANCE, abs_tol=1e-12):
        yield f"the mean of the images is {mean:.9g}, the value {value.value:.9g}"
    if value.n not in (None, len(counted)):
        yield f"{len(counted)} images have a value, stated are {value.n}"

"""The distribution metrics between two random halves of the photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.metrics.base import Halves, ImageMetric
from tryonbench.metrics.engine import Engine, Measured, no_value, set_distance
from tryonbench.metrics.loading import Item
from tryonbench.metrics.plan import Plan, Scoring, explained_references

NOT_PAIRED = "the two halves show different people, so that no image has a truth"


def persons_of(pairs: Sequence[Pair]) -> list[str]:
    """The persons of some pairs, each once: a photograph in both halves would be no distance."""
    return list(dict.fromkeys(pair.person for pair in pairs))


def half_scoring(scoring: Scoring) -> Scoring:
    """The scoring without what compares image by image."""
    paired = [key for key, metric in scoring.metrics.items() if isinstance(metric, ImageMetric)]
    return replace(scoring, missing={**scoring.missing, **dict.fromkeys(paired, NOT_PAIRED)})


def measure_halves(
    scoring: Scoring, split: Split, pairs: Sequence[Pair], device: torch.device
) -> Measured:
    """The distance of one half of the reference photographs from the other, seen as the protocol
    sees references; drawn with the protocol's seed. Of an odd number, one is left out.
    """
    own, persons = half_scoring(scoring), persons_of(pairs)
    items = [Item(name, split.path("image", name), Pair(name, name)) for name in persons]
    references = Engine(Plan([own]), split, items, device).photographs_alone()
    values = {key: no_value(own.metrics[key], why) for key, why in own.missing.items()}
    halves: dict[str, Halves] = {}
    for key, metric in own.distributions():
        features = references[own.reference(metric)]
        first, second = (features[half] for half in _halves(len(features), own.protocol.seed))
        values[key], found = set_distance(metric, first, second, aligned=False)
        halves |= {key: found} if found is not None else {}
    ids = tuple(persons[i] for i in _halves(len(persons), own.protocol.seed)[0])
    return Measured({key: values[key] for key in own.metrics}, {}, ids, halves)


def explained_halves(scoring: Scoring, split: Split, pairs: Sequence[Pair]) -> list[str]:
    """What `measure_halves` would do, in words, a line a step."""
    plan, persons = Plan([half_scoring(scoring)]), persons_of(pairs)
    first = f"split the photographs in two random halves, seed {scoring.protocol.seed}"
    return [first, *explained_references(plan, len(persons), len(split.ids("image")))]


def _halves(count: int, seed: int) -> tuple[list[int], list[int]]:
    """Two random halves of the positions below count.

    >>> one, two = _halves(5, seed=0)
    >>> (len(one), len(two), len({*one, *two}))
    (2, 2, 4)
    """
    order = np.random.default_rng(seed).permutation(count).tolist()
    half = count // 2
    return order[:half], order[half : 2 * half]

"""What one pass over some items finds; of several passes over shares of them, the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from tryonbench.metrics.loading import CHUNK
from tryonbench.metrics.outputs import Problems
from tryonbench.metrics.plan import Comparison, Extraction
from tryonbench.processes.world import gathered


@dataclass
class Found:
    """Per-image values and features, in the order of the items."""

    problems: Problems = field(default_factory=Problems)
    scores: dict[Comparison, list[float]] = field(default_factory=lambda: defaultdict(list))
    outputs: dict[Extraction, list[Tensor]] = field(default_factory=lambda: defaultdict(list))
    """A tensor (N, D) a chunk of items."""
    photographs: dict[Extraction, dict[Path, Tensor]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def whole(shares: Sequence[Found]) -> Found:
    """What was found on all items, which were dealt a chunk at a time."""
    if len(shares) == 1:
        return shares[0]
    found = Found()
    for share in shares:
        for kind, what in share.problems.found.items():
            known = found.problems.found[kind]
            known += [name for name in what if name not in known]
        for extraction, rows in share.photographs.items():
            found.photographs[extraction].update(rows)
    found.scores.update(_in_order([share.scores for share in shares], CHUNK))
    found.outputs.update(_in_order([share.outputs for share in shares], 1))
    return found


def _in_order(shares: Sequence[dict[Any, list[Any]]], size: int) -> dict[Any, list[Any]]:
    """Lists by key, each put together of shares that were dealt in groups of a size."""
    keys = dict.fromkeys(key for share in shares for key in share)
    return {key: gathered([share.get(key, []) for share in shares], size) for key in keys}

"""What the tests of tuning share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tryonbench.tune.plan import Plan

SPACE = """
optimizer.lr: {type: float, low: 1.0e-4, high: 1.0e-2, log: true}
model.generator.residual_blocks: {type: int, low: 0, high: 4}
model.losses.gan: {type: categorical, choices: [lsgan, hinge]}
"""
SMALL = ("validate_samples=4", "diagnose_every=0")

MakePlan = Callable[..., Plan]


def loss_of(values: dict[str, Any]) -> float:
    """The best is a learning rate of 1e-3 and two blocks."""
    blocks = values["model.generator.residual_blocks"]
    return abs(math.log10(values["optimizer.lr"]) + 3) + 0.1 * abs(blocks - 2)

"""Returns the agnostic picture: what a method scores that paints nothing."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from tryonbench.method import MethodInfo, TryOnBatch, TryOnMethod


class GreyFill(TryOnMethod):
    """The person with the covered area left grey."""

    info = MethodInfo(
        name="grey-fill",
        family="baseline",
        paper="none: the floor that any trained method must beat",
        licence="Apache-2.0",
        inputs=("agnostic",),
        trainable=False,
    )

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The agnostic pictures, (N, 3, H, W) in [-1, 1]."""
        return batch.need("agnostic").clone()

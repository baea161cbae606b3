"""Returns the photograph: what a method scores that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from tryonbench.method import MethodInfo, TryOnBatch, TryOnMethod
from tryonbench.protocols import Protocol


class CopyPerson(TryOnMethod):
    """The person in the garment they already wear: perfect realism, no try-on."""

    info = MethodInfo(
        name="copy-person",
        family="baseline",
        paper="none: the ceiling of realism and the floor of garment fidelity",
        licence="Apache-2.0",
        inputs=("image",),
        trainable=False,
    )

    @classmethod
    def skip(cls, protocol: Protocol) -> str | None:
        """Paired protocols: the photograph is the truth there."""
        if protocol.pairing == "paired":
            return "the photograph is the ground truth here, so every score would be perfect"
        return None

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """The photographs, (N, 3, H, W) in [-1, 1]."""
        return batch.need("image").clone()

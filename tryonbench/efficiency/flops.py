"""Floating-point operations of one picture, and the operations that nothing counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from tryonbench.batch import TryOnBatch
from tryonbench.efficiency.schema import Flops
from tryonbench.method import TryOnMethod

MOVES = {
    "copy_", "clone", "cat", "stack", "empty", "empty_like", "zeros", "zeros_like", "ones",
    "ones_like", "full", "full_like", "new_empty", "new_zeros", "new_ones", "new_full", "fill_",
    "zero_", "arange", "index", "index_select", "gather", "index_put_", "scatter", "embedding",
    "constant_pad_nd", "reflection_pad2d", "replication_pad2d", "repeat", "flip", "roll",
    "_to_copy", "_local_scalar_dense", "scalar_tensor", "lift_fresh", "resize_",
    "select_scatter", "slice_scatter", "_unsafe_view", "split_with_sizes_copy", "pixel_shuffle",
    "detach_", "pixel_unshuffle", "_unsafe_index", "masked_fill", "where", "unbind", "set_",
    "contiguous",
}  # fmt: skip
"""Operations that put values elsewhere and compute none."""


class _Uncounted(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the calls of operations that compute and have no formula."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        packet = getattr(func, "_overloadpacket", func)
        if packet not in flop_registry and not _only_moves(func, packet):
            self.calls[str(packet).removeprefix("aten.")] += 1
        return func(*args, **(kwargs or {}))


def _only_moves(func: Any, packet: Any) -> bool:
    name = getattr(packet, "__name__", "")
    return name in MOVES or bool(getattr(func, "is_view", False)) or str(packet).startswith("prim")


def count_flops(method: TryOnMethod, batch: TryOnBatch) -> Flops:
    """Of one `generate` call with a batch of one; on the meta device nothing is computed."""
    uncounted = _Uncounted()
    with torch.inference_mode(), uncounted, FlopCounterMode(display=False) as counter:
        method.generate(batch, [0])
    return Flops(total=int(counter.get_total_flops()), uncounted=dict(uncounted.calls))

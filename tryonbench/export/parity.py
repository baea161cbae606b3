"""Whether an export makes the pictures that the method makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from tryonbench.batch import TryOnBatch
from tryonbench.data.random_batch import random_batch
from tryonbench.errors import TryonbenchError
from tryonbench.export.engines import Engine
from tryonbench.export.schema import TOLERANCE, Difference
from tryonbench.export.writing import TRACED, Example, PartModule
from tryonbench.method import TryOnMethod

BATCHES = (1, 3)
"""None is the traced one, so that the batch is seen to be dynamic."""
Call = tuple[tuple[Tensor, ...], tuple[Tensor, ...]]
"""What went into a part, and what came out."""


@contextmanager
def standing_in(method: TryOnMethod, engines: Mapping[str, Engine]) -> Iterator[None]:
    """The method generates with the engines inside the block."""
    before, method.engines = method.engines, dict(engines)
    try:
        yield
    finally:
        method.engines = before


def recorded(method: TryOnMethod, batch: TryOnBatch, seeds: Sequence[int]) -> dict[str, list[Call]]:
    """The calls of each part while pictures are generated, in their order.

    Raises:
        TryonbenchError: a part is never called.
    """
    calls: dict[str, list[Call]] = {name: [] for name in method.parts()}
    recorders = {name: _recorder(method, name, calls[name]) for name in calls}
    with torch.inference_mode(), standing_in(method, recorders):
        method.generate(batch, seeds)
    if unused := [name for name, found in calls.items() if not found]:
        raise TryonbenchError(f"{method.info.name} does not generate by its parts {unused}")
    return calls


def _recorder(method: TryOnMethod, name: str, calls: list[Call]) -> Engine:
    function: Callable[..., tuple[Tensor, ...]] = method.parts()[name].function

    def run(*inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = function(*inputs)
        calls.append((inputs, outputs))
        return outputs

    return run


def examples(method: TryOnMethod) -> dict[str, Example]:
    """Each part with what it is first given when a batch of random inputs is generated."""
    batch = random_batch(TRACED, method.size, method.info.inputs, seed=0)
    calls = recorded(method, batch, range(TRACED))
    return {
        name: Example(part, PartModule(method, part), *map(_owned, calls[name][0]))
        for name, part in method.parts().items()
    }


def _owned(tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Copies that may be traced: those made in inference mode may not, and views share strides."""
    return tuple(tensor.clone().contiguous() for tensor in tensors)


def difference(method: TryOnMethod, engines: Mapping[str, Engine]) -> Difference:
    """Between pictures of random inputs with and without the engines, over all batches."""
    found = torch.cat([_differences(method, engines, count).flatten() for count in BATCHES])
    return Difference(largest=float(found.max()), mean=float(found.mean()))


@torch.inference_mode()
def _differences(method: TryOnMethod, engines: Mapping[str, Engine], count: int) -> Tensor:
    """(N, 3, H, W)."""
    batch = random_batch(count, method.size, method.info.inputs, seed=count)
    expected = method.generate(batch, range(count))
    with standing_in(method, engines):
        return (method.generate(batch, range(count)) - expected).abs()


def require_equal(found: Difference, what: str) -> Difference:
    """
    Raises:
        TryonbenchError: the largest difference is above the tolerance, or is no number.
    """
    if found.largest <= TOLERANCE:
        return found
    raise TryonbenchError(
        f"the export's pictures differ by {found.largest:.2g} of [-1, 1] with {what} "
        f"(allowed: {TOLERANCE:g}); nothing was kept; try another --format or --opset"
    )

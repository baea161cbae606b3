"""Dead units: channels after an activation that are the same whatever the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from lightning_fabric import is_wrapped
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

ACTIVATIONS = frozenset({"relu", "relu_", "leaky_relu", "leaky_relu_", "silu", "gelu", "elu"})
SAME = 1e-6
"""A unit is dead if its outputs lie within this of one another."""


class UnitCount(TorchFunctionMode):
    """Counts units and dead ones by block, at every activation while it is on.

    It sees functions and modules alike; they count for the block that was entered last. A unit
    that several passes use counts in each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.block = ""
        self.counts: dict[str, tuple[int, int]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if self.block and getattr(func, "__name__", "") in ACTIVATIONS:
            dead = dead_units(result)
            units, before = self.counts.get(self.block, (0, 0))
            self.counts[self.block] = (units + len(dead), before + int(dead.sum()))
        return result

    def shares(self) -> dict[str, float]:
        """The share of dead units by block."""
        return {block: dead / units for block, (units, dead) in self.counts.items()}


def dead_units(outputs: Tensor) -> Tensor:
    """Which channels do not vary, (C,) bool, of maps (N, C, H, W), tokens (N, L, C) or (N, C)."""
    channels = outputs.movedim(1 if outputs.ndim == 4 else -1, 0).flatten(1)
    return channels.amax(1) - channels.amin(1) < SAME


@contextmanager
def counted_units(networks: Mapping[str, nn.Module]) -> Iterator[UnitCount]:
    """Count the units of the networks' passes inside the block, by `network.block`."""
    count = UnitCount()
    with ExitStack() as stack:
        for name, network in networks.items():
            inner: Any = network.module if is_wrapped(network) else network
            for part, block in inner.named_children():
                for module in block.modules():  # lists of layers are never called themselves
                    hook = module.register_forward_pre_hook(_entered(count, f"{name}.{part}"))
                    stack.callback(hook.remove)
        yield stack.enter_context(count)


def _entered(count: UnitCount, block: str) -> Callable[..., None]:
    def enter(*_: object) -> None:
        count.block = block

    return enter

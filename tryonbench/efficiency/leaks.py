"""Whether memory grows from call to call."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

SETTLING = 2
"""Readings at the beginning that do not count: allocators still grow."""
LEAST = 512 * 1024
"""Bytes that must have been added after that: less is the allocator's noise."""


def bytes_per_call(held: Sequence[tuple[int, int]]) -> float | None:
    """Growth of memory that never stops; None if it stands still or falls at any time.

    Args:
        held: calls done so far, and bytes held then.

    >>> bytes_per_call([(n, 10**8 + n * 10**6) for n in range(8)])
    1000000.0
    >>> bytes_per_call([(n, 10**8) for n in range(8)])
    """
    settled = held[SETTLING:]
    if len(settled) < 3 or any(after <= before for (_, before), (_, after) in pairwise(settled)):
        return None
    grown = settled[-1][1] - settled[0][1]
    return grown / (settled[-1][0] - settled[0][0]) if grown >= LEAST else None

"""Whether names beside marks would stand on each other, or on another mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

WIDTH, HEIGHT = 460, 340
"""Pixels of a plot without its margins, at the narrowest that shows names."""
LETTER, LINE = 6.6, 14
"""Pixels of a letter's width and of a line's height."""
MARK = 9


@dataclass(frozen=True)
class Named:
    """A mark and its name."""

    x: float
    """Share of the axis, 0 to 1; y, too."""
    y: float
    name: str
    left: bool
    """Whether the name stands to the left of the mark."""


Box = tuple[float, float, float, float]
"""Left, right, bottom, top in pixels."""


def crowded(marks: Sequence[Named]) -> bool:
    """Whether the name of one mark meets another mark or its name."""
    return any(_meet(_box(one), _box(other)) for one, other in combinations(marks, 2))


def _box(mark: Named) -> Box:
    """Of a mark with its name."""
    x, y, length = mark.x * WIDTH, mark.y * HEIGHT, LETTER * (len(mark.name) + 3)
    ends = (x - length, x + MARK / 2) if mark.left else (x - MARK / 2, x + length)
    return (*ends, y - LINE / 2, y + LINE / 2)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]

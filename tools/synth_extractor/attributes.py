"""What the network learns to tell from a picture: the attributes that it was drawn with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tryonbench.synth.draw.prints import PRINTS
from tryonbench.synth.garment import CATEGORIES, DEPTHS
from tryonbench.synth.patterns import PATTERNS
from tryonbench.synth.person import ARM_POSES, BOTTOMS, HAIR_STYLES, SKINS, TOGETHER, WALLS

Record = Mapping[str, Any]
"""The content of `attributes/ID.json`."""
ARMS = tuple(dict.fromkeys([*ARM_POSES, *(pose for both in TOGETHER for pose in both)]))
JOINTS = 25
ONE_COLOUR = ("solid",)
"""Patterns that show the garment's first colour only."""


@dataclass(frozen=True)
class Choice:
    """An attribute that is one of a few."""

    name: str
    options: Sequence[str]
    read: Callable[[Record], str]

    @property
    def width(self) -> int:
        """Outputs of the network that tell it."""
        return len(self.options)

    def target(self, record: Record) -> int:
        return self.options.index(self.read(record))


@dataclass(frozen=True)
class Quantity:
    """An attribute of one or more numbers; NaN where the picture does not show it."""

    name: str
    width: int
    read: Callable[[Record], Sequence[float]]


def rgb(code: str) -> list[float]:
    """Red, green and blue in 0..1 of a hexadecimal code.

    >>> rgb("ff0033")
    [1.0, 0.0, 0.2]
    """
    return [int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def _if_shown(colour: str, shown: bool) -> list[float]:
    return rgb(colour) if shown else [math.nan] * 3


def _second_colour(record: Record) -> list[float]:
    look = record["garment"]["look"]
    return _if_shown(look["colours"][1], look["pattern"] not in ONE_COLOUR)


def _ink(record: Record) -> list[float]:
    look = record["garment"]["look"]
    return _if_shown(look["ink"], look["print"] != "none")


CHOICES = (
    Choice("garment category", tuple(CATEGORIES), lambda r: str(r["garment"]["category"])),
    Choice("neckline", (*DEPTHS, "shirt"), lambda r: str(r["garment"]["cut"]["neckline"])),
    Choice("pattern", tuple(PATTERNS), lambda r: str(r["garment"]["look"]["pattern"])),
    Choice("print", ("none", *PRINTS), lambda r: str(r["garment"]["look"]["print"])),
    Choice("skin", SKINS, lambda r: str(r["person"]["skin"])),
    Choice("hair style", HAIR_STYLES, lambda r: str(r["person"]["hair_style"])),
    Choice("lower garment", BOTTOMS, lambda r: str(r["person"]["bottom"])),
    Choice("right arm", ARMS, lambda r: str(r["person"]["pose"]["right"]["name"])),
    Choice("left arm", ARMS, lambda r: str(r["person"]["pose"]["left"]["name"])),
    Choice("wall", WALLS, lambda r: str(r["person"]["wall"])),
)
QUANTITIES = (
    Quantity("garment colour", 3, lambda r: rgb(r["garment"]["look"]["colours"][0])),
    Quantity("second colour", 3, _second_colour),
    Quantity("colour of the print", 3, _ink),
    Quantity("sleeve length", 1, lambda r: [r["garment"]["cut"]["sleeve"]]),
    Quantity("hem", 1, lambda r: [r["garment"]["cut"]["hem"]]),
    Quantity("room at the waist", 1, lambda r: [r["garment"]["cut"]["ease"][1]]),
    Quantity("hair colour", 3, lambda r: rgb(r["person"]["hair"])),
    Quantity("lower garment's colour", 3, lambda r: rgb(r["person"]["bottom_colour"])),
    Quantity("side of the light", 1, lambda r: [r["person"]["light"]]),
    Quantity("joints", 2 * JOINTS, lambda r: list(r["joints"])),
)
"""`joints` are added to the record: x and y as shares of the width, NaN outside the picture."""

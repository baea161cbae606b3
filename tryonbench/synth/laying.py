"""A garment laid flat: where its pieces lie in the catalogue picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.body import ARM_RADII, ARM_SHARE
from tryonbench.synth.cutting import ARMPIT, eased, sleeve_room, torso_outline
from tryonbench.synth.frame import TorsoFrame, torso_widths
from tryonbench.synth.garment import Cut
from tryonbench.synth.geometry import FRAME, Array, Table, constant

SPINE, ARM = 430.0, 38.0
"""Length of the torso and radius of the arm, in picture units, that flat garments are cut for."""
WIDTHS = torso_widths(shoulder=150.0, chest=112.0, waist=100.0, hip=120.0)
SLEEVE_STEPS = 25


@dataclass(frozen=True)
class FlatSleeve:
    """A sleeve laid flat: outer and inner edge from the armhole to the end (N x 2 each)."""

    outer: Array
    inner: Array

    @property
    def outline(self) -> Array:
        """The closed outline."""
        return np.concatenate([self.outer, self.inner[::-1]])

    def place(self, along: ArrayLike, across: ArrayLike) -> Array:
        """Picture positions (... x 2): 0..1 along, -1 (outer) to 1 (inner) across."""
        along, across = np.broadcast_arrays(along, np.asarray(across, np.float32))
        edges = self._edges.at(along * (len(self.outer) - 1))
        outer, inner = edges[:2], edges[2:]
        at = outer + (inner - outer) * (0.5 * (across + 1))
        return np.moveaxis(np.asarray(at, np.float32), 0, -1)

    @cached_property
    def _edges(self) -> Table:
        return Table(np.concatenate([self.outer, self.inner], 1).T)


@dataclass(frozen=True)
class FlatCut:
    """A garment laid out in the frame."""

    cut: Cut
    frame: TorsoFrame
    size: float
    """Picture units for one unit of the body that flat garments are cut for."""
    sleeves: tuple[FlatSleeve, ...]
    """Left and right in the picture; none for a sleeveless garment."""

    @cached_property
    def outline(self) -> Array:
        """The torso's closed outline in picture units."""
        return self.frame.put(torso_outline(self.cut))

    @property
    def outlines(self) -> list[Array]:
        """The closed outlines of all pieces, the torso last."""
        return [*(sleeve.outline for sleeve in self.sleeves), self.outline]


@lru_cache(maxsize=16)
def lay_flat(cut: Cut) -> FlatCut:
    """The garment spread out and fitted into the frame."""
    unfitted = _flat_frame(cut, 1.0, (0.0, 0.0))
    angle = _sleeve_angle(cut, unfitted)
    every = np.concatenate(_laid(cut, unfitted, 1.0, angle).outlines)
    low, high = every.min(0), every.max(0)
    height, width = FRAME
    size = float(min(0.86 * width / (high[0] - low[0]), 0.82 * height / (high[1] - low[1]), 1.6))
    middle = 0.5 * size * (low + high)
    origin = 0.5 * width - float(middle[0]), 0.5 * height - float(middle[1])
    return _laid(cut, _flat_frame(cut, size, origin), size, angle)


def _laid(cut: Cut, frame: TorsoFrame, size: float, angle: float) -> FlatCut:
    sides = (-1, 1) if cut.sleeve else ()
    return FlatCut(cut, frame, size, tuple(_sleeve(cut, frame, size, s, angle) for s in sides))


def _flat_frame(cut: Cut, size: float, origin: tuple[float, float]) -> TorsoFrame:
    straight = constant(0.0)
    body = TorsoFrame(origin, SPINE * size, straight, straight, lambda v: size * WIDTHS(v))
    return eased(body, cut, size)


def _sleeve_angle(cut: Cut, frame: TorsoFrame) -> float:
    """Short sleeves stick out; long ones hang down as far as they don't touch the body."""
    usual = float(np.interp(cut.sleeve, [0.25, 0.5, 1.0], [0.74, 0.36, 0.10]))
    for angle in np.arange(usual, 0.9 if cut.sleeve else usual, 0.1):
        low = _sleeve(cut, frame, 1.0, 1, float(angle)).inner[10:]
        v = low[:, 1] / frame.length
        gap = low[:, 0] - frame.width(v)
        if gap[v < cut.hem + 0.03].min(initial=np.inf) > 4:
            return float(angle)
    return usual


def _sleeve(cut: Cut, frame: TorsoFrame, size: float, side: int, angle: float) -> FlatSleeve:
    """A sleeve that comes out of the shoulder and then hangs at an angle from straight down."""
    tip, under = frame.place([side * cut.shoulder, side], [0.0, ARMPIT])
    t = np.linspace(0, 1, SLEEVE_STEPS)
    length = cut.sleeve * ARM_SHARE * SPINE * size
    slope = angle + max(0.0, 1.1 - angle) * np.exp(-t * length / (80 * size))
    run = _integrated(side * np.sin(slope), np.cos(slope)) * length
    outwards = np.stack([side * np.cos(slope), -np.sin(slope)], 1)
    swell = size * cut.sleeve_swell * np.sin(np.pi * t)[:, None]
    width = 2 * size * (ARM * ARM_RADII(cut.sleeve * t) + sleeve_room(cut)(t))[:, None]
    outer = tip + run + outwards * swell
    near = np.clip(1 - t * cut.sleeve / 0.2, 0, 1)[:, None] ** 1.5
    inner = (outer - outwards * width) * (1 - near) + (under + run) * near
    return FlatSleeve(outer.astype(np.float32), inner.astype(np.float32))


def _integrated(x: Array, y: Array) -> Array:
    """The path of length 1 that runs in the given directions (trapezoid rule)."""
    unit = np.stack([x, y], 1)
    steps = np.cumsum(0.5 * (unit[1:] + unit[:-1]), 0)
    return np.concatenate([np.zeros((1, 2)), steps]) / (len(unit) - 1)

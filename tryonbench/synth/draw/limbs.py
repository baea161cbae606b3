"""Arms: coordinates along a limb, and bare skin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tryonbench.synth.body import ARM_RADII, ELBOW, Arm
from tryonbench.synth.cutting import ARMPIT
from tryonbench.synth.draw.canvas import Canvas, Patch, Window, inside
from tryonbench.synth.draw.colour import SKIN_TINT, colour_of, lit
from tryonbench.synth.geometry import Array, lengths, smoothstep
from tryonbench.synth.labels import NECK, UPPER, arm_label
from tryonbench.synth.wearing import Wearing


@dataclass(frozen=True)
class Field:
    """Coordinates along a piece of a limb, for each pixel of a window.

    OpenCV has no stroke of varying width, so limbs and sleeves are drawn from these distances.
    """

    window: Window
    along: Array
    """0 at the limb's start, 1 at its end, going on beyond both."""
    across: Array
    """Signed distance from the centre line in picture units, negative on the outer side."""
    length: float
    """Of the whole limb, in picture units."""
    elbow: float
    """Where the elbow lies along the limb."""

    @cached_property
    def bare(self) -> Array:
        """The radius of a bare arm, in upper-arm radii."""
        return ARM_RADII(self.along)

    def part(self, inner: Window) -> Field:
        """What lies in a part of the window, counted from its corner."""
        window = inside(self.window, inner)
        return replace(self, window=window, along=self.along[inner], across=self.across[inner])

    def within(self, radius: Array, start: float, end: float, scale: float) -> Patch:
        """The pixels nearer than `radius` and between two values of `along`."""
        side = (radius - np.abs(self.across)) * scale
        first = (self.along - start) * (self.length * scale)
        last = (end - self.along) * (self.length * scale)
        alpha = np.clip(np.minimum(np.minimum(side, first), last) + 0.5, 0, 1)
        return Patch(self.window, alpha.astype(np.float32))

    def capped(self, radius: Array) -> Array:
        """The radius, closing like a ball before the limb's start."""
        before = np.clip(-self.along * self.length / radius, 0, 1)
        return np.where(before < 1, radius * np.sqrt(1 - before * before), -1)


@dataclass(frozen=True)
class Limb:
    """An arm on a canvas: coordinates of its upper arm and forearm."""

    arm: Arm
    upper: Field
    fore: Field

    @property
    def halves(self) -> tuple[Field, Field]:
        """Upper arm and forearm."""
        return self.upper, self.fore

    def patches(self, radii: Sequence[Array], end: float, scale: float) -> tuple[Patch, Patch]:
        """Both halves out to their radii; the forearm begins at the elbow, over the other."""
        upper, fore = self.upper, self.fore
        ball = upper.capped(radii[0])
        first = upper.within(ball, -1.0, min(end, upper.elbow + 0.02), scale)
        return first, fore.within(radii[1], fore.elbow, end, scale)


def limb(canvas: Canvas, arm: Arm, reach: float) -> Limb:
    """The coordinates of an arm, out to `reach` picture units from its centre line."""
    last = len(arm.path) - 1
    return Limb(arm, _field(canvas, arm, 0, ELBOW, reach), _field(canvas, arm, ELBOW, last, reach))


def _field(canvas: Canvas, arm: Arm, first: int, last: int, reach: float) -> Field:
    """Nearest-point coordinates on the segments first..last of an arm's centre line.

    The upper half ends in a ball at the elbow, under the forearm; elsewhere both go on straight.
    """
    window = canvas.window([arm.path[first : last + 1]], reach)
    before = lengths(arm.path).astype(np.float32)
    at = canvas.axes(window)
    best: list[Array] = []
    for i in range(first, last):
        low = -np.inf if i == first else 0.0
        high = np.inf if i == len(arm.path) - 2 else before[i + 1] - before[i]
        run, off = _on_segment(at, arm.path[i], arm.path[i + 1])
        reached = np.clip(run, low, high)
        found = [off * off + (run - reached) ** 2, before[i] + reached, off]
        best = best or found
        nearer = found[0] < best[0]
        for target, value in zip(best, found, strict=True):
            np.copyto(target, value, where=nearer)
    nearest, along, side = best
    across = arm.side * np.copysign(np.sqrt(nearest), side)
    whole = float(before[-1])
    return Field(window, along / whole, across, whole, float(before[ELBOW]) / whole)


def _on_segment(at: tuple[Array, Array], start: Array, end: Array) -> tuple[Array, Array]:
    """Distances along and off the line through two points, at columns x and rows y."""
    unit = (end - start) / np.float32(np.hypot(*(end - start)))
    dx, dy = at[0] - start[0], at[1] - start[1]
    return dx * unit[0] + dy * unit[1], unit[0] * dy - unit[1] * dx


def beyond_armhole(canvas: Canvas, upper: Field, side: int, wearing: Wearing) -> Array:
    """Coverage in 0..1 of what is no longer trunk: outside of the armhole, or well down the arm.

    The armhole runs from the shoulder's end to the armpit and goes on as a crease of the chest.
    """
    tip = wearing.garment.cut.shoulder
    uv = canvas.torso_coordinates(upper.window, wearing.front)
    hole_v = [0.0, 0.06, ARMPIT, ARMPIT + 0.03, ARMPIT + 0.11]
    hole = np.interp(uv[1], hole_v, [tip, 0.5 * (tip + 1), 1.0, 0.94, 0.3])
    outside = (side * uv[0] - hole) * float(wearing.front.width(0.1))
    down = (upper.along - 0.25) * upper.length
    return np.asarray(np.clip(np.maximum(outside, down) * canvas.scale + 0.5, 0, 1))


def draw_arm_skin(canvas: Canvas, wearing: Wearing, bare: Limb, outside: Array) -> None:
    """Paint the arm's skin; `outside` is the upper arm's coverage beyond the armhole."""
    person, side = wearing.person, bare.arm.side
    skin, size = colour_of(person.skin), person.build.arm
    sleeve = wearing.garment.cut.sleeve
    radii = [field.bare * size for field in bare.halves]
    patches = bare.patches(radii, 1.02, canvas.scale)
    for half, radius, patch in zip(bare.halves, radii, patches, strict=True):
        if sleeve:
            patch = patch.times(half.along > sleeve - 0.05)
        seen = patch.covered
        field, across = half.part(seen), half.across[seen] / radius[seen]
        patch = patch.part(seen).times(1 - smoothstep(field.along, 0.985, 1.03))
        if half is bare.upper:
            patch = patch.times(_melting(canvas, field, across, outside[seen]))
        light = round_light(across, -side * person.light)
        canvas.paint(patch, lit(skin, light, SKIN_TINT), arm_label(side))


def _melting(canvas: Canvas, upper: Field, across: Array, outside: Array) -> Array:
    """Coverage of the shoulder's ball: it melts into the trunk's skin and goes under a garment."""
    under = canvas.labels[upper.window]
    melt = smoothstep(upper.along + 0.02 * across, -0.07, 0.09)
    return np.where(under == NECK, melt, np.where(under == UPPER, outside, 1))


def cast_shadow(canvas: Canvas, casting: Limb, size: float) -> None:
    """The soft shadow of a forearm on the body behind it; `size` is the upper arm's radius."""
    fore = casting.fore
    shape = fore.within(fore.bare * size + 4, fore.elbow - 0.03, 1.0, canvas.scale)
    soft = canvas.softened(shape, 11)
    under = canvas.labels[soft.window]
    canvas.shade(soft.times((under != 0) & (under != arm_label(casting.arm.side))), 0.42)


def round_light(across: Array, towards: float) -> Array:
    """Light on a cylinder at -1..1 across it; `towards` is the light's side in the same sense."""
    bulge = np.clip((across - 0.3 * towards) / (1 + 0.3 * abs(towards)), -1.2, 1.2)
    square = bulge * bulge
    return np.asarray(1.06 - 0.24 * square - 0.16 * square * square * square)

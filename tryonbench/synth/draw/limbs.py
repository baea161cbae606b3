"""Arms: coordinates along a limb, and bare skin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.body import ARM_RADII, ELBOW, Arm
from tryonbench.synth.cutting import ARMPIT
from tryonbench.synth.draw.canvas import SKIN_TINT, Canvas, Patch, lit
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import Array, smoothstep

Radius = Callable[[ArrayLike], Array]
"""From 0..1 along a limb to picture units."""


@dataclass(frozen=True)
class Field:
    """Coordinates along a piece of a limb, for each pixel of a window.

    OpenCV has no stroke of varying width, so limbs and sleeves are drawn from these distances.
    """

    window: tuple[slice, slice]
    along: Array
    """0 at the limb's start, 1 at its end, going on beyond both."""
    across: Array
    """Signed distance from the centre line in picture units, negative on the outer side."""
    length: float
    """Of the whole limb, in picture units."""
    elbow: float
    """Where the elbow lies along the limb."""

    def within(self, radius: Array, start: ArrayLike, end: ArrayLike, scale: float) -> Patch:
        """The pixels nearer than `radius` and between two values of `along`."""
        side = (radius - np.abs(self.across)) * scale
        first = (self.along - start) * (self.length * scale)
        last = (end - self.along) * (self.length * scale)
        alpha = np.clip(np.minimum(np.minimum(side, first), last) + 0.5, 0, 1)
        return Patch(self.window, np.asarray(alpha, np.float32))

    def capped(self, radius: Array) -> Array:
        """The radius, closing like a ball before the limb's start."""
        before = np.clip(-self.along * self.length / radius, 0, 1)
        return np.asarray(
            np.where(before < 1, radius * np.sqrt(1 - before * before), -1), np.float32
        )


Halves = tuple[Field, Field]
"""Upper arm and forearm."""


def halves(canvas: Canvas, arm: Arm, reach: float) -> Halves:
    """The fields of an upper arm and a forearm, out to `reach` picture units from the centre line."""
    last = len(arm.path) - 1
    return _field(canvas, arm, 0, ELBOW, reach), _field(canvas, arm, ELBOW, last, reach)


def _field(canvas: Canvas, arm: Arm, first: int, last: int, reach: float) -> Field:
    """Nearest-point coordinates on the segments first..last of the limb's centre line.

    The upper half ends in a ball at the elbow, under the lower half; both go on straight elsewhere.
    """
    window = canvas.window([arm.path[first : last + 1]], reach)
    at = canvas.positions(window)
    step = np.diff(arm.path, axis=0)
    lengths = np.hypot(step[:, 0], step[:, 1])
    before = np.concatenate([[0], np.cumsum(lengths)]).astype(np.float32)
    best = np.full(at.shape[:2], np.inf, np.float32)
    along, across = np.zeros_like(best), np.zeros_like(best)
    for i in range(first, last):
        run, off = _on_segment(at, arm.path[i], step[i] / lengths[i])
        reached = np.clip(
            run, -np.inf if i == first else 0, np.inf if i == len(step) - 1 else lengths[i]
        )
        distance = off * off + (run - reached) ** 2
        nearer = distance < best
        np.copyto(best, distance, where=nearer)
        np.copyto(along, before[i] + reached, where=nearer)
        np.copyto(across, off, where=nearer)
    across = np.copysign(np.sqrt(best), across)
    return Field(
        window,
        along / before[-1],
        arm.side * across,
        float(before[-1]),
        float(before[ELBOW] / before[-1]),
    )


def _on_segment(at: Array, start: Array, unit: Array) -> tuple[Array, Array]:
    """Distances along and off a line."""
    dx, dy = at[..., 0] - start[0], at[..., 1] - start[1]
    return dx * unit[0] + dy * unit[1], unit[0] * dy - unit[1] * dx


def half_patches(canvas: Canvas, fields: Halves, radius: Radius, end: float) -> tuple[Patch, Patch]:
    """Upper and lower part of a limb of the given radius; the lower one begins exactly at the elbow."""
    upper, lower = fields
    wide = upper.capped(radius(upper.along))
    first = upper.within(wide, -1.0, min(end, upper.elbow + 0.02), canvas.scale)
    return first, lower.within(radius(lower.along), lower.elbow, end, canvas.scale)


def beyond_armhole(canvas: Canvas, field: Field, frame: TorsoFrame, side: int, tip: float) -> Array:
    """Coverage in 0..1 of what is no longer trunk: outside of the armhole, or further down the arm.

    The armhole runs from the shoulder's end at u = `tip` to the armpit.
    """
    uv = canvas.torso_coordinates(field.window, frame)
    hole = np.interp(
        uv[..., 1],
        [0.0, 0.06, ARMPIT, ARMPIT + 0.03, ARMPIT + 0.11],
        [tip, 0.5 * (tip + 1), 1.0, 0.94, 0.3],
    )
    outside = (side * uv[..., 0] - hole) * frame.width(0.1)
    return np.clip(
        np.maximum(outside, (field.along - 0.25) * field.length) * canvas.scale + 0.5, 0, 1
    ).astype(np.float32)


@dataclass(frozen=True)
class Flesh:
    """How bare skin is painted."""

    colour: Array
    light: float
    """Side that the light comes from."""
    label: int


def draw_arm_skin(
    canvas: Canvas,
    arm: Arm,
    fields: Halves,
    size: float,
    flesh: Flesh,
    start: float,
    outside: Array,
) -> None:
    """Paint the bare arm from `start` on; `size` is the radius of the upper arm.

    `outside` is the upper arm's coverage beyond the armhole of the garment.
    """
    patches = half_patches(canvas, fields, lambda t: ARM_RADII(t) * size, 1.02)
    for field, patch, shown in zip(fields, patches, (outside, 1.0), strict=True):
        s = field.across / (ARM_RADII(field.along) * size)
        colour = lit(flesh.colour, round_light(s, -arm.side * flesh.light), SKIN_TINT)
        bare = patch.times(
            (field.along > start)
            * (1 - smoothstep(field.along, 0.985, 1.03))
            * _melting(canvas, field, s, shown)
        )
        canvas.paint(bare, colour, flesh.label)


def _melting(canvas: Canvas, field: Field, s: Array, outside: ArrayLike) -> Array:
    """Less than 1 where the shoulder's ball lies on the trunk: it melts into skin and goes under a garment."""
    under = canvas.labels[field.window]
    melt = smoothstep(field.along + 0.02 * s, -0.07, 0.09)
    return np.where(under == 10, melt, np.where(under == 5, outside, 1)).astype(np.float32)


def cast_shadow(canvas: Canvas, fields: Halves, size: float, label: int) -> None:
    """The soft shadow of a forearm on the body behind it."""
    lower = fields[1]
    shape = lower.within(ARM_RADII(lower.along) * size + 4, lower.elbow - 0.03, 1.0, canvas.scale)
    soft = canvas.softened(shape, 11)
    canvas.shade(
        soft.times((canvas.labels[soft.window] != 0) & (canvas.labels[soft.window] != label)), 0.42
    )


def round_light(s: Array, towards: float) -> Array:
    """Light on a cylinder at s in -1..1 across it; `towards` is the light's side in the same sense."""
    bulge = np.clip((s - 0.3 * towards) / (1 + 0.3 * abs(towards)), -1.2, 1.2)
    square = bulge * bulge
    return np.asarray(1.06 - 0.24 * square - 0.16 * square * square * square, np.float32)

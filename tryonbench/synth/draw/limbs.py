"""Arms: coordinates along a limb, and bare skin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.body import ARM_RADII, LIMB_STEPS, Arm
from tryonbench.synth.draw.canvas import SKIN_TINT, Canvas, Patch, lit
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
        return np.asarray(radius * np.sqrt(1 - before * before), np.float32)


Halves = tuple[Field, Field]
"""Upper arm and forearm."""


def halves(canvas: Canvas, arm: Arm, reach: float) -> Halves:
    """The fields of an upper arm and a forearm, out to `reach` picture units from the centre line."""
    last = len(arm.path) - 1
    return _field(canvas, arm, 0, LIMB_STEPS, reach), _field(canvas, arm, LIMB_STEPS, last, reach)


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
        reached = np.clip(run, -np.inf if i == first else 0, np.inf if i == len(step) - 1 else lengths[i])
        distance = off * off + (run - reached) ** 2
        nearer = distance < best
        np.copyto(best, distance, where=nearer)
        np.copyto(along, before[i] + reached, where=nearer)
        np.copyto(across, off, where=nearer)
    across = np.copysign(np.sqrt(best), across)
    return Field(window, along / before[-1], arm.side * across, float(before[-1]), float(before[LIMB_STEPS] / before[-1]))


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


def draw_arm_skin(canvas: Canvas, arm: Arm, fields: Halves, size: float, skin: Array, light: float, label: int) -> None:
    """Paint the bare arm; `size` is the radius of the upper arm."""
    patches = half_patches(canvas, fields, lambda t: ARM_RADII(t) * size, 1.02)
    for field, patch in zip(fields, patches, strict=True):
        s = field.across / (ARM_RADII(field.along) * size)
        colour = lit(skin, round_light(s, -arm.side * light), SKIN_TINT)
        canvas.paint(patch.times(_not_on_trunk(canvas, field, s)), colour, label)


def cast_shadow(canvas: Canvas, fields: Halves, size: float, label: int) -> None:
    """The soft shadow of a forearm on the body behind it."""
    lower = fields[1]
    shape = lower.within(ARM_RADII(lower.along) * size + 4, lower.elbow - 0.03, 1.15, canvas.scale)
    soft = canvas.softened(shape, 11)
    canvas.shade(soft.times((canvas.labels[soft.window] != 0) & (canvas.labels[soft.window] != label)), 0.42)


def _not_on_trunk(canvas: Canvas, field: Field, s: Array) -> Array:
    """0 where the shoulder's ball lies on the trunk: it melts into skin and goes under a garment."""
    under = canvas.labels[field.window]
    melt = smoothstep(field.along + 0.02 * s, -0.07, 0.09)
    below = (field.along > 0.03 + 0.06 * s).astype(np.float32)
    return np.where(under == 10, melt, np.where(under == 5, below, 1)).astype(np.float32)


def round_light(s: Array, towards: float) -> Array:
    """Light on a cylinder at s in -1..1 across it; `towards` is the light's side in the same sense."""
    bulge = np.clip((s - 0.3 * towards) / (1 + 0.3 * abs(towards)), -1.2, 1.2)
    square = bulge * bulge
    return np.asarray(1.06 - 0.24 * square - 0.16 * square * square * square, np.float32)

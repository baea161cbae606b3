"""The coordinates of a torso: where a point of a garment lies on a body, and back again.

A garment is cut in coordinates (u, v): u is -1 at the left and 1 at the right edge of the
picture's torso, v is 0 at the shoulder line and 1 at the hips (negative along the neck). The flat
picture and the worn garment are two frames, so the warp between them is exact: one frame's
inverse, then the other frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from tryonbench.synth.geometry import Array, Profile, Table, profile

SHOULDER_FADE = 0.34
"""The v at which the slope of the shoulders has faded out."""
SHOULDER_DROP = 0.105
"""How far the shoulder's end lies below the neck's side, as part of a torso's length."""
ROWS, ROWS_A_UNIT = (-3.0, 5.0), 128
"""The v between which a torso's rows are tabulated, and their number for one unit of v."""
INVERSE_ROUNDS = 7
"""Fixed-point steps of `locate`; each divides the error by about three or more."""


@dataclass(frozen=True)
class TorsoFrame:
    """A torso in picture units: a spine with half-widths, tilts and a turn."""

    origin: tuple[float, float]
    """The middle of the shoulder line."""
    length: float
    """From the shoulder line to the hips."""
    sway: Profile
    """Sideways shift of the spine at v."""
    tilt: Profile
    """Angle of the rows at v, in radians (clockwise on screen)."""
    width: Profile
    """Half-width at v."""
    turn: float = 0.0
    """How far the middle of the front moves to the right, as part of the half-width."""

    def place(self, u: ArrayLike, v: ArrayLike) -> Array:
        """Picture positions (... x 2) of torso coordinates."""
        u, v = np.asarray(u, np.float32), np.asarray(v, np.float32)
        sway, angle, width = self._row(v)
        across, down = self._in_row(u, v, width)
        cosine, sine = np.cos(angle), np.sin(angle)
        at = np.empty((*across.shape, 2), np.float32)
        at[..., 0] = self.origin[0] + sway + across * cosine - down * sine
        at[..., 1] = self.origin[1] + self.length * v + across * sine + down * cosine
        return at

    def _in_row(self, u: Array, v: Array, width: Array) -> tuple[Array, Array]:
        """How far a point lies along its row from the spine, and below the row."""
        return (u + self.turn * (1 - u * u)) * width, self._fall(u, v)

    @cached_property
    def _rows(self) -> Table:
        """Sway, tilt and width of every row, tabulated together because they are read together."""
        v = np.arange(*ROWS, 1 / ROWS_A_UNIT)
        return Table(np.stack([self.sway(v), self.tilt(v), self.width(v)]))

    def _row(self, v: Array) -> Array:
        return self._rows.at((v - ROWS[0]) * ROWS_A_UNIT)

    def put(self, uv: Array) -> Array:
        """Picture positions (N x 2) of points in torso coordinates (N x 2)."""
        return self.place(uv[:, 0], uv[:, 1])

    def locate(self, positions: Array) -> Array:
        """Torso coordinates (... x 2) of picture positions: the inverse of `place`."""
        x, y = positions[..., 0], positions[..., 1]
        v = (y - self.origin[1]) / self.length
        u = np.zeros_like(v)
        for _ in range(INVERSE_ROUNDS):
            sway, angle, width = self._row(v)
            cosine, sine = np.cos(angle), np.sin(angle)
            dx, dy = x - self.origin[0] - sway, y - self.origin[1] - self.length * v
            u = self._unturned((dx * cosine + dy * sine) / width)
            across, down = self._in_row(u, v, width)
            v = v + (dy - across * sine - down * cosine) / self.length
        return np.stack([u, v], -1).astype(np.float32)

    def _fall(self, u: Array, v: Array) -> Array:
        """How far the slope of the shoulders lowers a point."""
        fade = np.maximum(1 - np.maximum(v, 0) / SHOULDER_FADE, 0)
        drop = SHOULDER_DROP * self.length * np.minimum(np.abs(u), 1.6) ** 1.6
        return np.asarray(drop * (fade * fade * (3 - 2 * fade)))

    def _unturned(self, across: Array) -> Array:
        """The u of a place along a row, in half-widths from the spine."""
        across = np.minimum(np.maximum(across, -2.5), 2.5)
        if abs(self.turn) < 1e-4:
            return np.asarray(across)
        root = 1 - 4 * self.turn * (across - self.turn)
        return np.asarray((1 - np.sqrt(np.maximum(root, 0.05))) / (2 * self.turn))


def torso_widths(shoulder: float, chest: float, waist: float, hip: float) -> Profile:
    """Half-widths of a body along v, from the neck's side to the thighs."""
    armpit, seat = 0.25 * shoulder + 0.75 * chest, 0.25 * waist + 0.75 * hip
    upper = [0.92 * shoulder, shoulder, 0.5 * (shoulder + armpit), armpit, chest]
    at = [-0.3, 0.0, 0.12, 0.24, 0.36, 0.60, 0.84, 1.0, 1.3]
    return profile(at, [*upper, waist, seat, hip, 1.01 * hip])

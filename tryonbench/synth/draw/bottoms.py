"""Lower garments: each kind is one registered function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, Patch
from tryonbench.synth.draw.colour import WHITE, colour_of, lit, mix
from tryonbench.synth.draw.figure import CROTCH, LEGS_END, draw_legs, leg_across, leg_outline
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import DISC, Array, bow, point, spline, tapers
from tryonbench.synth.labels import SKIRT, TROUSERS
from tryonbench.synth.person import Person
from tryonbench.synth.wearing import WAIST

BAND = 0.058
"""The height of a waistband in v."""
EDGE = 1.02
"""The |u| of a lower garment's sides at the hips."""
HORN, BRASS, WOOD = (0.35, 0.33, 0.31), (0.72, 0.55, 0.33), (0.60, 0.52, 0.40)
"""Colours of buttons."""


@dataclass(frozen=True)
class Bottom:
    """A lower garment on its wearer."""

    canvas: Canvas
    person: Person
    body: Body
    cloth: Array
    rng: np.random.Generator

    @property
    def frame(self) -> TorsoFrame:
        """The wearer's torso."""
        return self.body.frame


Draw = Callable[[Bottom], None]
_BOTTOMS: dict[str, Draw] = {}


def bottom(name: str) -> Callable[[Draw], Draw]:
    """Register a lower garment under a name."""

    def register(function: Draw) -> Draw:
        _BOTTOMS[name] = function
        return function

    return register


def draw_bottom(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the person's lower garment, and the legs below it."""
    rng = np.random.default_rng(person.detail)
    _BOTTOMS[person.bottom](Bottom(canvas, person, body, colour_of(person.bottom_colour), rng))


@bottom("trousers")
def trousers(wear: Bottom) -> None:
    """Plain trousers with a pressed crease."""
    _draw_legged(wear, LEGS_END, 0.035)
    u = np.linspace(0.40, 0.46, 8)
    for path in wear.frame.place([-u, u], np.linspace(0.95, 1.9, 8)):
        wear.canvas.crease(path, 2.5, 1.5, 0.16)
    _draw_pockets(wear, 0.16)
    _draw_waistband(wear)
    _draw_button(wear, HORN)


@bottom("jeans")
def jeans(wear: Bottom) -> None:
    """Denim with faded thighs, stitched seams and a metal button."""
    _draw_legged(wear, LEGS_END, 0.015)
    for middle in wear.frame.place([-0.47, 0.47], [1.36, 1.36]):
        fade = wear.canvas.area(middle + DISC * point(44, 115), margin=50)
        soft = wear.canvas.only(wear.canvas.softened(fade, 22), TROUSERS)
        wear.canvas.paint(soft.times(0.22), mix(wear.cloth, WHITE, 0.45))
    _draw_pockets(wear, 0.26)
    _draw_waistband(wear)
    _draw_button(wear, BRASS)


@bottom("shorts")
def shorts(wear: Bottom) -> None:
    """Shorts to the middle of the thigh."""
    draw_legs(wear.canvas, wear.person, wear.body)
    end = float(wear.rng.uniform(1.36, 1.44))
    _draw_legged(wear, end, 0.075)
    u = np.linspace(0.0, 1.03, 9)
    for hem in wear.frame.place([-u, u], end - 0.022):
        wear.canvas.shade(wear.canvas.only(wear.canvas.line(hem, 1.8), TROUSERS), 0.22)
    _draw_pockets(wear, 0.18)
    _draw_waistband(wear)
    _draw_button(wear, WOOD)


@bottom("skirt")
def skirt(wear: Bottom) -> None:
    """A skirt, straight or flared."""
    draw_legs(wear.canvas, wear.person, wear.body)
    flare, end = float(wear.rng.uniform(0, 0.28)), float(wear.rng.uniform(1.42, 1.9))
    patch = wear.canvas.area(_skirt_outline(wear.frame, flare, end), margin=12)
    uv = wear.canvas.torso_coordinates(patch.window, wear.frame)
    across = uv[0] / (EDGE + flare)
    depth = 0.25 * flare * np.clip((uv[1] - 0.75) * 2, 0, 1)
    folds = depth * np.sin(13 * across + wear.person.light)
    _paint(wear, patch, 1.05 - 0.26 * (across - 0.25 * wear.person.light) ** 2 + folds, SKIRT)
    _draw_waistband(wear)


def _skirt_outline(frame: TorsoFrame, flare: float, end: float) -> Array:
    v = np.linspace(WAIST, end, 18)
    edge = EDGE + flare * np.clip((v - 0.8) / 0.8, 0, 1.2)
    u = np.linspace(-edge[-1], edge[-1], 15)
    hem = frame.place(u, end + 0.03 * (1 - (u / edge[-1]) ** 2))
    left, right = frame.place([-edge, edge], v)
    return np.concatenate([left, hem, right[::-1]])


def _draw_legged(wear: Bottom, end: float, room: float) -> None:
    """Hips and two legs down to v = `end`, `room` wider than bare legs."""
    v = np.linspace(WAIST, 1.06, 10)
    edge = np.interp(v, [0.85, 1.06], [EDGE, 0.965 + room])
    seat = wear.frame.place([-0.6, 0.0, 0.6], [CROTCH, CROTCH + 0.01, CROTCH])
    left, right = wear.frame.place([-edge, edge], v)
    hips = np.concatenate([left, seat, right[::-1]])
    legs = [leg_outline(wear.frame, side, end, room) for side in (-1, 1)]
    patch = wear.canvas.area(hips, *legs, margin=12)
    light = _legs_light(wear, wear.canvas.torso_coordinates(patch.window, wear.frame))
    _paint(wear, patch, light + _creases(wear, patch), TROUSERS)
    _draw_fly(wear)


def _legs_light(wear: Bottom, uv: Array) -> Array:
    """One round body that becomes two round legs."""
    u, v, light = uv[0], uv[1], wear.person.light
    side = np.where(u < 0, -1, 1)
    split = np.clip((v - 0.9) / 0.35, 0, 1)
    legs = 0.24 * np.clip(leg_across(uv, side) - 0.3 * side * light, -1.4, 1.4) ** 2
    hips = 0.22 * np.clip(u - 0.25 * light, -1.4, 1.4) ** 2
    return np.asarray(1.05 - hips * (1 - split) - legs * split)


def _creases(wear: Bottom, patch: Patch) -> Array:
    """The light on drags from the crotch to the hips."""
    side, rng = np.repeat([-1.0, 1.0], 4), wear.rng
    u, v = side * rng.uniform(0, 0.12, 8), CROTCH - rng.uniform(0, 0.12, 8)
    to = side * rng.uniform(0.45, 0.85, 8)
    start, end = wear.frame.place([u, to], [v, CROTCH + rng.uniform(-0.2, 0.1, 8)])
    relief = Relief(wear.canvas, patch.window)
    relief.press(tapers(bow(start, end, rng.uniform(-0.08, 0.08, 8)), 9), 2.2, 4.5)
    return relief.light(wear.person.light)


def _paint(wear: Bottom, patch: Patch, light: Array, label: int) -> None:
    """Lay the cloth, its rim in shade."""
    rim = wear.canvas.softened(patch, 5).alpha
    wear.canvas.paint(patch, lit(wear.cloth, light - 0.30 * (1 - rim)), label)


def _draw_fly(wear: Bottom) -> None:
    middle = wear.frame.place(0.0, [WAIST + BAND, 0.95, CROTCH - 0.01])
    flap = wear.frame.place([0.09, 0.09, 0.07, 0.01], [WAIST + BAND, 0.88, 0.95, 0.99])
    wear.canvas.crease(spline(middle, 5), 2.4, 1.0, 0.30)
    wear.canvas.shade(wear.canvas.line(spline(flap, 5), 1.5), 0.14)


def _draw_pockets(wear: Bottom, strength: float) -> None:
    u, v = np.array([0.56, 0.70, 0.98]), np.array([WAIST + BAND, 0.83, 0.91])
    for side, edge in zip((-1, 1), wear.frame.place([-u, u], v), strict=True):
        mouth = spline(edge, 7)
        wear.canvas.shade(wear.canvas.line(mouth, 2.4), strength + 0.1)
        wear.canvas.shade(wear.canvas.line(mouth + point(-3.5 * side, 5), 1.2), 0.5 * strength)


def _draw_waistband(wear: Bottom) -> None:
    u = np.linspace(-EDGE, EDGE, 15)
    top = WAIST + 0.012 * (1 - u * u)
    high, seam, low = wear.frame.place(u, [top, top + 0.004, top + BAND])
    wear.canvas.shade(wear.canvas.area(np.concatenate([high, low[::-1]])), 0.05)
    wear.canvas.crease(low, 2.4, 0.8, 0.24)
    wear.canvas.shade(wear.canvas.line(seam, 1.6), 0.12)


def _draw_button(wear: Bottom, colour: tuple[float, float, float]) -> None:
    """A button and the loops for a belt."""
    disc = wear.frame.place(0.045, WAIST + 0.5 * BAND + 0.012) + 6.5 * DISC
    wear.canvas.paint(wear.canvas.area(disc), colour)
    for loop in wear.frame.place([[-0.62], [0.62]], [WAIST - 0.004, WAIST + BAND + 0.012]):
        wear.canvas.shade(wear.canvas.line(loop, 7), 0.16)

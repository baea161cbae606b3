"""Lower garments: each kind is one registered function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tryonbench.synth.body import Body
from tryonbench.synth.draw.canvas import Canvas, Patch, colour_of, lit, mix
from tryonbench.synth.draw.figure import CROTCH, LEGS_END, leg_across, leg_outline
from tryonbench.synth.draw.relief import Relief
from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import DISC, Array, bow, points, spline, tapers
from tryonbench.synth.person import Person

WAIST = 0.64
"""The v of a waistband's upper edge."""
BAND = 0.058
"""The height of a waistband in v."""
TROUSERS, SKIRT = 9, 12
"""Labels."""


@dataclass(frozen=True)
class Bottom:
    """A lower garment on its wearer."""

    canvas: Canvas
    person: Person
    frame: TorsoFrame
    cloth: Array
    rng: np.random.Generator


Draw = Callable[[Bottom], None]
_BOTTOMS: dict[str, Draw] = {}


def bottom(name: str) -> Callable[[Draw], Draw]:
    """Register a lower garment under a name."""

    def register(function: Draw) -> Draw:
        _BOTTOMS[name] = function
        return function

    return register


def draw_bottom(canvas: Canvas, person: Person, body: Body) -> None:
    """Paint the person's lower garment."""
    rng = np.random.default_rng(person.detail)
    _BOTTOMS[person.bottom](
        Bottom(canvas, person, body.frame, colour_of(person.bottom_colour), rng)
    )


@bottom("trousers")
def trousers(wear: Bottom) -> None:
    """Plain trousers with a pressed crease."""
    _draw_legged(wear, LEGS_END, 0.035)
    for side in (-1, 1):
        crease = wear.frame.place(side * np.linspace(0.40, 0.46, 8), np.linspace(0.95, 1.9, 8))
        wear.canvas.shade(wear.canvas.softened(wear.canvas.line(crease, 2.5, 8), 1.5), 0.16)
    _draw_pockets(wear, 0.16)
    _draw_band(wear, (0.35, 0.33, 0.31))


@bottom("jeans")
def jeans(wear: Bottom) -> None:
    """Denim with faded thighs, stitched seams and a metal button."""
    _draw_legged(wear, LEGS_END, 0.015)
    for side in (-1, 1):
        centre = wear.frame.place(side * 0.47, 1.36)
        fade = wear.canvas.area(
            centre + spline(points((0, -110), (44, 0), (0, 120), (-44, 0)), 6, True), margin=50
        )
        wear.canvas.paint(
            wear.canvas.only(wear.canvas.softened(fade, 22), TROUSERS).times(0.22),
            mix(wear.cloth, (1, 1, 1), 0.45),
        )
    _draw_pockets(wear, 0.26)
    _draw_band(wear, (0.72, 0.55, 0.33))


@bottom("shorts")
def shorts(wear: Bottom) -> None:
    """Shorts to the middle of the thigh."""
    end = 1.36 + 0.08 * float(wear.rng.random())
    _draw_legged(wear, end, 0.075)
    for side in (-1, 1):
        hem = wear.frame.place(side * np.linspace(0.0, 1.03, 9), end - 0.022)
        wear.canvas.shade(wear.canvas.only(wear.canvas.line(hem, 1.8), TROUSERS), 0.22)
    _draw_pockets(wear, 0.18)
    _draw_band(wear, (0.6, 0.52, 0.4))


@bottom("skirt")
def skirt(wear: Bottom) -> None:
    """A skirt, straight or flared."""
    flare = float(wear.rng.uniform(0.0, 0.28))
    end = float(wear.rng.uniform(1.42, 1.9))
    v = np.linspace(WAIST, end, 18, dtype=np.float32)
    u = 1.03 + flare * np.clip((v - 0.8) / 0.8, 0, 1.2)
    hem = wear.frame.place(
        np.linspace(-u[-1], u[-1], 15), end + 0.03 * (1 - np.linspace(-1, 1, 15) ** 2)
    )
    patch = wear.canvas.area(
        np.concatenate([wear.frame.place(-u, v), hem, wear.frame.place(u, v)[::-1]]), margin=12
    )
    uv = wear.canvas.torso_coordinates(patch.window, wear.frame)
    across = uv[..., 0] / (1.03 + flare)
    folds = (
        flare
        * 0.25
        * np.sin(across * 13 + wear.person.light)
        * np.clip((uv[..., 1] - 0.75) * 2, 0, 1)
    )
    light = 1.05 - 0.26 * (across - 0.25 * wear.person.light) ** 2 + folds
    _paint(wear, patch, light, SKIRT)
    _draw_band(wear, None)


def _draw_legged(wear: Bottom, end: float, room: float) -> None:
    """Hips and two legs."""
    v = np.linspace(WAIST, 1.06, 10, dtype=np.float32)
    u = np.interp(v, [WAIST, 0.85, 1.06], [1.02, 1.02, 0.965 + room])
    hips = np.concatenate(
        [
            wear.frame.place(-u, v),
            wear.frame.place([-0.6, 0.0, 0.6], [CROTCH, CROTCH + 0.01, CROTCH]),
            wear.frame.place(u, v)[::-1],
        ]
    )
    legs = [leg_outline(wear.frame, side, 0.98, end, room) for side in (-1, 1)]
    patch = wear.canvas.area(hips, *legs, margin=12)
    uv = wear.canvas.torso_coordinates(patch.window, wear.frame)
    _paint(wear, patch, _legs_light(wear, uv) + _creases(wear, patch), TROUSERS)
    _draw_fly(wear)


def _legs_light(wear: Bottom, uv: Array) -> Array:
    """One round body that becomes two round legs."""
    u, v = uv[..., 0], uv[..., 1]
    split = np.clip((v - 0.9) / 0.35, 0, 1)
    side = np.where(u < 0, -1, 1)
    leg = np.where(u < 0, leg_across(wear.frame, -1, uv), leg_across(wear.frame, 1, uv))
    legs = 1.05 - 0.24 * np.clip(leg - 0.3 * side * wear.person.light, -1.4, 1.4) ** 2
    hips = 1.05 - 0.22 * np.clip(u - 0.25 * wear.person.light, -1.4, 1.4) ** 2
    return np.asarray(hips * (1 - split) + legs * split, np.float32)


def _creases(wear: Bottom, patch: Patch) -> Array:
    """Drags from the crotch and the hips."""
    relief = Relief(wear.canvas, patch.window)
    side, rng = np.repeat([-1.0, 1.0], 4), wear.rng
    start = wear.frame.place(side * rng.uniform(0.0, 0.12, 8), CROTCH - rng.uniform(0.0, 0.12, 8))
    end = wear.frame.place(side * rng.uniform(0.45, 0.85, 8), CROTCH + rng.uniform(-0.2, 0.1, 8))
    relief.press(tapers(bow(start, end, rng.uniform(-0.08, 0.08, 8)), 9), 2.2, 4.5)
    return relief.light(wear.person.light)


def _paint(wear: Bottom, patch: Patch, light: Array, label: int) -> None:
    rim = wear.canvas.softened(patch, 5).alpha
    wear.canvas.paint(
        patch, lit(wear.cloth, np.asarray(light - 0.30 * (1 - rim), np.float32)), label
    )


def _draw_fly(wear: Bottom) -> None:
    middle = wear.frame.place([0.0, 0.0, 0.0], [WAIST + BAND, 0.95, CROTCH - 0.01])
    flap = wear.frame.place([0.09, 0.09, 0.07, 0.01], [WAIST + BAND, 0.88, 0.95, 0.99])
    wear.canvas.shade(wear.canvas.softened(wear.canvas.line(spline(middle, 5), 2.4, 6), 1.0), 0.30)
    wear.canvas.shade(wear.canvas.line(spline(flap, 5), 1.5), 0.14)


def _draw_pockets(wear: Bottom, strength: float) -> None:
    for side in (-1, 1):
        mouth = spline(
            wear.frame.place(
                side * points((0.56, 0), (0.70, 0), (0.98, 0))[:, 0], [WAIST + BAND, 0.83, 0.91]
            ),
            7,
        )
        wear.canvas.shade(wear.canvas.line(mouth, 2.4), strength + 0.1)
        wear.canvas.shade(wear.canvas.line(mouth + points((-3.5 * side, 5)), 1.2), 0.5 * strength)


def _draw_band(wear: Bottom, button: tuple[float, float, float] | None) -> None:
    """The waistband, with a button unless it is None."""
    u = np.linspace(-1.03, 1.03, 15, dtype=np.float32)
    sag = 0.012 * (1 - u * u)
    band = wear.canvas.area(
        np.concatenate(
            [wear.frame.place(u, WAIST + sag), wear.frame.place(u, WAIST + BAND + sag)[::-1]]
        ),
        margin=8,
    )
    wear.canvas.shade(band, 0.05)
    wear.canvas.shade(
        wear.canvas.softened(
            wear.canvas.line(wear.frame.place(u, WAIST + BAND + sag), 2.4, 6), 0.8
        ),
        0.24,
    )
    wear.canvas.shade(wear.canvas.line(wear.frame.place(u, WAIST + 0.004 + sag), 1.6), 0.12)
    if button is not None:
        disc = wear.frame.place(0.045, WAIST + 0.5 * BAND + 0.012) + 6.5 * DISC
        wear.canvas.paint(wear.canvas.area(disc), button)
        for at in (-0.62, 0.62):
            loop = wear.frame.place([at, at], [WAIST - 0.004, WAIST + BAND + 0.012])
            wear.canvas.shade(wear.canvas.line(loop, 7), 0.16)

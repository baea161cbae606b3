"""An upper garment's state: its cut and its look, sampled from a seed.

A category is one registered function that returns a cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

WORDS = (
    "NOVA",
    "ATLAS",
    "RIO",
    "HELLO",
    "LUNA",
    "SURF",
    "MILO",
    "WILD",
    "ECHO",
    "PARIS",
    "1984",
    "OSLO",
    "CLUB",
    "BLOOM",
    "YES",
    "STUDIO",
)
INKS = (
    "f4f2ee", "1b1b1f", "23304f", "7c1f2b", "c8402f", "e9b13b", "2f5d50", "7fa99b", "8fb3d9", "5b4b8a",
    "d8a7b1", "b9683f", "c9b8a0", "6e7378", "3f6fb5", "e7d7c9", "41553b", "d96a8b", "a7c957", "94a3b8",
)  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """The shape of a garment in torso coordinates (see `frame`); eases are in picture units."""

    neckline: str
    """crew, v, scoop, boat, square, turtle or shirt."""
    neck_width: float
    """The u where the neckline meets the shoulder."""
    neck_depth: float
    """The v of the neckline's lowest point."""
    hem: float
    """The v of the lower edge."""
    sleeve: float
    """Length as part of the arm from shoulder to wrist; 0 is sleeveless."""
    ease: tuple[float, float, float]
    """Room at chest, waist and hem, beyond the body's half-width."""
    sleeve_ease: tuple[float, float] = (8.0, 8.0)
    """Room of the sleeve at its top and at its end."""
    sleeve_swell: float = 0.0
    """How far a gathered sleeve puffs out, in picture units."""
    shoulder: float = 0.93
    """The u where the shoulder seam ends."""
    hem_curve: float = 0.0
    """How much lower (in v) the middle of the hem lies than its sides."""
    placket: bool = False
    """Whether it is buttoned down the front."""
    cuff: str = "hem"
    """hem, rib or shirt."""
    collar_rib: float = 0.02
    """Height (in v) of the band along the neckline."""
    knit: bool = False


@dataclass(frozen=True)
class Look:
    """The cloth of a garment: pattern, print and colours (hexadecimal codes)."""

    pattern: str
    colours: tuple[str, str, str]
    size: float
    """Scale of the pattern, about 1."""
    trim: str
    """Colour of bands and collars."""
    print: str
    """Name of the print on the chest, or none."""
    ink: str
    text: str
    detail: int
    """Seed of small things: creases, scattered motifs."""


@dataclass(frozen=True)
class Garment:
    """An upper garment."""

    category: str
    cut: Cut
    look: Look


CATEGORIES: dict[str, Callable[[np.random.Generator], Cut]] = {}
Category = Callable[[np.random.Generator], Cut]


def category(name: str) -> Callable[[Category], Category]:
    """Register a garment category."""

    def register(function: Category) -> Category:
        CATEGORIES[name] = function
        return function

    return register


def sample_garment(rng: np.random.Generator) -> Garment:
    """A garment drawn at random."""
    name = str(rng.choice(list(CATEGORIES)))
    cut = CATEGORIES[name](rng)
    return Garment(name, cut, _look(rng, cut))


def _look(rng: np.random.Generator, cut: Cut) -> Look:
    from tryonbench.synth.patterns import PATTERNS

    base, second, third, ink = (str(c) for c in _contrasting(rng, 4))
    pattern = "solid" if rng.random() < 0.34 else str(rng.choice(list(PATTERNS)))
    printable = (
        pattern in ("solid", "gradient", "blocks") and not cut.placket and cut.neck_depth < 0.2
    )
    kind = (
        str(
            rng.choice(["none", "text", "text", "slogan", "badge", "sun", "heart", "peaks", "bars"])
        )
        if printable
        else "none"
    )
    return Look(
        pattern=pattern,
        colours=(base, second, third),
        size=float(rng.uniform(0.7, 1.5)),
        trim=second if rng.random() < 0.3 else base,
        print=kind,
        ink=ink,
        text=str(rng.choice(WORDS)),
        detail=int(rng.integers(2**31)),
    )


def _contrasting(rng: np.random.Generator, count: int) -> list[str]:
    """Colours that each differ clearly in brightness from the first."""
    picked = [str(rng.choice(INKS))]
    first = _brightness(picked[0])
    others = [c for c in INKS if abs(_brightness(c) - first) > 0.22]
    return picked + [str(c) for c in rng.choice(others, count - 1, replace=False)]


def _brightness(code: str) -> float:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.3 * red + 0.59 * green + 0.11 * blue


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _fit(rng: np.random.Generator) -> tuple[float, float, float]:
    """Close, regular or boxy room at chest, waist and hem."""
    chest, waist, hem = [(4, 6, 4), (8, 16, 8), (14, 34, 16)][int(rng.integers(3))]
    return float(chest), float(waist), float(hem)


@category("t-shirt")
def t_shirt(rng: np.random.Generator) -> Cut:
    """Short sleeves and a round or pointed neck."""
    neckline = str(rng.choice(["crew", "crew", "v", "scoop"]))
    depth = {"crew": 0.10, "v": 0.25, "scoop": 0.18}[neckline]
    return Cut(
        neckline,
        _between(rng, 0.42, 0.5),
        depth,
        _between(rng, 0.95, 1.1),
        _between(rng, 0.24, 0.36),
        _fit(rng),
        (10, 14),
    )


@category("long-sleeve")
def long_sleeve(rng: np.random.Generator) -> Cut:
    """A plain top with sleeves to the forearm or the wrist."""
    neckline = str(rng.choice(["crew", "boat", "scoop", "v"]))
    depth = {"crew": 0.10, "boat": 0.06, "scoop": 0.2, "v": 0.24}[neckline]
    width = 0.64 if neckline == "boat" else _between(rng, 0.42, 0.5)
    return Cut(
        neckline,
        width,
        depth,
        _between(rng, 0.95, 1.12),
        float(rng.choice([0.72, 0.97])),
        _fit(rng),
        (7, 6),
    )


@category("tank")
def tank(rng: np.random.Generator) -> Cut:
    """No sleeves, broad straps."""
    neckline = str(rng.choice(["scoop", "v", "square"]))
    depth = {"scoop": 0.22, "v": 0.26, "square": 0.19}[neckline]
    return Cut(
        neckline,
        0.44,
        depth,
        _between(rng, 0.9, 1.05),
        0.0,
        _fit(rng),
        shoulder=_between(rng, 0.62, 0.74),
        collar_rib=0.014,
    )


@category("shirt")
def shirt(rng: np.random.Generator) -> Cut:
    """A collar and a row of buttons."""
    sleeve = float(rng.choice([0.0, 0.3, 0.95, 0.95]))
    return Cut(
        "shirt", 0.40, _between(rng, 0.12, 0.2), _between(rng, 1.02, 1.15), sleeve, (10, 20, 8), (10, 8),
        hem_curve=0.05, placket=True, cuff="shirt", collar_rib=0.0,
    )  # fmt: skip


@category("sweater")
def sweater(rng: np.random.Generator) -> Cut:
    """A warm knit with ribbed edges."""
    neckline = str(rng.choice(["crew", "turtle", "v"]))
    depth = {"crew": 0.09, "turtle": 0.05, "v": 0.22}[neckline]
    return Cut(
        neckline,
        0.42,
        depth,
        _between(rng, 0.95, 1.05),
        0.97,
        (14, 26, 12),
        (15, 12),
        cuff="rib",
        collar_rib=0.04,
        knit=True,
    )


@category("turtleneck")
def turtleneck(rng: np.random.Generator) -> Cut:
    """A close-fitting top with a high collar."""
    return Cut(
        "turtle",
        0.40,
        0.045,
        _between(rng, 0.98, 1.1),
        float(rng.choice([0.3, 0.97])),
        (4, 6, 4),
        (6, 4),
        knit=True,
    )


@category("crop-top")
def crop_top(rng: np.random.Generator) -> Cut:
    """Ends above the waist."""
    neckline = str(rng.choice(["crew", "scoop", "square", "v"]))
    depth = {"crew": 0.10, "scoop": 0.18, "square": 0.17, "v": 0.22}[neckline]
    sleeve = float(rng.choice([0.0, 0.26, 0.97]))
    shoulder = 0.93 if sleeve else 0.72
    return Cut(
        neckline,
        0.48,
        depth,
        _between(rng, 0.5, 0.58),
        sleeve,
        (6, 10, 6),
        (8, 10),
        shoulder=shoulder,
    )


@category("blouse")
def blouse(rng: np.random.Generator) -> Cut:
    """Loose, with wide sleeves."""
    neckline = str(rng.choice(["v", "boat", "scoop"]))
    depth = {"v": 0.24, "boat": 0.07, "scoop": 0.15}[neckline]
    sleeve = float(rng.choice([0.38, 0.75, 0.92]))
    swell = float(rng.choice([0.0, 14.0]))
    return Cut(
        neckline,
        0.5,
        depth,
        _between(rng, 0.95, 1.1),
        sleeve,
        (12, 30, 20),
        (10, 22),
        sleeve_swell=swell,
        hem_curve=0.02,
    )

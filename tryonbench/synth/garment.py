"""An upper garment's state: its cut and its look, sampled from a seed.

A category is one registered function that returns a cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tryonbench.synth.draw.prints import PRINTS
from tryonbench.synth.patterns import PATTERNS

WORDS = (
    "NOVA", "ATLAS", "RIO", "HELLO", "LUNA", "SURF", "MILO", "WILD", "ECHO", "PARIS", "1984",
    "OSLO", "CLUB", "BLOOM", "YES", "STUDIO",
)  # fmt: skip
INKS = (
    "f4f2ee", "1b1b1f", "23304f", "7c1f2b", "c8402f", "e9b13b", "2f5d50", "7fa99b", "8fb3d9",
    "5b4b8a", "d8a7b1", "b9683f", "c9b8a0", "6e7378", "3f6fb5", "e7d7c9", "41553b", "d96a8b",
    "a7c957", "94a3b8",
)  # fmt: skip
PLAIN = ("solid", "gradient", "blocks")
"""Patterns that a print can be seen on."""
CONTRAST = 0.22
"""Least difference in brightness between a garment's colours."""
FITS = ((4.0, 6.0, 4.0), (8.0, 16.0, 8.0), (14.0, 34.0, 16.0))
"""Close, regular and boxy room at chest, waist and hem, in picture units."""
DEPTHS = {"crew": 0.10, "v": 0.24, "scoop": 0.19, "boat": 0.06, "square": 0.18, "turtle": 0.05}
"""The v of each neckline's lowest point."""


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
    """Whether it shows ribs."""


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


Category = Callable[[np.random.Generator], Cut]
CATEGORIES: dict[str, Category] = {}


def category(name: str) -> Callable[[Category], Category]:
    """Register a garment category under a name."""

    def register(function: Category) -> Category:
        CATEGORIES[name] = function
        return function

    return register


def sample_garment(rng: np.random.Generator) -> Garment:
    """A garment drawn at random."""
    name = _one_of(rng, list(CATEGORIES))
    cut = CATEGORIES[name](rng)
    return Garment(name, cut, _look(rng, cut))


def _look(rng: np.random.Generator, cut: Cut) -> Look:
    base, second, third, ink = _contrasting(rng, 4)
    pattern = "solid" if rng.random() < 0.3 else _one_of(rng, list(PATTERNS))
    printable = pattern in PLAIN and not cut.placket and cut.neck_depth < 0.2
    printed = printable and rng.random() < 0.85
    return Look(
        pattern=pattern,
        colours=(base, second, third),
        size=float(rng.uniform(0.7, 1.5)),
        trim=second if rng.random() < 0.3 else base,
        print=_one_of(rng, ["text", *PRINTS]) if printed else "none",
        ink=ink,
        text=_one_of(rng, WORDS),
        detail=int(rng.integers(2**31)),
    )


def _one_of(rng: np.random.Generator, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _contrasting(rng: np.random.Generator, count: int) -> list[str]:
    """Colours that each differ clearly in brightness from the first."""
    first = _one_of(rng, INKS)
    others = [c for c in INKS if abs(_brightness(c) - _brightness(first)) > CONTRAST]
    return [first, *(str(c) for c in rng.choice(others, count - 1, replace=False))]


def _brightness(code: str) -> float:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.3 * red + 0.59 * green + 0.11 * blue


def _fit(rng: np.random.Generator) -> tuple[float, float, float]:
    return FITS[int(rng.integers(len(FITS)))]


@category("t-shirt")
def t_shirt(rng: np.random.Generator) -> Cut:
    """Short sleeves and a round or pointed neck."""
    neckline = _one_of(rng, ("crew", "crew", "v", "scoop"))
    return Cut(
        neckline=neckline,
        neck_width=rng.uniform(0.42, 0.5),
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.95, 1.1),
        sleeve=rng.uniform(0.24, 0.36),
        ease=_fit(rng),
        sleeve_ease=(10, 14),
    )


@category("long-sleeve")
def long_sleeve(rng: np.random.Generator) -> Cut:
    """A plain top with sleeves to the forearm or the wrist."""
    neckline = _one_of(rng, ("crew", "boat", "scoop", "v"))
    return Cut(
        neckline=neckline,
        neck_width=0.64 if neckline == "boat" else rng.uniform(0.42, 0.5),
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.95, 1.12),
        sleeve=float(rng.choice([0.72, 0.97])),
        ease=_fit(rng),
        sleeve_ease=(7, 6),
    )


@category("tank")
def tank(rng: np.random.Generator) -> Cut:
    """No sleeves, broad straps."""
    neckline = _one_of(rng, ("scoop", "v", "square"))
    return Cut(
        neckline=neckline,
        neck_width=0.44,
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.9, 1.05),
        sleeve=0.0,
        ease=_fit(rng),
        shoulder=rng.uniform(0.62, 0.74),
        collar_rib=0.014,
    )


@category("shirt")
def shirt(rng: np.random.Generator) -> Cut:
    """A collar and a row of buttons."""
    return Cut(
        neckline="shirt",
        neck_width=0.40,
        neck_depth=rng.uniform(0.12, 0.2),
        hem=rng.uniform(1.02, 1.15),
        sleeve=float(rng.choice([0.0, 0.3, 0.95, 0.95])),
        ease=(10, 20, 8),
        sleeve_ease=(10, 8),
        hem_curve=0.05,
        placket=True,
        cuff="shirt",
    )


@category("sweater")
def sweater(rng: np.random.Generator) -> Cut:
    """A warm knit with ribbed edges."""
    neckline = _one_of(rng, ("crew", "turtle", "v"))
    return Cut(
        neckline=neckline,
        neck_width=0.42,
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.95, 1.05),
        sleeve=0.97,
        ease=(14, 26, 12),
        sleeve_ease=(15, 12),
        cuff="rib",
        collar_rib=0.04,
        knit=True,
    )


@category("turtleneck")
def turtleneck(rng: np.random.Generator) -> Cut:
    """A close-fitting top with a high collar."""
    return Cut(
        neckline="turtle",
        neck_width=0.40,
        neck_depth=DEPTHS["turtle"],
        hem=rng.uniform(0.98, 1.1),
        sleeve=float(rng.choice([0.3, 0.97])),
        ease=FITS[0],
        sleeve_ease=(6, 4),
        knit=True,
    )


@category("crop-top")
def crop_top(rng: np.random.Generator) -> Cut:
    """Ends above the waist."""
    neckline = _one_of(rng, ("crew", "scoop", "square", "v"))
    sleeve = float(rng.choice([0.0, 0.26, 0.97]))
    return Cut(
        neckline=neckline,
        neck_width=0.48,
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.5, 0.58),
        sleeve=sleeve,
        ease=(6, 10, 6),
        sleeve_ease=(8, 10),
        shoulder=0.93 if sleeve else 0.72,
    )


@category("blouse")
def blouse(rng: np.random.Generator) -> Cut:
    """Loose, with wide or gathered sleeves."""
    neckline = _one_of(rng, ("v", "boat", "scoop"))
    return Cut(
        neckline=neckline,
        neck_width=0.5,
        neck_depth=DEPTHS[neckline],
        hem=rng.uniform(0.95, 1.1),
        sleeve=float(rng.choice([0.38, 0.75, 0.92])),
        ease=(12, 30, 20),
        sleeve_ease=(10, 22),
        sleeve_swell=float(rng.choice([0.0, 14.0])),
        hem_curve=0.02,
    )

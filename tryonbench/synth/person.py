"""A person's state: body, skin, hair, face, lower body, pose and studio, sampled from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HAIR_STYLES = ("long", "waves", "bob", "short", "crop", "bun", "ponytail", "curls")
BOTTOMS = ("trousers", "jeans", "skirt", "shorts")
SKINS = ("f6d7c3", "efc8ae", "e6b896", "d9a47f", "c58b64", "a76d49", "87553a", "66402c", "4c2f22")
"""From light to dark."""
HAIRS = (
    "1d1613", "2b1d17", "3c2619", "54351f", "6f4526", "8f5f33", "9a3f22", "b98a50", "d7b47a",
    "8c8580",
)  # fmt: skip
EYES = ("3a2416", "51331d", "5d4a25", "4f6b45", "4a6f8c", "6c8ea3")
"""Hair and eyes run from dark to light."""
DENIM = ("22304a", "2f4566", "4a6890", "7f9dbf", "a9c0d6", "1d1e22", "e8e6e1")
FABRIC = (
    "18191c", "26282d", "3b3b41", "f0eee9", "c9b79c", "6d5a48", "4d5a45", "7a2f35", "2c3a5c",
    "b7b3ad", "b8674a",
)  # fmt: skip
WALLS = ("e9e9ea", "e4e5e7", "edebe8", "dfe1e3", "f0f0f0", "e6e3df")
ARM_POSES = ("down", "hip", "pocket", "hair")
ARM_CHANCES = (0.5, 0.24, 0.18, 0.08)
"""How often an arm takes a pose of its own."""
TOGETHER = (
    ("fold", "fold"),
    ("clasp", "clasp"),
    ("hold", "down"),
    ("down", "hold"),
    ("back", "back"),
)
"""Poses that both arms take together."""


@dataclass(frozen=True)
class Build:
    """A body in picture units: half-widths and lengths."""

    shoulder: float
    chest: float
    waist: float
    hip: float
    neck: float
    spine: float
    arm: float
    """Radius of the upper arm."""
    head: float
    """From crown to chin."""


@dataclass(frozen=True)
class ArmPose:
    """What one arm does: a pose's name and a number in 0..1 that varies it."""

    name: str
    amount: float


@dataclass(frozen=True)
class Pose:
    """A stance: both arms, and small leans and turns in radians."""

    right: ArmPose
    left: ArmPose
    lean: float
    shoulders: float
    hips: float
    turn: float
    head: float
    right_in_front: bool
    """Whether the right arm passes over the left where they cross."""


@dataclass(frozen=True)
class Face:
    """Features of a face, each about 1, and its colours as hexadecimal codes."""

    width: float
    jaw: float
    eyes: float
    brows: float
    nose: float
    mouth: float
    smile: float
    iris: str
    lips: float
    """How much lipstick, 0..1."""


@dataclass(frozen=True)
class Person:
    """Everything about a person and the studio, except the upper garment."""

    build: Build
    pose: Pose
    face: Face
    skin: str
    hair: str
    hair_style: str
    parting: float
    """Where the hair parts, -1 to 1."""
    bottom: str
    bottom_colour: str
    tucked: bool
    """Whether a long enough upper garment is worn inside the waistband."""
    earrings: bool
    wall: str
    light: float
    """Side the light comes from, -1 (left) to 1 (right)."""
    place: tuple[float, float]
    """The middle of the shoulder line, in picture units."""
    detail: int
    """Seed of small things: strands, creases."""


def sample_person(rng: np.random.Generator) -> Person:
    """A person drawn at random."""
    build, tone = _build(rng), int(rng.integers(len(SKINS)))
    bottom = _one_of(rng, BOTTOMS, (0.3, 0.4, 0.2, 0.1))
    return Person(
        build=build,
        pose=_pose(rng),
        face=_face(rng, tone),
        skin=SKINS[tone],
        hair=_suiting(rng, HAIRS, tone),
        hair_style=_one_of(rng, HAIR_STYLES),
        parting=rng.uniform(-0.5, 0.5),
        bottom=bottom,
        bottom_colour=_one_of(rng, DENIM if bottom == "jeans" else FABRIC),
        tucked=bool(rng.random() < 0.35),
        earrings=bool(rng.random() < 0.3),
        wall=_one_of(rng, WALLS),
        light=float(rng.choice([-1, 1]) * rng.uniform(0.4, 1)),
        place=(rng.uniform(368, 400), rng.uniform(26, 58) + 1.20 * build.head),
        detail=int(rng.integers(2**31)),
    )


def _one_of(
    rng: np.random.Generator, names: Sequence[str], chances: Sequence[float] | None = None
) -> str:
    return names[int(rng.choice(len(names), p=chances))]


def _build(rng: np.random.Generator) -> Build:
    """Proportions around those of VITON-HD's photographs."""
    size, girth = rng.uniform(0.9, 1.0), rng.normal(1.0, 0.055)
    waist = 85 * size * girth * rng.uniform(0.93, 1.08)
    return Build(
        shoulder=size * rng.uniform(142, 160) * (0.7 + 0.3 * girth),
        chest=size * 102 * girth * rng.uniform(0.97, 1.04),
        waist=waist,
        hip=max(waist * 1.18, size * 124 * girth * rng.uniform(0.95, 1.06)),
        neck=size * rng.uniform(43, 49) * (0.6 + 0.4 * girth),
        spine=size * rng.uniform(425, 455),
        arm=size * 36 * (0.5 + 0.5 * girth),
        head=size * rng.uniform(222, 238),
    )


def _pose(rng: np.random.Generator) -> Pose:
    """A stance: three in ten with both arms doing something together."""
    right, left = TOGETHER[int(rng.integers(len(TOGETHER)))]
    if rng.random() < 0.7:
        right, left = (_one_of(rng, ARM_POSES, ARM_CHANCES) for _ in range(2))
    return Pose(
        right=ArmPose(right, rng.random()),
        left=ArmPose(left, rng.random()),
        lean=rng.normal(0, 0.035),
        shoulders=rng.normal(0, 0.03),
        hips=rng.normal(0, 0.03),
        turn=float(np.clip(rng.normal(0, 0.09), -0.2, 0.2)),
        head=float(np.clip(rng.normal(0, 0.06), -0.13, 0.13)),
        right_in_front=bool(rng.random() < 0.5),
    )


def _suiting(rng: np.random.Generator, colours: Sequence[str], tone: int) -> str:
    """A colour of a list that runs from dark to light; dark skins get the dark part of it."""
    light = len(colours) - max(0, tone - 2) * (len(colours) - 2) // (len(SKINS) - 3)
    return colours[int(rng.integers(max(2, light)))]


def _face(rng: np.random.Generator, tone: int) -> Face:
    vary = rng.uniform(-1, 1, 8).tolist()
    return Face(
        width=1 + 0.06 * vary[0],
        jaw=1 + 0.08 * vary[1],
        eyes=1 + 0.13 * vary[2],
        brows=1 + 0.25 * vary[3],
        nose=1 + 0.12 * vary[4],
        mouth=1 + 0.14 * vary[5],
        smile=0.5 + 0.5 * vary[6],
        iris=_suiting(rng, EYES, tone),
        lips=max(0.0, vary[7]),
    )

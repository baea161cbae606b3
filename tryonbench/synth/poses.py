"""What an arm can do: each pose is one registered function that places elbow, wrist and hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryonbench.synth.frame import TorsoFrame
from tryonbench.synth.geometry import Array, direction, point

Layer = Literal["behind", "side", "front", "top"]
"""When an arm is drawn: behind the body, beside it, in front of the torso, in front of the head."""
HandShape = Literal["relaxed", "flat", "grip", "pocket"]


@dataclass(frozen=True)
class Reach:
    """What an arm starts from."""

    frame: TorsoFrame
    side: int
    """-1 for the arm on the picture's left (the person's right), 1 for the other."""
    shoulder: Array
    upper: float
    """Length of the upper arm."""
    fore: float
    head: Array
    """The middle of the head."""
    head_size: float


@dataclass(frozen=True)
class Placed:
    """Where an arm ends up."""

    elbow: Array
    wrist: Array
    hand: float
    """Angle of the hand from straight down towards +x."""
    shape: HandShape
    layer: Layer


ArmPosing = Callable[[Reach, float], Placed]
"""From what an arm starts from and a number in 0..1 that varies the pose."""
_POSES: dict[str, ArmPosing] = {}


def arm_pose(name: str) -> Callable[[ArmPosing], ArmPosing]:
    """Register a pose under a name."""

    def register(function: ArmPosing) -> ArmPosing:
        _POSES[name] = function
        return function

    return register


def place_arm(name: str, reach: Reach, amount: float) -> Placed:
    """The arm in the named pose, varied by `amount` in 0..1."""
    return _POSES[name](reach, amount)


def bend(reach: Reach, wrist: Array, shorten: float = 1.0) -> Array:
    """The elbow of an arm foreshortened by `shorten`: outside of the line to the wrist."""
    gap = wrist - reach.shoulder
    span = float(np.hypot(*gap))
    stretch = max(shorten, span / (0.995 * (reach.upper + reach.fore)))
    upper, fore = reach.upper * stretch, reach.fore * stretch
    along = (upper * upper - fore * fore + span * span) / (2 * span)
    off = np.sqrt(max(upper * upper - along * along, 0.0))
    unit = gap / span
    normal = point(-unit[1], unit[0])
    outward = normal if normal[0] * reach.side > 0 else -normal
    return np.asarray(reach.shoulder + unit * along + outward * off)


@arm_pose("down")
def down(reach: Reach, amount: float) -> Placed:
    """Hanging beside the body."""
    elbow = reach.shoulder + reach.upper * direction(reach.side * (0.10 + 0.13 * amount))
    angle = reach.side * (0.05 - 0.16 * amount)
    wrist = elbow + reach.fore * direction(angle)
    return Placed(elbow, wrist, angle - reach.side * 0.12, "relaxed", "side")


@arm_pose("hip")
def hip(reach: Reach, amount: float) -> Placed:
    """The hand on the hip, the elbow out."""
    wrist = reach.frame.place(reach.side * (1.0 - 0.06 * amount), 0.72 + 0.1 * amount)
    wrist = wrist + point(8 * reach.side, 0)
    elbow = bend(reach, wrist, 0.82 + 0.06 * amount)
    return Placed(elbow, wrist, -reach.side * (0.62 + 0.2 * amount), "flat", "front")


@arm_pose("pocket")
def pocket(reach: Reach, amount: float) -> Placed:
    """The hand in the trouser pocket."""
    wrist = reach.frame.place(reach.side * 0.88, 0.86 + 0.05 * amount)
    return Placed(bend(reach, wrist, 0.93), wrist, -reach.side * 0.35, "pocket", "front")


@arm_pose("fold")
def fold(reach: Reach, amount: float) -> Placed:
    """The forearm across the chest, holding the other arm."""
    wrist = reach.frame.place(-reach.side * (0.50 + 0.1 * amount), 0.47 + 0.03 * amount)
    elbow = reach.shoulder + point(reach.side * (14 + 12 * amount), 0.50 * reach.frame.length)
    return Placed(elbow, wrist, -reach.side * 1.75, "grip", "front")


@arm_pose("hold")
def hold(reach: Reach, amount: float) -> Placed:
    """The forearm across the waist, holding the other arm's elbow."""
    wrist = reach.frame.place(-reach.side * 0.72, 0.62 + 0.04 * amount)
    elbow = reach.shoulder + point(reach.side * 20, 0.53 * reach.frame.length)
    return Placed(elbow, wrist, -reach.side * 1.6, "grip", "front")


@arm_pose("clasp")
def clasp(reach: Reach, amount: float) -> Placed:
    """Both hands meeting in front of the body."""
    wrist = reach.frame.place(reach.side * 0.22, 0.84 + 0.1 * amount)
    return Placed(bend(reach, wrist, 0.9), wrist, -reach.side * 0.75, "grip", "front")


@arm_pose("back")
def back(reach: Reach, amount: float) -> Placed:
    """The hand behind the back."""
    wrist = reach.frame.place(reach.side * 0.3, 0.86 + 0.06 * amount)
    return Placed(bend(reach, wrist, 0.86), wrist, -reach.side * 0.8, "relaxed", "behind")


@arm_pose("hair")
def hair(reach: Reach, amount: float) -> Placed:
    """The hand at the hair, the elbow raised."""
    offset = point(reach.side * (0.46 + 0.03 * amount), 0.04 - 0.08 * amount)
    wrist = reach.head + offset * reach.head_size
    angle = np.pi + reach.side * (0.45 + 0.15 * amount)
    return Placed(bend(reach, wrist, 0.86), wrist, angle, "relaxed", "top")

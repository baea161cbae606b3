"""A pose as lines and dots to draw over a picture, with the joints' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tryonbench.data.keypoints import BODY25, COCO18, Array, found

Side = Literal["left", "right", "middle"]

JOINTS = tuple(BODY25[index] for index in COCO18)
"""The joints of COCO-18 as `TryOnBatch` holds them."""

HEAD_AND_ARMS = (
    ("neck", "nose"), ("neck", "right shoulder"), ("right shoulder", "right elbow"),
    ("right elbow", "right wrist"), ("neck", "left shoulder"), ("left shoulder", "left elbow"),
    ("left elbow", "left wrist"), ("nose", "right eye"), ("right eye", "right ear"),
    ("nose", "left eye"), ("left eye", "left ear"),
)  # fmt: skip
LEGS = (
    ("right hip", "right knee"), ("right knee", "right ankle"),
    ("left hip", "left knee"), ("left knee", "left ankle"),
)  # fmt: skip
BODY25_LIMBS = (
    *HEAD_AND_ARMS, *LEGS, ("neck", "mid hip"), ("mid hip", "right hip"), ("mid hip", "left hip"),
    ("left ankle", "left big toe"), ("left big toe", "left small toe"), ("left ankle", "left heel"),
    ("right ankle", "right big toe"), ("right big toe", "right small toe"),
    ("right ankle", "right heel"),
)  # fmt: skip
COCO18_LIMBS = (*HEAD_AND_ARMS, *LEGS, ("neck", "right hip"), ("neck", "left hip"))


@dataclass(frozen=True)
class Joint:
    """A joint in pixels of the picture."""

    name: str
    x: float
    y: float
    confidence: float
    found: bool

    @property
    def side(self) -> Side:
        """The person's side, as the name says."""
        word = self.name.split()[0]
        return "left" if word == "left" else "right" if word == "right" else "middle"


@dataclass(frozen=True)
class Pose:
    """What is drawn over a picture of `width` x `height` pixels."""

    width: int
    height: int
    joints: tuple[Joint, ...]
    limbs: tuple[tuple[Joint, Joint], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The joints that were not detected."""
        return tuple(joint.name for joint in self.joints if not joint.found)

    @property
    def seen(self) -> tuple[Joint, ...]:
        """The joints that were detected."""
        return tuple(joint for joint in self.joints if joint.found)


def body25_pose(points: Array, size: tuple[int, int]) -> Pose:
    """Of (25, 3) joints in pixels of a picture of `size` (height, width)."""
    return _pose(points, BODY25, BODY25_LIMBS, size)


def coco18_pose(points: Array, size: tuple[int, int]) -> Pose:
    """Of (18, 3) joints in pixels of a picture of `size` (height, width)."""
    return _pose(points, JOINTS, COCO18_LIMBS, size)


def _pose(
    points: Array, names: Sequence[str], limbs: Sequence[tuple[str, str]], size: tuple[int, int]
) -> Pose:
    values = zip(names, points.tolist(), found(points).tolist(), strict=True)
    joints = {name: Joint(name, x, y, c, known) for name, (x, y, c), known in values}
    pairs = ((joints[a], joints[b]) for a, b in limbs)
    drawn = tuple((a, b) for a, b in pairs if a.found and b.found)
    return Pose(size[1], size[0], tuple(joints.values()), drawn)

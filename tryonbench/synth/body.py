"""A person's geometry: torso, head, limbs and Body25 joints, in picture units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryonbench.synth.frame import TorsoFrame, torso_widths
from tryonbench.synth.geometry import Array, direction, point, points, profile, turn
from tryonbench.synth.person import Person
from tryonbench.synth.poses import Placed, Reach, place_arm

ELBOW = 4
"""Index of the elbow in an arm's centre line: the end of the upper half."""
UPPER_SHARE, FORE_SHARE = 0.62, 0.54
"""Lengths of upper arm and forearm as parts of the torso's."""
ARM_SHARE = UPPER_SHARE + FORE_SHARE
ARM_RADII = profile(
    [0.0, 0.12, 0.3, 0.5, 0.6, 0.85, 1.0], [1.08, 1.06, 0.96, 0.80, 0.82, 0.60, 0.52]
)
"""Radius along an arm (0 shoulder, 1 wrist) in upper-arm radii."""
FACE_JOINTS = points((0, 0.19), (-0.145, 0.03), (0.145, 0.03), (-0.315, 0.08), (0.315, 0.08))
"""Nose, right eye, left eye, right ear, left ear in head coordinates."""
SEEN, HIDDEN = 0.9, 0.3
"""Confidences of a joint that is seen, and of one behind the body."""


@dataclass(frozen=True)
class Arm:
    """One arm."""

    side: int
    """-1 on the picture's left (the person's right arm), 1 on its right."""
    shoulder: Array
    placed: Placed
    path: Array
    """The centre line from shoulder to wrist, straight but for a curve about the elbow."""


@dataclass(frozen=True)
class Head:
    """A head as a similarity: crown at (0, -0.5), chin at (0, 0.5) in its own coordinates."""

    centre: Array
    size: float
    """From crown to chin."""
    angle: float
    turn: float
    """How far the features move to the right, as part of the face's half-width."""

    def place(self, shape: Array) -> Array:
        """Picture positions of points in head coordinates."""
        return np.asarray(self.centre + self.size * turn(shape, self.angle))


@dataclass(frozen=True)
class Body:
    """A person's geometry."""

    frame: TorsoFrame
    head: Head
    arms: tuple[Arm, Arm]
    """Right and left arm: the picture's left one first."""
    hips: Array
    """Right, middle and left hip joints (3 x 2)."""
    knees: Array
    """Right and left knees (2 x 2)."""


def pose_body(person: Person) -> Body:
    """The geometry of a person in the person's pose."""
    frame = _torso(person)
    head = _head(person, frame)
    arms = (_arm(person, frame, head, -1), _arm(person, frame, head, 1))
    hips = frame.place([-0.6, 0.0, 0.6], [1.0, 0.98, 1.0])
    knees = hips[[0, 2]] + points((-6, 1.02 * frame.length), (6, 1.02 * frame.length))
    return Body(frame, head, arms, hips, knees)


def _torso(person: Person) -> TorsoFrame:
    build, pose = person.build, person.pose
    shift = pose.lean * build.spine
    at = [-0.3, 0.0, 0.55, 1.0, 1.4]
    return TorsoFrame(
        origin=person.place,
        length=build.spine,
        sway=profile(at, [0.25 * shift, 0.0, -0.45 * shift, -shift, -1.2 * shift]),
        tilt=profile(at, [0.6 * pose.shoulders, pose.shoulders, 0.0, pose.hips, 0.6 * pose.hips]),
        width=torso_widths(build.shoulder, build.chest, build.waist, build.hip),
        turn=pose.turn,
    )


def _head(person: Person, frame: TorsoFrame) -> Head:
    size, pose = person.build.head, person.pose
    chin = frame.place(0.0, -0.108) + point(20 * pose.turn, 0)
    return Head(chin - 0.5 * size * direction(-pose.head), size, pose.head, 1.2 * pose.turn)


def _arm(person: Person, frame: TorsoFrame, head: Head, side: int) -> Arm:
    """An arm in its pose; a raised elbow lifts the shoulder."""
    pose = person.pose.right if side < 0 else person.pose.left
    upper, fore = UPPER_SHARE * frame.length, FORE_SHARE * frame.length
    low = frame.place(0.81 * side, 0.0) + point(0, 1.45 * person.build.arm)
    reach = Reach(frame, side, low, upper, fore, head.centre, head.size)
    elbow = place_arm(pose.name, reach, pose.amount).elbow
    lift = float(np.clip(0.5 - (elbow[1] - low[1]) / (0.35 * frame.length), 0, 1))
    shoulder = low - point(10 * side * lift, 36 * lift)
    reach = Reach(frame, side, shoulder, upper, fore, head.centre, head.size)
    placed = place_arm(pose.name, reach, pose.amount)
    return Arm(side, shoulder, placed, _centre_line(shoulder, placed.elbow, placed.wrist))


def _centre_line(start: Array, joint: Array, end: Array) -> Array:
    near, far = joint + 0.16 * (start - joint), joint + 0.16 * (end - joint)
    t = np.linspace(0, 1, 2 * ELBOW - 1, dtype=np.float32)[:, None]
    rounded = (1 - t) ** 2 * near + 2 * t * (1 - t) * joint + t**2 * far
    return np.concatenate([start[None], rounded, end[None]]).astype(np.float32)


def keypoints(body: Body) -> Array:
    """Body25 joints as 25 x 3 (x, y, confidence) in picture units; what is not drawn is 0."""
    joints = np.zeros((25, 3), np.float32)
    face = body.head.place(FACE_JOINTS + point(0.12 * body.head.turn, 0))
    joints[[0, 15, 16, 17, 18], :2] = face
    for arm, first in zip(body.arms, (2, 5), strict=True):
        joints[first : first + 3, :2] = arm.shoulder, arm.placed.elbow, arm.placed.wrist
        joints[first + 2, 2] = HIDDEN if arm.placed.layer == "behind" else SEEN
    joints[1, :2] = 0.5 * (body.arms[0].shoulder + body.arms[1].shoulder)
    joints[[9, 8, 12], :2], joints[[10, 13], :2] = body.hips, body.knees
    joints[[0, 1, 2, 3, 5, 6, 8, 9, 10, 12, 13, 15, 16, 17, 18], 2] = SEEN
    return joints

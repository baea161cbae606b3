"""A person's geometry: torso, head, limbs and Body25 joints, in picture units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryonbench.synth.frame import TorsoFrame, torso_widths
from tryonbench.synth.geometry import Array, direction, points, profile, turn
from tryonbench.synth.person import Person, Pose
from tryonbench.synth.poses import HandShape, Layer, Reach, place_arm

ELBOW = 4
"""Index of the elbow in a limb's centre line: the end of the upper half."""
UPPER_SHARE, FORE_SHARE = 0.62, 0.54
"""Lengths of upper arm and forearm as parts of the torso's."""
ARM_SHARE = UPPER_SHARE + FORE_SHARE


@dataclass(frozen=True)
class Arm:
    """One arm: its centre line runs from the shoulder over the elbow (the middle point) to the wrist."""

    side: int
    """-1 on the picture's left (the person's right arm), 1 on its right."""
    shoulder: Array
    elbow: Array
    wrist: Array
    path: Array
    """The centre line: straight, rounded around the elbow, straight."""
    hand: float
    shape: HandShape
    layer: Layer


@dataclass(frozen=True)
class Head:
    """A head as a similarity: crown at (0, -0.5), chin at (0, 0.5) in its own coordinates."""

    centre: Array
    size: float
    angle: float
    turn: float
    """How far the features move to the right, as part of the face's half-width."""

    def place(self, shape: Array) -> Array:
        """Picture positions of points in head coordinates."""
        return np.asarray(self.centre + self.size * turn(shape, self.angle), np.float32)


@dataclass(frozen=True)
class Body:
    """A person's geometry."""

    frame: TorsoFrame
    head: Head
    right: Arm
    left: Arm
    hips: Array
    """Right, middle and left hip joints (3 x 2)."""
    knees: Array
    """Right and left knees (2 x 2)."""

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """Right and left arm."""
        return self.right, self.left


def pose_body(person: Person) -> Body:
    """The geometry of a person in the person's pose."""
    frame = _torso(person)
    head = _head(person, frame)
    arms = [_arm(person, frame, head, side) for side in (-1, 1)]
    hips = np.concatenate(
        [frame.place(u, v) for u, v in ((-0.6, 1.0), (0.0, 0.98), (0.6, 1.0))]
    ).reshape(3, 2)
    drop = np.array([0, 1.02 * frame.length], np.float32)
    knees = hips[[0, 2]] * np.array([1, 1], np.float32) + drop + points((-6, 0), (6, 0))
    return Body(frame, head, arms[0], arms[1], hips, knees)


def _torso(person: Person) -> TorsoFrame:
    build, pose = person.build, person.pose
    shift = pose.lean * build.spine
    return TorsoFrame(
        origin=person.place,
        length=build.spine,
        sway=profile(
            [-0.3, 0.0, 0.55, 1.0, 1.4], [0.25 * shift, 0.0, -0.45 * shift, -shift, -1.2 * shift]
        ),
        tilt=profile(
            [-0.2, 0.0, 0.5, 1.0, 1.4],
            [pose.shoulders * 0.6, pose.shoulders, 0.0, pose.hips, pose.hips * 0.6],
        ),
        width=torso_widths(build.shoulder, build.chest, build.waist, build.hip),
        drop=0.105 * build.spine,
        turn=pose.turn,
    )


def _head(person: Person, frame: TorsoFrame) -> Head:
    size = person.build.head
    base = frame.place(0.0, -0.108)
    chin = base + np.array([person.pose.turn * 20, 0], np.float32)
    centre = chin - 0.5 * size * direction(-person.pose.head)
    return Head(np.asarray(centre, np.float32), size, person.pose.head, person.pose.turn * 1.2)


def _arm(person: Person, frame: TorsoFrame, head: Head, side: int) -> Arm:
    pose = person.pose.right if side < 0 else person.pose.left
    lowered = frame.place(side * 0.81, 0.0) + points((0, 1.45 * person.build.arm))[0]
    placed = place_arm(pose.name, _reach(frame, head, side, lowered), pose.amount)
    lift = np.clip(0.5 - (placed.elbow[1] - lowered[1]) / (0.35 * frame.length), 0, 1)
    shoulder = lowered - points((side * 10 * lift, 36 * lift))[0]
    placed = place_arm(pose.name, _reach(frame, head, side, shoulder), pose.amount)
    path = _limb(shoulder, placed.elbow, placed.wrist)
    return Arm(
        side, shoulder, placed.elbow, placed.wrist, path, placed.hand, placed.shape, placed.layer
    )


def _reach(frame: TorsoFrame, head: Head, side: int, shoulder: Array) -> Reach:
    return Reach(
        frame,
        side,
        shoulder,
        UPPER_SHARE * frame.length,
        FORE_SHARE * frame.length,
        head.centre,
        head.size,
    )


def _limb(start: Array, joint: Array, end: Array) -> Array:
    """The centre line of a limb, rounded at its joint."""
    near, far = joint + 0.16 * (start - joint), joint + 0.16 * (end - joint)
    t = np.linspace(0, 1, 2 * ELBOW - 1, dtype=np.float32)[:, None]
    rounded = (1 - t) ** 2 * near + 2 * t * (1 - t) * joint + t**2 * far
    return np.concatenate([start[None], rounded, end[None]]).astype(np.float32)


def drawn_last(pose: Pose) -> int:
    """The side of the arm that passes over the other."""
    return -1 if pose.right_in_front else 1


def keypoints(body: Body, person: Person) -> Array:
    """Body25 joints as 25 x 3 (x, y, confidence) in picture units; a hidden wrist is less certain."""
    joints = np.zeros((25, 3), np.float32)
    face = body.head.place(FACE_JOINTS + points((body.head.turn * 0.12, 0.0)))
    shoulders = np.stack([body.right.shoulder, body.left.shoulder])
    rows = {
        0: face[0], 1: shoulders.mean(0), 2: body.right.shoulder, 3: body.right.elbow, 4: body.right.wrist,
        5: body.left.shoulder, 6: body.left.elbow, 7: body.left.wrist, 8: body.hips[1], 9: body.hips[0],
        10: body.knees[0], 12: body.hips[2], 13: body.knees[1], 15: face[1], 16: face[2], 17: face[3], 18: face[4],
    }  # fmt: skip
    for index, at in rows.items():
        joints[index] = (at[0], at[1], 0.9)
    hidden = [4 if arm.side < 0 else 7 for arm in body.arms if arm.layer == "behind"]
    joints[hidden, 2] = 0.3
    return joints


FACE_JOINTS = points((0, 0.19), (-0.145, 0.03), (0.145, 0.03), (-0.315, 0.08), (0.315, 0.08))
"""Nose, right eye, left eye, right ear, left ear in head coordinates."""

ARM_RADII = profile(
    [0.0, 0.12, 0.3, 0.5, 0.6, 0.85, 1.0], [1.08, 1.06, 0.96, 0.80, 0.82, 0.60, 0.52]
)
"""Radius along an arm (0 shoulder, 0.5 elbow, 1 wrist) in upper-arm radii."""

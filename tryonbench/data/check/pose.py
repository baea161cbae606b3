"""Pose files that leave a person without joints, or with joints elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tryonbench.data.check.findings import Fault
from tryonbench.data.keypoints import Array, found, pose_problem
from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample
from tryonbench.errors import InputError
from tryonbench.images import Pixels

NOBODY = "nobody in the pose file"
SEVERAL = "several people in the pose file"
KINDS = {"nobody": NOBODY, "coordinates that are not finite": "joints that are not finite"}
"""From what `pose_problem` says; the rest is a number of people."""


def pose_faults(split: Split, name: str, photo: Pixels | None) -> Iterator[Fault]:
    """Unreadable, nobody, several people, not finite, or joints outside the photograph."""
    path = split.path("keypoints", name)
    if not path.is_file():
        return
    file = str(path.relative_to(split.folder))
    try:
        kind = _kind(split, name, photo)
    except InputError:
        yield Fault("error", "unreadable", file)
        return
    if kind:
        yield Fault("warning", kind, file)


def _kind(split: Split, name: str, photo: Pixels | None) -> str | None:
    """What is wrong with the joints; without a photograph only the file itself is read."""
    with np.errstate(over="ignore"):
        path = split.path("keypoints", name)
        problem = None if split.is_dresscode else pose_problem(path)
        if problem:
            return KINDS.get(problem, SEVERAL)
        if photo is None:
            return None
        return _of_joints(Sample(split, Pair(name, name), (1, 1)).body25, photo)


def _of_joints(joints: Array, photo: Pixels) -> str | None:
    """Nobody or joints outside, of joints (25, 3) in pixels of the photograph (H, W, 3)."""
    known = joints[found(joints), :2]
    if not len(known):
        return NOBODY
    height, width = photo.shape[:2]
    outside = (known < 0).any() or (known > (width, height)).any()
    return "joints outside the photograph" if outside else None

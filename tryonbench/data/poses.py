"""Which persons of a split have no usable pose, and what that means for a training run."""

from __future__ import annotations

from collections.abc import Iterable

from tryonbench.batch import Modality
from tryonbench.data.keypoints import pose_problem
from tryonbench.data.layout import Split
from tryonbench.data.sample import COMPUTED
from tryonbench.errors import InputError, listed

POSE_READERS: tuple[Modality, ...] = ("keypoints", "pose_heatmaps", *COMPUTED)
"""Modalities that are read from the pose files, or may be."""


def without_pose(split: Split, persons: Iterable[str]) -> dict[str, str]:
    """The persons who are used as if nobody had been detected, each with the reason.

    Raises:
        InputError: a file cannot be read.
    """
    if split.is_dresscode or not split.has("keypoints"):
        return {}
    found = {name: pose_problem(split.path("keypoints", name)) for name in persons}
    return {name: problem for name, problem in found.items() if problem}


def pose_report(split: Split, persons: Iterable[str], strict: bool) -> str | None:
    """One line about persons without pose, or None if there are none.

    Raises:
        InputError: there are some and `strict` asks for none.
    """
    found = without_pose(split, persons)
    if not found:
        return None
    names = listed(f"{name}: {problem}" for name, problem in found.items())
    if strict:
        raise InputError(f"--strict: {len(found)} pose files cannot be used ({names}); mend them")
    return f"{len(found)} persons are used without pose ({names}); --strict refuses them"

"""What `data show` says of tensors and poses, piece by piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tryonbench.batch import Modality, TryOnBatch
from tryonbench.show.contract import violations
from tryonbench.show.pose import BODY25, JOINTS, body25_pose
from tryonbench.show.tensors import tensor_panel

SIZE = (64, 48)


@pytest.mark.parametrize(
    ("name", "index", "value", "said"),
    [
        ("image", (0, 0, 0, 0), 1.5, "1 values are outside [-1, 1]"),
        ("cloth_mask", (0, 0, 0, 0), 0.5, "1 values are not 0 or 1: 0.5"),
        ("parse", (0, 0, 0), 20, "1 labels are outside 0..19: 20"),
        ("keypoints", (0, 0, 0), 48.5, "outside the picture: nose"),
        ("keypoints", (0, 0, 2), 1.5, "confidences: 1 values are outside [0, 1]"),
        ("pose_heatmaps", (0, 0, 0, 0), -1.0, "1 values are outside [0, 1]"),
        ("agnostic", (0, 0, 0, 0), float("nan"), "1 values are not finite"),
    ],
)
def test_what_breaks_the_contract_is_said(
    first_batch: TryOnBatch, name: Modality, index: tuple[int, ...], value: float, said: str
) -> None:
    batch = first_batch
    assert violations(name, batch.need(name), SIZE) == ()
    changed = batch.need(name).clone()
    changed[index] = value
    panel = tensor_panel(name, replace(batch, **{name: changed}), "")
    assert len(panel.errors) == 1
    assert said in panel.errors[0]
    assert panel.picture


def test_a_tensor_of_another_form_is_flagged_and_not_drawn(first_batch: TryOnBatch) -> None:
    batch = replace(first_batch, parse=torch.zeros(1, 1, 64, 48))
    panel = tensor_panel("parse", batch, "")
    assert panel.errors == ("the shape must be 1 × 64 × 48", "the type must be int64")
    assert panel.picture is None


def test_sides_and_missing_joints() -> None:
    points = np.zeros((25, 3), np.float32)
    points[[1, 2, 3, 5]] = [[20, 10, 1], [10, 12, 1], [9, 20, 1], [30, 12, 1]]
    pose = body25_pose(points, SIZE)
    assert {(a.name, b.name) for a, b in pose.limbs} == {
        ("neck", "right shoulder"),
        ("right shoulder", "right elbow"),
        ("neck", "left shoulder"),
    }
    assert {joint.side for joint in pose.seen} == {"left", "right", "middle"}
    assert len(pose.missing) == 21
    assert "left wrist" in pose.missing
    assert JOINTS[8] == BODY25[9] == "right hip"

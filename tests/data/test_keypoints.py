"""Keypoints: Body25 files as they occur, COCO-18 order, heatmaps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tryonbench.data.keypoints import COCO18, coco18, heatmaps, pose_problem, read_body25, rescaled
from tryonbench.errors import InputError


def _write(path: Path, people: list[list[float]]) -> Path:
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": p} for p in people]}))
    return path


def test_nobody_is_all_missing(tmp_path: Path) -> None:
    assert not read_body25(_write(tmp_path / "a.json", [])).any()


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        ([], "nobody"),
        ([[1.0] * 75, [2.0] * 75], "2 people"),
        ([[5.0] * 74 + [float("nan")]], "coordinates that are not finite"),
        ([[5.0] * 74 + [float("inf")]], "coordinates that are not finite"),
    ],
)
def test_a_file_with_a_problem_is_used_without_pose(
    tmp_path: Path, people: list[list[float]], problem: str
) -> None:
    path = _write(tmp_path / "a.json", people)
    assert pose_problem(path) == problem
    assert not read_body25(path).any()


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.json", [[5.0] * 75])
    assert pose_problem(path) is None
    assert (read_body25(path) == 5).all()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"people": [{}]}', '{"people": [{"pose_keypoints_2d": [1]}]}']
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"a\.json is not an OpenPose Body25 file"):
        read_body25(tmp_path / "a.json")


def test_coco18_skips_the_mid_hip() -> None:
    body = np.arange(25, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert coco18(body)[:, 0].tolist() == list(COCO18)
    assert 8 not in COCO18


def test_rescaled_moves_x_by_width_and_y_by_height_in_a_copy() -> None:
    points = np.array([[768.0, 1024.0, 0.5]], np.float32)
    assert rescaled(points, (1024, 768), (64, 48)).tolist() == [[48, 64, 0.5]]
    assert points[0, 0] == 768


def test_heatmaps_peak_at_the_joint_and_are_empty_without_one() -> None:
    points = np.array([[10, 20, 1], [0, 0, 0]], np.float32)
    maps = heatmaps(points, (64, 48))
    assert np.unravel_index(maps[0].argmax(), (64, 48)) == (20, 10)
    assert maps[0].max() == pytest.approx(1)
    assert not maps[1].any()
    double = heatmaps(points * np.array([2, 2, 1], np.float32), (128, 96))
    assert double[0, 40, 20 + 6] == pytest.approx(maps[0, 20, 10 + 3], abs=1e-6)

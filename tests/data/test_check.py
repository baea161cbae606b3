"""`data check` finds each fault, and finds none where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tryonbench.data.check import check_root
from tryonbench.errors import InputError


def test_a_good_root_has_no_findings(synth_root: Path) -> None:
    findings = check_root(synth_root)
    assert findings.errors == []
    assert findings.warnings == []
    assert findings.counts["train"]["image"] == 8


def _truncate(root: Path) -> None:
    path = root / "train" / "image" / sorted((root / "train" / "image").iterdir())[0].name
    path.write_bytes(path.read_bytes()[:300])


def _labels(root: Path) -> None:
    Image.fromarray(np.full((64, 48), 33, np.uint8)).save(root / "test/image-parse-v3/00001_00.png")


def _pairs(root: Path) -> None:
    (root / "test_pairs.txt").write_text("99999_00.jpg 00001_00.jpg\n")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (_truncate, "train: unreadable: train/image/"),
        (_labels, "test: label map does not fit: 00001_00"),
        (_pairs, "image/99999_00.jpg"),
    ],
)
def test_errors(own_root: Path, fault: Callable[[Path], None], message: str) -> None:
    fault(own_root)
    errors = check_root(own_root).errors
    assert len(errors) == 1
    assert message in errors[0]


def _incomplete(root: Path) -> None:
    (root / "test" / "openpose_json" / "00001_00_keypoints.json").unlink()


def _nobody(root: Path) -> None:
    (root / "test/openpose_json/00001_00_keypoints.json").write_text(json.dumps({"people": []}))


def _size(root: Path) -> None:
    Image.new("RGB", (30, 40)).save(root / "test" / "cloth" / "00001_00.jpg")


def _upper_case(root: Path) -> None:
    Image.new("RGB", (48, 64)).save(root / "test" / "cloth" / "00009_00.JPG")


def _self_pair(root: Path) -> None:
    (root / "test_pairs.txt").write_text("00001_00.jpg 00001_00.jpg\n")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (_incomplete, "openpose_json lacks 00001_00"),
        (_nobody, "test: no person detected: 00001_00"),
        (_size, "1 of 40x30"),
        (_upper_case, "test: ignored for their endings: cloth/00009_00.JPG"),
        (_self_pair, "self pairs in an unpaired list: 00001_00"),
    ],
)
def test_warnings(own_root: Path, fault: Callable[[Path], None], message: str) -> None:
    fault(own_root)
    findings = check_root(own_root)
    assert findings.errors == []
    assert message in " ".join(findings.warnings)


def test_no_root_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        check_root(tmp_path / "none")
    with pytest.raises(InputError, match="has no split"):
        check_root(tmp_path)

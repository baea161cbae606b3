"""`data check` finds each fault and nothing else, and finds none where there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tryonbench.cli.data import app
from tryonbench.data.check import check_root
from tryonbench.data.check.findings import Fault, Findings
from tryonbench.errors import InputError

Break = Callable[[Path], None]
Change = Callable[[Image.Image], Image.Image]

POSE = "test/openpose_json/00001_00_keypoints.json"
FILES = {
    "image": "test/image/00001_00.jpg",
    "cloth": "test/cloth/00001_00.jpg",
    "cloth-mask": "test/cloth-mask/00001_00.jpg",
    "image-parse-v3": "test/image-parse-v3/00001_00.png",
    "image-parse-agnostic-v3.2": "test/image-parse-agnostic-v3.2/00001_00.png",
    "image-densepose": "test/image-densepose/00001_00.jpg",
    "agnostic-v3.2": "test/agnostic-v3.2/00001_00.jpg",
    "agnostic-mask": "test/agnostic-mask/00001_00_mask.png",
}


def _kinds(findings: Findings) -> list[tuple[str, str, str, int]]:
    lists = (findings.of("error"), findings.of("warning"))
    return [(f.level, f.split, f.kind, f.count) for found in lists for f in found]


def test_a_good_root_has_no_findings(synth_root: Path) -> None:
    findings = check_root(synth_root)
    assert _kinds(findings) == []
    assert findings.counts["train"]["image"] == 8
    assert findings.counts["test"]["unpaired-truth"] == 4


def cut(file: str) -> Break:
    def fault(root: Path) -> None:
        (root / file).write_bytes((root / file).read_bytes()[:300])

    return fault


def changed(folder: str, change: Change) -> Break:
    def fault(root: Path) -> None:
        path = root / FILES[folder]
        with Image.open(path) as image:
            image.load()
        change(image).save(path, quality=95)

    return fault


def filled(value: int) -> Change:
    """The same label or grey level everywhere."""
    return lambda image: Image.new("L", image.size, value)


def taller(image: Image.Image) -> Image.Image:
    return image.resize((image.width, image.height * 2), Image.Resampling.NEAREST)


def lower_half(image: Image.Image) -> Image.Image:
    """A mask less its upper half."""
    image = image.convert("L")
    image.paste(0, (0, 0, image.width, image.height // 2))
    return image


def copied(source: str, target: str) -> Break:
    return lambda root: shutil.copyfile(root / FILES[source], root / FILES[target]) and None


def pairs(text: str) -> Break:
    return lambda root: (root / "test_pairs.txt").write_text(text) and None


UNREADABLE = "unreadable"
LABELS = "label map without palette or with unknown labels"
LIST = "the pair list cannot be used"


@pytest.mark.parametrize(
    ("fault", "kind", "name"),
    [
        (cut(FILES["image"]), UNREADABLE, "image/00001_00.jpg"),
        (cut(FILES["cloth"]), UNREADABLE, "cloth/00001_00.jpg"),
        (cut(FILES["image-parse-v3"]), UNREADABLE, "image-parse-v3/00001_00.png"),
        (cut(FILES["agnostic-mask"]), UNREADABLE, "agnostic-mask/00001_00_mask.png"),
        (cut(POSE), UNREADABLE, "openpose_json/00001_00_keypoints.json"),
        (changed("image-parse-v3", filled(33)), LABELS, "image-parse-v3/00001_00.png"),
        (
            changed("image-parse-agnostic-v3.2", lambda image: image.convert("RGB")),
            LABELS,
            "image-parse-agnostic-v3.2/00001_00.png",
        ),
        (
            changed("image-parse-v3", taller),
            "image-parse-v3 has another size than the photograph",
            "image-parse-v3/00001_00.png",
        ),
        (
            changed("image-parse-agnostic-v3.2", taller),
            "image-parse-agnostic-v3.2 has another size than the photograph",
            "image-parse-agnostic-v3.2/00001_00.png",
        ),
        (pairs("99999_00.jpg 00001_00.jpg\n"), LIST, "image/99999_00.jpg"),
        (pairs("../00001_00.jpg 00001_00.jpg\n"), LIST, "line 1"),
        (pairs("00000_00.jpg 00001_00.jpg\n" * 2), LIST, "names a pair twice"),
    ],
)
def test_errors(own_root: Path, fault: Break, kind: str, name: str) -> None:
    fault(own_root)
    findings = check_root(own_root)
    assert _kinds(findings) == [("error", "test", kind, 1)]
    assert name in findings.errors[0]


def people(change: Callable[[list[dict[str, Any]]], object]) -> Break:
    """Change the list of people in a pose file."""

    def fault(root: Path) -> None:
        pose = json.loads((root / POSE).read_text())
        change(pose["people"])
        (root / POSE).write_text(json.dumps(pose))

    return fault


def joint(value: float) -> Break:
    """Move the nose to some x."""
    return people(lambda found: found[0]["pose_keypoints_2d"].__setitem__(0, value))


def undetected(found: list[dict[str, Any]]) -> None:
    found[0]["pose_keypoints_2d"] = [0] * 75


def deleted(file: str) -> Break:
    return lambda root: (root / file).unlink()


def _small_garment(root: Path) -> None:
    for folder in ("cloth", "cloth-mask"):
        changed(folder, lambda image: image.resize((30, 40)))(root)


def _upper_case(root: Path) -> None:
    Image.new("RGB", (48, 64)).save(root / "test" / "cloth" / "00009_00.JPG")


NOT_FINITE = "joints that are not finite"
OUTSIDE = "joints outside the photograph"


@pytest.mark.parametrize(
    ("fault", "kind", "name"),
    [
        (deleted(POSE), "missing in openpose_json", "00001_00"),
        (deleted(FILES["cloth-mask"]), "missing in cloth-mask", "00001_00"),
        (deleted("test_pairs.txt"), "no pair list, so no unpaired evaluation", "test_pairs.txt"),
        (_upper_case, "ignored for their endings", "cloth/00009_00.JPG"),
        (pairs("00001_00.jpg 00001_00.jpg\n"), "self pairs in the unpaired list", "00001_00"),
        (people(list.clear), "nobody in the pose file", POSE[5:]),
        (people(undetected), "nobody in the pose file", POSE[5:]),
        (people(lambda f: f.append(f[0])), "several people in the pose file", POSE[5:]),
        (joint(float("nan")), NOT_FINITE, POSE[5:]),
        (joint(float("inf")), NOT_FINITE, POSE[5:]),
        (joint(1e300), NOT_FINITE, POSE[5:]),
        (joint(48.5), OUTSIDE, POSE[5:]),
        (joint(-1), OUTSIDE, POSE[5:]),
        (changed("cloth-mask", filled(0)), "empty mask", "cloth-mask/00001_00.jpg"),
        (changed("cloth-mask", filled(255)), "full mask", "cloth-mask/00001_00.jpg"),
        (changed("agnostic-mask", filled(0)), "empty mask", "agnostic-mask/00001_00_mask.png"),
        (changed("agnostic-mask", filled(255)), "full mask", "agnostic-mask/00001_00_mask.png"),
        (
            changed("agnostic-mask", lower_half),
            "agnostic-mask leaves over 10% of the garment visible",
            "agnostic-mask/00001_00_mask.png",
        ),
        (
            copied("image-parse-v3", "image-parse-agnostic-v3.2"),
            "image-parse-agnostic-v3.2 leaves over 1% of the garment visible",
            "image-parse-agnostic-v3.2/00001_00.png",
        ),
        (
            copied("image", "agnostic-v3.2"),
            "agnostic-v3.2 leaves over 10% of the garment visible",
            "agnostic-v3.2/00001_00.jpg",
        ),
    ],
)
def test_warnings(own_root: Path, fault: Break, kind: str, name: str) -> None:
    fault(own_root)
    findings = check_root(own_root)
    assert _kinds(findings) == [("warning", "test", kind, 1)]
    assert findings.of("warning")[0].names == [name]


@pytest.mark.parametrize(
    "folder", ["cloth-mask", "agnostic-mask", "agnostic-v3.2", "image-densepose"]
)
def test_pictures_of_another_size(own_root: Path, folder: str) -> None:
    changed(folder, taller)(own_root)
    what = "garment" if folder == "cloth-mask" else "photograph"
    kind = f"{folder} has another size than the {what}"
    assert _kinds(check_root(own_root)) == [("warning", "test", kind, 1)]


def test_several_sizes(own_root: Path) -> None:
    _small_garment(own_root)
    findings = check_root(own_root)
    assert findings.errors == []
    assert findings.warnings == ["test: sizes differ (2): 7 of 64x48, 1 of 40x30"]


def test_several_faults_are_all_reported(own_root: Path) -> None:
    cut(FILES["cloth"])(own_root)
    joint(-1)(own_root)
    found = check_root(own_root)
    assert found.errors == ["test: unreadable (1): cloth/00001_00.jpg"]
    assert found.warnings == [f"test: {OUTSIDE} (1): {POSE[5:]}"]
    assert [f["level"] for f in found.as_dict()["findings"]] == ["error", "warning"]


def test_a_finding_counts_all_and_names_the_first(tmp_path: Path) -> None:
    findings = Findings(tmp_path)
    findings.add("test", (Fault("warning", "empty mask", str(n)) for n in range(11)))
    assert findings.warnings == ["test: empty mask (11): 0, 1, 2, 3, 4, 5, 6, 7 and 3 more"]


def test_no_root_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        check_root(tmp_path / "none")
    with pytest.raises(InputError, match="has no split"):
        check_root(tmp_path)


@pytest.fixture
def dresscode_root(synth_root: Path, tmp_path: Path) -> Path:
    """Two persons for training and two for testing, their photographs and garments synthetic."""
    root = tmp_path / "upper_body"
    names = {"test": ("00000_00", "00001_00"), "train": ("00004_00", "00005_00")}
    parse = np.pad(np.full((20, 20), 4, np.uint8), ((20, 24), (14, 14)))
    for folder in ("images", "label_maps", "keypoints"):
        (root / folder).mkdir(parents=True)
    for split, name in ((split, name) for split, ids in names.items() for name in ids):
        shutil.copyfile(synth_root / split / f"image/{name}.jpg", root / f"images/{name}_0.jpg")
        shutil.copyfile(synth_root / split / f"cloth/{name}.jpg", root / f"images/{name}_1.jpg")
        Image.fromarray(parse).save(root / f"label_maps/{name}_4.png")
        joints = {"keypoints": [[192, 60, 0.9, n] for n in range(18)]}
        (root / f"keypoints/{name}_2.json").write_text(json.dumps(joints))
    (a, b), (c, d) = names["test"], names["train"]
    own, other = "{0}_0.jpg {0}_1.jpg\n{1}_0.jpg {1}_1.jpg\n", "{0}_0.jpg {1}_1.jpg\n"
    (root / "train_pairs.txt").write_text(own.format(c, d))
    (root / "test_pairs_paired.txt").write_text(own.format(a, b))
    (root / "test_pairs_unpaired.txt").write_text(other.format(a, b))
    return root


def test_dresscode_and_several_processes(dresscode_root: Path) -> None:
    findings = check_root(dresscode_root, workers=2)
    assert _kinds(findings) == []
    assert findings.counts["test"]["images/*_1.jpg"] == 2
    Image.new("L", (48, 64), 18).save(dresscode_root / "label_maps" / "00001_00_4.png")
    (dresscode_root / "keypoints" / "00000_00_2.json").write_text("{")
    found = check_root(dresscode_root, workers=2)
    assert found.as_dict() == check_root(dresscode_root, workers=1).as_dict()
    assert _kinds(found) == [("error", "test", kind, 1) for kind in (UNREADABLE, LABELS)]


def test_command(own_root: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(own_root)])
    assert result.exit_code == 0
    assert "no errors, no warnings" in result.stdout
    cut(FILES["image"])(own_root)
    result = CliRunner().invoke(app, ["check", str(own_root), "--json"])
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert {"root", "counts", "errors", "warnings"} < set(found)
    assert found["errors"] == ["test: unreadable (1): image/00001_00.jpg"]
    assert found["findings"][0]["names"] == ["image/00001_00.jpg"]


@pytest.mark.parametrize("name", ["viton-hd-complete", "viton-hd-legacy", "viton-hd-photos"])
def test_real_folders_are_good(real_samples: Path, name: str) -> None:
    assert _kinds(check_root(real_samples / name)) == []

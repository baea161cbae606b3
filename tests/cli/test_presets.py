"""`eval --preset` and `eval --explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tryonbench.protocols.presets import presets
from tryonbench.results.published import published


@pytest.fixture
def images(synth_root: Path, tmp_path: Path) -> Path:
    """The photographs as JPEG q75, as if made elsewhere."""
    folder = tmp_path / "images"
    folder.mkdir()
    for file in (synth_root / "test" / "image").glob("*.jpg"):
        Image.open(file).save(folder / file.name, quality=75)
    return folder


def test_one_table_of_all_presets(command, images: Path, synth_root: Path, no_weights) -> None:
    done = command("eval", "--images", images, "--data", synth_root, "--preset", "all")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for name in ("ladi", "catvton", "vtoneval", "hrviton", "sift", "dci"):
        assert any(line.startswith(f"│ {name} ") for line in lines), name
        assert any(line.startswith(f"{name}: ") for line in lines), "each says what it leaves out"
    assert any("CatVTON (in Leffa)" in line and "0.057" in line for line in lines)
    assert "tryonbench weights get inception" in done.stdout


def test_presets_differ_on_the_same_images(command, images: Path, synth_root: Path) -> None:
    done = command(
        *("eval", "--images", images, "--data", synth_root),
        *("--preset", "catvton,hrviton,ladi", "--metrics", "ssim", "--json"),
    )
    values = {row["protocol"]: row["metrics"]["ssim"]["value"] for row in json.loads(done.stdout)}
    assert set(values) == {"catvton/paired-64x48", "hrviton/paired-64x48", "ladi/paired-512x384"}
    assert len({round(value, 4) for value in values.values()}) == 3


def test_explain_scores_nothing(command, images: Path, synth_root: Path, tmp_path: Path) -> None:
    done = command(
        *("eval", "--images", images, "--data", synth_root, "--preset", "ladi,sift", "--explain")
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("decode 4 outputs once")
    assert "512x384 by cv2_bilinear" in done.stdout
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--preset", "lady"), 'unknown preset "lady"; did you mean "ladi"?'),
        (("--preset", "ladi", "--pairing", "pared"), 'pairing "pared"'),
        (("--preset", "hrviton", "--pairing", "unpaired"), "hrviton: not evaluated unpaired"),
        (("--preset", "ladi", "--protocol", "synth/paired-64x48"), "--preset goes with --images"),
        (("--pairing", "unpaired"), "--pairing goes with --preset"),
        (("--check", "--explain"), "ask one"),
        (("--explain", "--json"), "leave --json out"),
        (("--metrics", " , "), "--metrics names none"),
    ],
)
def test_bad_options(command, images: Path, synth_root: Path, options, message: str) -> None:
    done = command("eval", "--images", images, "--data", synth_root, *options)
    assert done.returncode == 2
    assert message in done.stderr


def test_published_rows_name_known_presets() -> None:
    rows = published()
    assert len(rows) == 35
    assert {row.preset for row in rows} == {"", "vtoneval", "sift"}
    assert {row.preset for row in rows if row.preset} <= set(presets())
    leffa = next(row for row in rows if row.method == "Leffa" and row.source == "Leffa")
    assert leffa.values["paired"] == {"ssim": 0.899, "lpips": 0.048, "fid": 4.54}
    assert leffa.values["unpaired"] == {"fid": 8.52}

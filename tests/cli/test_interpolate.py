"""`generate --interpolate`: a row of pictures from one garment to another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tryonbench.data.layout import open_split


@pytest.fixture
def ids(synth_root: Path) -> list[str]:
    return open_split(synth_root, "test").ids("cloth")


@pytest.fixture
def run(command, synth_root: Path) -> str:
    """A barely trained run of a method that can interpolate."""
    words = ("--set", "images=8", "--set", "batch_size=4", "--set", "model.generator.latent=16")
    done = command("train", "--method", "stylegan", "--data", synth_root, *words)
    assert done.returncode == 0, done.stderr
    return "stylegan-nano-s0"


def test_the_row_begins_and_ends_as_the_garments_own_pictures(
    command, run: str, synth_root: Path, ids: list[str], tmp_path: Path
) -> None:
    row = ("generate", run, "--data", synth_root, "--person", ids[2], "--interpolate")
    done = command(*row, ids[0], ids[1], "--steps", "4")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "runs" / run / "interpolations" / f"{ids[2]}__{ids[0]}__{ids[1]}.png"
    assert str(path.relative_to(tmp_path)) in done.stderr
    pictures = np.array(Image.open(path))
    assert pictures.shape == (64, 4 * 48, 3)
    back = command(*row, ids[1], ids[0], "--steps", "4", "--out", tmp_path / "rows")
    assert back.returncode == 0, back.stderr
    turned = np.array(Image.open(tmp_path / "rows" / f"{ids[2]}__{ids[1]}__{ids[0]}.png"))
    for i in range(4):
        one = pictures[:, i * 48 : (i + 1) * 48].astype(int)
        same = turned[:, (3 - i) * 48 : (4 - i) * 48]
        assert np.abs(one - same).max() <= 1


def test_what_cannot_be_shown_is_one_line(
    command, synth_root: Path, ids: list[str], run: str, tmp_path: Path
) -> None:
    a, b = ids[:2]
    for words, text in (
        (("grey-fill", "--interpolate", a, b), "grey-fill cannot interpolate"),
        ((run, "--interpolate", a, "nothing"), 'no "nothing" in'),
        ((run, "--interpolate", a, b, "--person", "nobody"), 'no "nobody" in'),
        ((run, "--interpolate", a, b, "--protocol", "synth/paired-64x48"), "leave them out"),
        ((run, "--person", a), "--person is for --interpolate"),
    ):
        done = command("generate", *words, "--data", synth_root)
        assert done.returncode == 2, done.stderr
        assert text in done.stderr
        assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*__*.png"))

"""Images to evaluate."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def images(synth_root: Path, tmp_path: Path) -> Path:
    """The ground truth itself as PNG, as if made elsewhere."""
    folder = tmp_path / "images"
    folder.mkdir()
    for file in (synth_root / "test" / "image").glob("*.jpg"):
        Image.open(file).save(folder / f"{file.stem}.png")
    return folder

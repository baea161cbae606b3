"""Screenshots at three widths beside committed ones, coarse enough for other fonts."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.browser.conftest import Open, until

WIDTHS = (1400, 900, 400)
SECTIONS = (
    "summary", "leaderboard", "tradeoff", "gallery", "distributions", "significance", "subgroups",
    "training",
)  # fmt: skip
CELLS, BLOCKS = 48, 12
"""A section is kept as so many times so many grey squares, and compared in fewer blocks of them."""
TOLERANCE = 0.26
"""Share of the ink that may be elsewhere. Serif for sans serif and the reverse moves 2 to 20 %, in
running text up to 24 %; the broken layouts below move 40 % and more, or change the height."""
HEIGHT = 1.15
"""How many times as high a section may be; other fonts change up to 1.11 times."""
EXPECTED = Path(__file__).parent / "expected"
Seen = dict[str, tuple[int, NDArray[np.float64]]]
"""By section: its height in pixels, and its squares between 0 and 1."""


def seen(page: Any, sections: Sequence[str] = SECTIONS) -> Seen:
    """Some sections, with all figures drawn and nothing floating over them."""
    page.add_style_tag(content=".bar { position: static !important; }")
    plots = ", ".join(f"#{section} .plot" for section in sections)
    page.evaluate(f"document.querySelectorAll('{plots}').forEach(draw)")
    undrawn = plots.replace(".plot", ".plot:not([data-drawn])")
    until(page, f"!document.querySelector('{undrawn}')")
    return {name: squares(page.locator(f"#{name}").screenshot()) for name in sections}


def squares(png: bytes) -> tuple[int, NDArray[np.float64]]:
    picture = Image.open(BytesIO(png)).convert("L")
    small = picture.resize((CELLS, CELLS), Image.Resampling.BOX)
    return picture.height, np.asarray(small, float) / 255


def differences(one: Seen, other: Seen) -> dict[str, float]:
    """By section, the share of the ink that is elsewhere; endless where the heights differ."""
    found = {}
    for name, (height, cells) in one.items():
        ratio = max(height, other[name][0]) / min(height, other[name][0])
        here, there = ink(cells), ink(other[name][1])
        moved = float(np.abs(here - there).sum() / (here + there).sum())
        found[name] = moved if ratio <= HEIGHT else float("inf")
    return found


def ink(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is not background, in blocks."""
    dark = np.abs(cells - np.median(cells))
    size = CELLS // BLOCKS
    return dark.reshape(BLOCKS, size, BLOCKS, size).mean(axis=(1, 3))


def save(path: Path, found: Seen) -> None:
    """As one small picture, sections side by side; heights in its first row of text."""
    heights = " ".join(str(height) for height, _ in found.values())
    sheet = np.concatenate([cells for _, cells in found.values()], axis=1)
    path.parent.mkdir(exist_ok=True)
    Image.fromarray((255 * sheet).round().astype(np.uint8)).save(path)
    path.with_suffix(".txt").write_text(heights + "\n")


def load(path: Path) -> Seen:
    sheet = np.asarray(Image.open(path), float) / 255
    heights = map(int, path.with_suffix(".txt").read_text().split())
    parts = np.split(sheet, len(SECTIONS), axis=1)
    return dict(zip(SECTIONS, zip(heights, parts, strict=True), strict=True))


@pytest.mark.parametrize("width", WIDTHS)
def test_sections_look_as_they_did(open_report: Open, width: int, tmp_path: Path) -> None:
    found = seen(open_report(width))
    save(tmp_path / f"{width}.png", found)
    far = {k: v for k, v in differences(found, load(EXPECTED / f"{width}.png")).items()
           if v > TOLERANCE}  # fmt: skip
    assert not far, f"look at {tmp_path}; if it is meant, copy its files to {EXPECTED}"


@pytest.mark.parametrize(
    ("section", "style"),
    [
        ("leaderboard", ".leaderboard th { position: static !important; padding: 3rem }"),
        ("leaderboard", "tbody.floor { display: none }"),
        ("gallery", ".gallery img { width: 30px !important }"),
        ("tradeoff", ".columns { display: block !important }"),
        ("distributions", ".plot { visibility: hidden }"),
        ("significance", ".matrix { margin-left: 30rem; width: 40rem }"),
    ],
)
def test_a_broken_layout_is_noticed(open_report: Open, section: str, style: str) -> None:
    page = open_report(1400)
    page.add_style_tag(content=style)
    found = differences(seen(page, [section]), load(EXPECTED / "1400.png"))
    assert found[section] > TOLERANCE, found


def test_other_fonts_are_tolerated(open_report: Open) -> None:
    page = open_report(1400)
    page.add_style_tag(content=":root { --serif: sans-serif; --sans: serif; }")
    found = differences(seen(page), load(EXPECTED / "1400.png"))
    assert max(found.values()) <= TOLERANCE, found

"""The README's pictures of a report: `python -m tools.report_picture reports/reference/report`.

Writes `screenshot.webp` and `gallery.webp` beside `index.html`, by Playwright and Chromium.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tryonbench.errors import InputError
from tryonbench.report.export import browser

WIDTH, HEIGHT = 1280, 1500
SECTION = "leaderboard"
"""What the first picture begins with."""
GALLERY_HEIGHT = 865
"""Its heading and four rows."""

PATIENCE = 120_000
"""Milliseconds that a step may take on a busy machine."""
SETTLE = 1_000
"""Milliseconds until pictures that come into view are shown."""


def pictures(page: Path) -> dict[str, bytes]:
    """PNGs by name: the first protocol from its leaderboard on, and the second's gallery.

    Raises:
        InputError: there is no Chromium.
    """
    from playwright.sync_api import sync_playwright

    path = browser()
    if path is None:
        raise InputError("no Chromium was found; install one, or name it with BROWSER_PATH")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        view = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        view.set_default_timeout(PATIENCE)
        view.goto(page.resolve().as_uri())
        found = {"screenshot": _tables(view), "gallery": _gallery(view)}
        chromium.close()
    return found


def _tables(view: Any) -> bytes:
    _choose_protocol(view, 1)
    for section in ("tradeoff", SECTION):
        view.evaluate(f"document.getElementById('{section}').scrollIntoView()")
        view.wait_for_selector("#tradeoff-1 .main-svg")
    picture: bytes = view.screenshot()
    return picture


def _choose_protocol(view: Any, number: int) -> None:
    """If there are several; 0 is all."""
    protocols = view.locator("[data-restrict] [name=protocol]")
    if protocols.count():
        protocols.select_option(index=number)


def _gallery(view: Any) -> bytes:
    _choose_protocol(view, 2)
    shown = view.locator(".gallery:visible").first
    shown.evaluate("element => element.scrollIntoView()")
    view.wait_for_timeout(SETTLE)
    box = shown.bounding_box()
    picture: bytes = view.screenshot(clip={**box, "height": min(box["height"], GALLERY_HEIGHT)})
    return picture


def main(folder: Path) -> None:
    """Write the pictures of a report."""
    for name, png in pictures(folder / "index.html").items():
        image = Image.open(BytesIO(png)).convert("RGB")
        image.save(folder / f"{name}.webp", quality=80, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The README's picture of a report: `python -m tools.report_picture reports/reference/report`.

Writes `screenshot.webp` beside `index.html`, by Playwright and Chromium.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from tryonbench.errors import InputError
from tryonbench.report.export import browser

WIDTH, HEIGHT = 1280, 1500
SECTION = "leaderboard"
"""What the picture begins with."""

PATIENCE = 120_000
"""Milliseconds that a step may take on a busy machine."""


def screenshot(page: Path) -> bytes:
    """A PNG of the page from its leaderboard on.

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
        view.goto(page.resolve().as_uri())
        view.set_default_timeout(PATIENCE)
        protocols = view.locator("[data-restrict] [name=protocol]")
        if protocols.count():
            protocols.select_option(index=1)
        for section in ("tradeoff", SECTION):
            view.evaluate(f"document.getElementById('{section}').scrollIntoView()")
            view.wait_for_selector("#tradeoff-1 .main-svg")
        picture: bytes = view.screenshot()
        chromium.close()
    return picture


def main(folder: Path) -> None:
    """Write the picture of a report."""
    png = screenshot(folder / "index.html")
    Image.open(BytesIO(png)).convert("RGB").save(folder / "screenshot.webp", quality=80, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

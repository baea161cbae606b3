"""A report in a real browser: Debian's Chromium, driven by Playwright, with the network off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.made import SAMPLES, make_data, make_runs
from tryonbench.files import write_json
from tryonbench.report import Options, Size, build_report
from tryonbench.report.export import browser

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--force-device-scale-factor=1",
]  # fmt: skip
SLOW = 90_000
"""Milliseconds that the browser may take for a step on a busy machine."""
Open = Callable[..., Any]


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; Playwright's own way needs `eval`, which the page forbids.

    Raises:
        TimeoutError: it never was.
    """
    end = time.monotonic() + SLOW / 1000
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        page.wait_for_timeout(50)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five drawn methods with attributes; the pictures of 8 of 12 samples are inside."""
    folder = tmp_path_factory.mktemp("browser")
    data = make_data(folder / "data")
    for i in range(SAMPLES):
        look = {"pattern": "striped" if i % 3 else "solid"}
        drawn = {"garment": {"category": f"kind {i % 2}", "look": look}}
        write_json(data / "test/attributes" / f"{i:03d}_00.json", drawn)
    runs = make_runs(folder / "runs", data)
    return build_report(runs, folder / "out", Options(Size(8), figures=None))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, or a skip that says what is missing."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = browser()
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium, or name one with BROWSER_PATH")
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=SLOW)
        yield started
        started.close()


@pytest.fixture
def open_report(chromium: Any, report: Path) -> Iterator[Open]:
    """Opens the report; after the test, nothing may have been complained of or asked for."""
    complaints: list[str] = []
    asked: list[str] = []
    contexts = []

    def opened(width: int = 1400, scheme: str = "light", path: Path = report) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        context.set_default_timeout(SLOW)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri(), timeout=SLOW)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []

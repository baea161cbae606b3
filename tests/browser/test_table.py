"""The leaderboard in a browser: how it opens, what a filter makes again, what changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.test_page import names
from tests.report.made import make_data, make_runs
from tryonbench.files import read_json, write_json
from tryonbench.report import Options, Size, build_report

PLAIN = Options(Size(2), figures=None)
MARKS = """() => [...document.querySelectorAll('#leaderboard tbody:not(.floor) td')].map(cell =>
    [cell.dataset.rank, Number(cell.dataset.value).toFixed(9), cell.innerText.trim()])"""
RANK = "rows => rows.map(row => row.cells[1].innerText)"
ROWS = "#leaderboard .part:first-of-type tbody:not(.floor) tr[data-contends]:not([hidden])"


@pytest.fixture(scope="session")
def since(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report against an older one: a method is new, one is better, the others are unchanged."""
    folder = tmp_path_factory.mktemp("since")
    runs = make_runs(folder / "runs", make_data(folder / "data"))
    build_report([run for run in runs if run.name != "stylegan"], folder / "old", PLAIN)
    old = folder / "old/tables/tables.json"
    content = read_json(old) | {"created": "01 February 2026"}
    for table in content["tables"]:
        cell = next(row for row in table["rows"] if row["name"] == "pix2pix")["cells"]["ssim"]
        cell |= {"value": cell["value"] - 0.1, "text": "lower"}
    write_json(old, content)
    options = replace(PLAIN, compare=old, size=Size(2, full=True))
    return build_report(runs, folder / "new", options)


def choose(page: Any, name: str, value: str) -> str:
    """Restrict the page, and what it says of that."""
    page.locator(f"[data-restrict] [name={name}]").select_option(value)
    return str(page.locator("[data-restrict] output").inner_text())


def test_it_opens_by_mean_rank(open_report: Open) -> None:
    page = open_report()
    assert names(page) == ["diffusion", "pix2pix", "stylegan"]
    heading = page.locator("#leaderboard table").first.locator("th", has_text="Mean rank")
    assert heading.get_attribute("aria-sort") == "ascending"
    means = [float(text) for text in page.eval_on_selector_all(ROWS, RANK)]
    assert means == sorted(means)


def test_a_family_is_ranked_among_itself_and_the_page_says_so(open_report: Open) -> None:
    page = open_report()
    before = page.evaluate(MARKS)
    said = choose(page, "family", "gan")
    assert "ranks and ★ are among the methods of family gan" in said
    assert "Summary, figures and tests are over all methods" in said
    assert names(page) == ["pix2pix", "stylegan"]
    cell = page.locator(ROWS, has_text="pix2pix").locator("td[data-rank]").nth(1)
    assert cell.get_attribute("data-rank") == "1", "the best of what is shown"
    assert "best" in str(cell.get_attribute("class"))
    means = [float(text) for text in page.eval_on_selector_all(ROWS, RANK)]
    assert sum(means) == pytest.approx(3, abs=0.1), "of two methods"
    assert choose(page, "family", "") == ""
    assert page.evaluate(MARKS) == before, "the script ranks as the report was written"


def test_a_method_alone_has_no_rank_and_no_star(open_report: Open) -> None:
    page = open_report()
    choose(page, "family", "diffusion")
    assert names(page) == ["diffusion"]
    assert page.eval_on_selector_all(ROWS, RANK) == ["—"]
    assert page.locator(f"{ROWS} td[data-rank]").count() == 0
    assert page.locator(f"{ROWS} .star").count() == 0


def test_the_column_of_changes_is_sorted_and_new_rows_are_last(
    open_report: Open, since: Path
) -> None:
    page = open_report(path=since)
    heading = page.locator("#leaderboard table").first.locator("th.change")
    assert heading.inner_text().startswith("Since the report of 01 February 2026")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert names(page) == ["pix2pix", "diffusion", "stylegan"]
    cells = page.locator(f"{ROWS} td.change")
    assert [text.split("\n")[0] for text in cells.all_inner_texts()] == [
        "SSIM +0.100 ▲",
        "unchanged",
        "new",
    ]


def test_the_viewer_links_the_files_of_its_pictures(open_report: Open, since: Path) -> None:
    page = open_report(path=since)
    page.locator("#gallery-1 .shot[data-column='4']").first.click()
    links = page.locator("#viewer [data-files] a")
    links.first.wait_for()
    assert links.all_inner_texts() == ["File of Ground truth", "File of pix2pix"]
    for link in links.all():
        assert (since.parent / str(link.get_attribute("href"))).is_file()

"""What a reader does with the report: reading, sorting, choosing, searching, comparing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Open, until

ROW_NAMES = "rows => rows.map(row => row.cells[0].dataset.value)"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
CAPTION = "document.querySelector('#viewer [data-caption]').innerText"
WHITE, DARK = "rgb(255, 255, 255)", "rgb(21, 21, 21)"


def names(page: Any) -> list[str]:
    """The methods of the first leaderboard, in order, without floor rows."""
    rows = "#leaderboard .part:first-of-type tbody:not(.floor) tr:not(.skipped):not([hidden])"
    found: list[str] = page.eval_on_selector_all(rows, ROW_NAMES)
    return found


def ids(page: Any) -> list[str]:
    """The samples that the first gallery shows, in order."""
    found: list[str] = page.eval_on_selector_all(
        "#gallery-1 tbody tr", "rows => rows.map(row => row.querySelector('small').innerText)"
    )
    return found


def drawn(page: Any, plot: str) -> Any:
    """A figure, once it is there."""
    page.locator(f"#{plot}").scroll_into_view_if_needed()
    return page.wait_for_selector(f"#{plot} .main-svg")


@pytest.mark.parametrize("width", [1400, 900, 400])
def test_it_opens_offline_without_complaints_and_fits(open_report: Open, width: int) -> None:
    page = open_report(width)
    assert page.title() == "Virtual try-on benchmark"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for section in page.eval_on_selector_all("main > section", "all => all.map(one => one.id)"):
        assert page.locator(f"nav a[href='#{section}']").count() == 1
    for plot in ("tradeoff-1", "distributions-1", "differences-1", "training-1"):
        drawn(page, plot)


def test_a_heading_sorts_and_sorts_the_other_way(open_report: Open) -> None:
    page = open_report()
    heading = page.locator("#leaderboard table").first.locator("th", has_text="SSIM")
    button = heading.locator("button")
    button.click()
    assert names(page) == ["diffusion", "pix2pix", "stylegan"]
    assert heading.get_attribute("aria-sort") == "descending", "the best first"
    button.focus()
    page.keyboard.press("Enter")
    assert names(page) == ["stylegan", "pix2pix", "diffusion"]
    floor = page.locator("#leaderboard tbody.floor").first
    assert floor.locator("tr").first.get_attribute("class") == "label"


def test_cells_show_ranks(open_report: Open) -> None:
    page = open_report()
    cell = page.locator("#leaderboard td[data-rank]").first
    assert cell.locator(".shown").is_visible()
    page.locator("[data-cells] select").select_option("ranks")
    assert not cell.locator(".shown").is_visible()


def test_the_page_is_restricted_to_a_protocol(open_report: Open) -> None:
    page = open_report()
    page.locator("[data-restrict] [name=protocol]").select_option("synth/unpaired-64x48")
    shown = page.eval_on_selector_all(
        ".part", "all => all.filter(one => one.offsetHeight).map(one => one.dataset.protocol)"
    )
    assert set(shown) == {"synth/unpaired-64x48"}


def test_a_choice_changes_the_figure(open_report: Open) -> None:
    page = open_report()
    drawn(page, "tradeoff-1")
    title = page.locator("#tradeoff-1 .ytitle")
    before = title.inner_html()
    page.locator("[data-selects=tradeoff-1] select").first.select_option(label="SSIM ↑")
    assert "SSIM (higher is better)" not in before
    until(page, "document.querySelector('#tradeoff-1 .ytitle').innerHTML.includes('SSIM (higher')")


def test_a_method_has_one_colour_in_every_figure(open_report: Open) -> None:
    page = open_report()
    colours = set()
    for plot in ("distributions-1", "profile-1"):
        drawn(page, plot)
        colours |= set(
            page.evaluate(
                "id => document.getElementById(id).data.filter(t => t.name === 'pix2pix')"
                ".map(t => t.line.color)",
                plot,
            )
        )
    glyph = page.locator("#leaderboard tr", has_text="pix2pix").first.locator(".glyph")
    assert colours == {glyph.evaluate("node => node.style.getPropertyValue('--c')")}


def test_tests_are_shown_for_one_metric_at_a_time(open_report: Open) -> None:
    page = open_report()
    sheets = page.locator("#significance .part").first.locator(".sheet")
    assert [sheet.is_visible() for sheet in sheets.all()].count(True) == 1
    page.locator("[data-sheets] select").first.select_option(index=1)
    assert sheets.nth(1).is_visible()
    assert not sheets.nth(0).is_visible()


def test_the_gallery_sorts_worst_first_by_any_method(open_report: Open) -> None:
    page = open_report()
    controls = page.locator("[data-gallery=gallery-1]")
    assert len(ids(page)) == 8
    controls.locator("[name=pictured]").uncheck()
    assert len(ids(page)) == 12, "those without pictures have their values"
    controls.locator("[name=metric]").select_option(label="SSIM ↑")
    controls.locator("[name=order]").select_option("worst")
    controls.locator("[name=method]").select_option(label="stylegan")
    column = controls.locator("[name=method] option:checked").evaluate("o => Number(o.value) + 3")
    values = page.eval_on_selector_all(
        "#gallery-1 tbody tr", f"rows => rows.map(r => Number(r.cells[{column}].innerText))"
    )
    assert values == sorted(values)
    assert len(set(values)) > 5
    controls.locator("[name=order]").select_option("best")
    assert ids(page)[0] != ids(page)[-1]


def test_the_gallery_is_searched_and_filtered(open_report: Open) -> None:
    page = open_report()
    controls = page.locator("[data-gallery=gallery-1]")
    controls.locator("[name=pictured]").uncheck()
    controls.locator("[name=search]").fill("007")
    assert ids(page) == ["007_00"]
    assert controls.locator("output").inner_text() == "1 sample"
    controls.locator("[name=search]").fill("")
    controls.locator("[data-attribute=pattern]").select_option("solid")
    assert ids(page) == ["000_00", "003_00", "006_00", "009_00"]


def test_two_pictures_are_compared_by_keyboard_alone(open_report: Open) -> None:
    page = open_report()
    viewer = page.locator("#viewer")
    page.locator("#gallery-1 .shot[data-column='4']").first.focus()
    page.keyboard.press("Enter")
    viewer.wait_for()
    title = viewer.locator("#viewer-title")
    first = title.inner_text()
    assert viewer.locator("[name=left] option:checked").inner_text() == "Ground truth"
    assert viewer.locator("[name=right] option:checked").inner_text() == "pix2pix"
    viewer.locator("[name=divider]").focus()
    before = pixels(page)
    page.keyboard.press("End")
    page.wait_for_timeout(200)
    assert pixels(page) != before
    viewer.locator("[data-close]").focus()
    page.keyboard.press("ArrowRight")
    assert title.inner_text() != first
    page.keyboard.press("Escape")
    assert not viewer.is_visible()


def pixels(page: Any) -> str:
    return str(page.evaluate("document.querySelector('#viewer canvas').toDataURL()"))


def test_difference_and_error_map_are_computed(open_report: Open) -> None:
    page = open_report()
    page.locator("#gallery-1 .shot[data-column='5']").first.click()
    mode = page.locator("#viewer [name=mode]")
    caption = page.locator("#viewer [data-caption]")
    mode.select_option("error")
    until(
        page,
        f"{CAPTION}.includes('over the picture')",
    )
    assert float(caption.inner_text().split("over the picture ")[1].split(",")[0]) > 0.01
    page.locator("#viewer [name=right]").select_option(label="Ground truth")
    until(
        page,
        f"{CAPTION}.includes('picture 0.0000')",
    )
    mode.select_option("difference")
    until(page, f"{CAPTION}.startsWith('Absolute')")
    assert page.evaluate(
        "[...document.querySelector('#viewer canvas').getContext('2d').getImageData(0, 0, 9, 9)"
        ".data].every((value, i) => value === (i % 4 === 3 ? 255 : 0))"
    ), "a picture does not differ from itself"


def test_dark_follows_the_reader_and_the_button(open_report: Open) -> None:
    page = open_report()
    assert page.evaluate(BACKGROUND) == WHITE
    drawn(page, "tradeoff-1")
    page.locator("[data-theme-button]").click()
    assert page.evaluate(BACKGROUND) == DARK
    until(page, "document.getElementById('tradeoff-1').layout.font.color === '#e6e4df'")
    assert open_report(scheme="dark").evaluate(BACKGROUND) == DARK


def test_the_first_tab_skips_to_the_report(open_report: Open) -> None:
    page = open_report()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"

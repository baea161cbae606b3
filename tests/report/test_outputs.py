"""What a report writes beside its page: tables, figures, and what changed since an older one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tryonbench.errors import InputError
from tryonbench.files import read_json, write_json
from tryonbench.report import Options, Size, build_report, export
from tryonbench.report.changes import changes_of
from tryonbench.report.export import checked_format, on_paper, write_figures
from tryonbench.results.as_json import Saved, load_tables, save_tables
from tryonbench.results.cells import COSTS, Cell, Column
from tryonbench.results.latex import escaped, to_latex
from tryonbench.results.tables import Row, Table
from tryonbench.runs import Run, runs_below

SSIM, FID = Column("ssim", "SSIM", True), Column("fid", "FID", False)
PLAIN = Options(Size(2), figures=None)


def row(name: str, ssim: float, best: bool = False, floor: bool = False) -> Row:
    cells = {column.key: Cell("—", None, note="not measured") for column in COSTS}
    cells["ssim"] = Cell(f"{ssim:.3f}", ssim, best)
    cells["fid"] = Cell("—", None, note="no 100 % sure weights_1")
    return Row(name, "baseline" if floor else "gan", floor, cells)


def table(*rows: Row) -> Table:
    return Table("p_1/paired", "f", "d", 10, (SSIM, FID, *COSTS), rows)


def test_latex_has_the_best_bold_the_second_underlined_and_all_text_escaped() -> None:
    rows = (
        row("a_1", 0.9, best=True),
        row("b&c", 0.8),
        row("d", 0.7),
        row("floor", 0.85, floor=True),
    )
    latex = to_latex(table(*rows))
    assert r"a\_1 & \textbf{0.900}" in latex
    assert r"b\&c & \underline{0.800}" in latex
    assert r"d & 0.700" in latex
    assert r"floor & 0.850" in latex
    assert latex.count(r"\midrule") == 2
    assert r"\toprule" in latex
    assert r"SSIM $\uparrow$" in latex
    assert "% FID: no 100 % sure weights_1" in latex
    assert r"Method & SSIM $\uparrow$ \\" in latex, "no column without a value"


def test_latex_needs_no_package_for_its_signs(runs: list[Run], tmp_path: Path) -> None:
    assert escaped("Garment ΔE00 ↓") == r"Garment $\Delta E_{00}$ $\downarrow$"
    assert escaped("FID∞") == r"FID$_{\infty}$"
    assert escaped("a × b ± α → ‡") == r"a $\times$ b $\pm$ $\alpha$ $\rightarrow$ U+2021"
    build_report(runs, tmp_path, PLAIN)
    written = "".join(file.read_text("utf-8") for file in tmp_path.glob("tables/*.tex"))
    assert "Garment $\\Delta E_{00}$" in written
    assert written.isascii()


def test_tables_are_written_in_four_formats(runs: list[Run], tmp_path: Path) -> None:
    build_report(runs, tmp_path, PLAIN)
    endings = sorted(file.suffix for file in (tmp_path / "tables").iterdir())
    assert endings == [".csv"] * 2 + [".json"] + [".md"] * 2 + [".tex"] * 2
    saved = load_tables(tmp_path / "tables/tables.json")
    assert {one.protocol for one in saved.tables} == {
        "synth/paired-64x48",
        "synth/unpaired-64x48",
    }


def test_what_changed_is_told_with_its_direction(runs: list[Run], tmp_path: Path) -> None:
    copied = shutil.copytree(runs[0].folder.parent, tmp_path / "runs")
    build_report(runs_below(copied), tmp_path / "old", PLAIN)
    file = Run(copied / "pix2pix").result("synth/paired-64x48")
    metrics = read_json(file)["metrics"]
    metrics["ssim"]["value"] += 0.1
    metrics["l1"]["value"] += 0.1
    write_json(file, read_json(file) | {"metrics": metrics})
    shutil.rmtree(copied / "stylegan")
    asked = replace(PLAIN, compare=tmp_path / "old/tables/tables.json")
    html = build_report(runs_below(copied), tmp_path / "new", asked).read_text("utf-8")
    assert "SSIM +0.100" in html
    assert "L1 +0.100" in html
    assert 'class="up">SSIM +0.100' in html
    assert 'class="down">L1 +0.100' in html
    assert "not in this one: stylegan." in html


def test_the_column_of_changes_says_in_words_what_is_new_unchanged_or_not_measured(
    runs: list[Run], tmp_path: Path
) -> None:
    build_report([run for run in runs if run.name != "diffusion"], tmp_path, PLAIN)
    old = tmp_path / "tables/tables.json"
    content = read_json(old) | {"created": "01 February 2026"}
    for one in content["tables"]:
        cells = next(row for row in one["rows"] if row["name"] == "pix2pix")["cells"]
        del cells["ssim"], cells["l1"]["value"]
        cells["fid"] |= {"value": 3.0, "text": "3.00"}
        cells["gone_metric"] = {"value": 1.0, "text": "1"}
    write_json(old, content)
    html = build_report(runs, tmp_path / "new", replace(PLAIN, compare=old)).read_text("utf-8")
    assert html.count("Since the report of 01 February 2026</button>") == 2
    assert html.count('<td class="change">new</td>') == 2, "diffusion"
    assert html.count('<td class="change" data-value="0">unchanged</td>') == 2 * 3
    assert "not measured then: SSIM, L1<" in html
    assert "no longer measured: FID, gone_metric<" in html


def test_changes_are_counted_and_signed_as_the_table_shows_them() -> None:
    before = tables_of(table(row("a", 0.9), row("b", 0.8)))
    rows = (row("a", 0.95), row("b", 0.7))
    found = changes_of(table(*rows), before)
    assert [found.rows[name].balance for name in "ab"] == [1, -1]
    [change] = found.rows["b"].moved
    assert (change.label, change.text, change.better) == ("SSIM", "-0.100", False)


def tables_of(one: Table) -> Saved:
    """A table as an older report has it."""
    with TemporaryDirectory() as folder:
        save_tables(Path(folder) / "t.json", [one], "01 February 2026")
        return load_tables(Path(folder) / "t.json")


def test_another_fingerprint_is_not_compared(runs: list[Run], tmp_path: Path) -> None:
    build_report(runs, tmp_path, PLAIN)
    old = load_tables(tmp_path / "tables/tables.json")
    found = changes_of(replace(table(row("a", 0.9)), protocol="synth/paired-64x48"), old)
    assert found.problem == f"the report of {old.created} had other settings or other data"
    assert not found.rows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("old.json", r"no tables\.json of a report; give that of an older report"),
        ("index.html", r"no tables\.json of a report; give that of an older report"),
        ("none.json", r"none\.json is missing; give that of an older report"),
        (".", r"is a folder; name its tables/tables\.json"),
    ],
)
def test_a_wrong_older_file_is_refused_before_anything_is_written(
    runs: list[Run], tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "index.html").write_text("<html>")
    with pytest.raises(InputError, match=words):
        build_report(runs, tmp_path / "out", replace(PLAIN, compare=tmp_path / name))
    assert not (tmp_path / "out").exists()


def test_without_a_browser_the_figures_are_left_out_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    monkeypatch.setattr(export, "find_spec", lambda name: object())
    told: list[str] = []
    assert (
        write_figures({"x": {"data": [], "layout": {}}}, tmp_path / "f", "svg", told.append) == []
    )
    assert told == ["no figures as files: no Chromium was found; install one, or name it with "
                    "BROWSER_PATH"]  # fmt: skip
    assert not (tmp_path / "f").exists()


def test_a_browser_that_fails_gives_one_line_and_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*asked: object) -> None:
        raise RuntimeError("It closed.", "More about it.")

    monkeypatch.setattr(export, "why_not", lambda: None)
    monkeypatch.setattr(export, "browser", lambda: "/bin/true")
    monkeypatch.setattr(export, "_draw", fails)
    told: list[str] = []
    write_figures({"x": {"data": [], "layout": {}}}, tmp_path / "f", "svg", told.append)
    assert told == ["no figures as files: /bin/true failed (It closed); install a Chromium, or "
                    "name another one with BROWSER_PATH"]  # fmt: skip
    assert not (tmp_path / "f").exists()


def test_on_paper_is_the_first_variant() -> None:
    figure = {
        "data": [{"type": "scatter", "ink": True, "line": {"width": 1}}],
        "layout": {"height": 100, "xaxis": {"nticks": 3}},
        "variants": [{"data": [{"x": [1]}], "layout": {"xaxis": {"title": "a"}}}, {}],
    }
    found = on_paper(figure)
    assert found["data"] == [
        {"type": "scatter", "line": {"width": 1, "color": "#1b1b1b"}, "x": [1]}
    ]
    assert (found["layout"]["xaxis"]["nticks"], found["layout"]["xaxis"]["title"]) == (3, "a")


def test_an_unknown_format_is_refused() -> None:
    assert checked_format("none") is None
    with pytest.raises(InputError, match="svg, png, pdf, none"):
        checked_format("jpg")

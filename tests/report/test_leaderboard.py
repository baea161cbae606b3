"""How a leaderboard opens, and what is said where there is nothing to compare."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tryonbench.report import Options, Size, build_report
from tryonbench.report.entries import collect
from tryonbench.report.ranks import NAME, RANK, opening, ranks
from tryonbench.report.summary import findings
from tryonbench.results.cells import Cell, metric_style
from tryonbench.results.tables import Table, tables
from tryonbench.runs import Run


@pytest.fixture(scope="module")
def table(runs: list[Run]) -> Table:
    return tables([entry.result for entry in collect(runs).entries])[0]


def of(table: Table, *names: str) -> Table:
    """Some rows of a table, none of them marked as best."""
    rows = [row for row in table.rows if row.name in names]
    plain = [
        replace(row, cells={key: replace(cell, best=False) for key, cell in row.cells.items()})
        for row in rows
    ]
    return replace(table, rows=tuple(plain))


def said(table: Table) -> dict[str, str]:
    return {finding.subject: finding.text for finding in findings(table)}


def test_it_opens_by_mean_rank_with_floor_rows_apart(table: Table) -> None:
    renamed = {"diffusion": "z", "pix2pix": "y", "stylegan": "x"}
    rows = [replace(row, name=renamed.get(row.name, row.name)) for row in table.rows]
    other = replace(table, rows=tuple(sorted(rows, key=lambda row: row.name)))
    found = opening(other, ranks(other))
    order = [row.name for row in found.rows]
    assert order == ["z", "y", "x", "huge-model", "grey-fill", "mean-colour"]
    assert found.by == RANK


def test_without_a_common_metric_it_opens_by_the_first_that_ranks(table: Table) -> None:
    few = of(table, "diffusion", "pix2pix", "stylegan")
    rows = [
        replace(row, cells={key: Cell("—", None) if key != "ssim" or row.name == "pix2pix" else cell
                            for key, cell in row.cells.items()})
        for row in few.rows
    ]  # fmt: skip
    found = opening(replace(few, rows=tuple(rows)), ranks(replace(few, rows=tuple(rows))))
    assert found.by == "ssim"
    assert [row.name for row in found.rows] == ["diffusion", "stylegan", "pix2pix"]


def test_a_lone_method_has_no_rank_and_its_values_are_told(table: Table) -> None:
    alone = of(table, "pix2pix", "grey-fill")
    found = ranks(alone)
    assert (found.mean, found.by_metric, found.counted) == ({}, {}, ())
    assert opening(alone, found).by == NAME
    words = said(alone)
    assert (
        words["No comparison"] == "there is no method to compare pix2pix with, so it has no rank."
    )
    ssim = alone.rows[0].cells["ssim"]
    assert words["pix2pix"].startswith("12 images of synth/paired-64x48: ")
    assert f"SSIM {ssim.text} ({ssim.note})" in words["pix2pix"]
    assert words["grey-fill"].startswith("(floor): every method has a better value in ")


def test_of_baselines_alone_the_values_are_told(table: Table) -> None:
    words = said(of(table, "grey-fill", "mean-colour"))
    assert words["No comparison"] == "there is no method here, only floor rows."
    assert words["mean-colour"].startswith("12 images of synth/paired-64x48: ")


def test_methods_that_cannot_be_compared_are_told_too(table: Table) -> None:
    two = of(table, "pix2pix", "stylegan")
    flawed = replace(two, rows=(two.rows[0], replace(two.rows[1], note="1 image is missing")))
    words = said(flawed)
    assert words["No comparison"].startswith("fewer than two of the methods")
    assert "stylegan" in words


def test_the_page_of_one_run_ranks_nothing(runs: list[Run], tmp_path: Path) -> None:
    own = [run for run in runs if run.name == "pix2pix"]
    html = build_report(own, tmp_path, Options(Size(1), figures=None)).read_text("utf-8")
    assert "Mean rank" not in html
    assert "data-rank=" not in html
    assert "★ marks" not in html
    assert html.count("<strong>No comparison</strong>") == 2


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert metric_style("l1").text(-0.0001) == "0.000"
    assert metric_style("l1").text(-0.001) == "-0.001"

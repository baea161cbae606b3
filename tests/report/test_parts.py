"""The figures, ranks, tests and samples of a table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import plotly.graph_objects as go
import pytest

from tryonbench.files import write_json
from tryonbench.report import Size
from tryonbench.report.attributes import attributes_of
from tryonbench.report.charts.crowding import Named, crowded
from tryonbench.report.charts.differences import differences
from tryonbench.report.charts.distributions import distributions
from tryonbench.report.charts.profile import profile
from tryonbench.report.charts.subgroups import subgroups
from tryonbench.report.charts.tradeoff import pareto, tradeoff
from tryonbench.report.charts.training import training
from tryonbench.report.choose import chosen
from tryonbench.report.colours import Look, looks
from tryonbench.report.entries import Entry, collect
from tryonbench.report.export import on_paper
from tryonbench.report.gallery import gallery_of, links
from tryonbench.report.images import PerImage, per_image
from tryonbench.report.ranks import ranks
from tryonbench.report.thumbnails import Wanted
from tryonbench.report.training import panels_of
from tryonbench.report.verdicts import verdicts
from tryonbench.results.cells import LATENCY
from tryonbench.results.tables import Row, Table, tables
from tryonbench.runs import Run


@pytest.fixture(scope="module")
def entries(runs: list[Run]) -> list[Entry]:
    return list(collect(runs).entries)


@pytest.fixture(scope="module")
def table(entries: list[Entry]) -> Table:
    return tables([entry.result for entry in entries])[0]


@pytest.fixture(scope="module")
def images(table: Table, entries: list[Entry]) -> PerImage:
    return per_image(table, entries)


@pytest.fixture(scope="module")
def look(table: Table) -> dict[str, Look]:
    return looks({row.name: row.name for row in table.rows}, ["grey-fill", "mean-colour"])


def test_every_variant_of_every_figure_is_valid_plotly(
    table: Table, images: PerImage, look: dict[str, Look], runs: list[Run]
) -> None:
    attributes = {"pattern": ["a", "b"] * 6}
    figures = [
        tradeoff(table, look),
        profile(table, look),
        distributions(images, look),
        differences(images, verdicts(images), look),
        subgroups(images, attributes, look),
        *(training(p, look[p.method]) for p in panels_of(runs, {r.folder: r.name for r in runs})),
    ]
    for figure in figures:
        assert figure is not None
        json.dumps(figure, allow_nan=False)
        count = int(np.prod([len(s["options"]) for s in figure.get("selects", ())]))
        assert len(figure.get("variants", [0])) == count
        for variant in figure.get("variants", [None]):
            go.Figure(on_paper({**figure, "variants": [variant]} if variant else figure))


def test_without_costs_there_is_no_tradeoff(entries: list[Entry]) -> None:
    none = {"latency": None, "memory": None, "throughput": None}
    results = [
        e.result.model_copy(update={"efficiency": e.result.efficiency.model_copy(update=none)})
        for e in entries
    ]
    assert tradeoff(tables(results)[0], {}) is None


def test_names_that_would_meet_give_way_to_a_legend(table: Table, look: dict[str, Look]) -> None:
    far, near = Named(0.1, 0.1, "one", False), Named(0.12, 0.11, "two", False)
    assert not crowded([far, Named(0.9, 0.9, "two", True)])
    assert crowded([far, near])
    same = table.rows[0].cells
    close = replace(table, rows=tuple(replace(row, cells=same) for row in table.rows))
    figure = tradeoff(close, look)
    assert figure is not None
    first = figure["variants"][0]
    assert first["layout"]["showlegend"]
    assert {one["mode"] for one in first["data"][1:]} == {"markers"}
    assert not figure["data"][0]["showlegend"], "the front has no name"


def test_a_floor_row_that_costs_nothing_does_not_press_the_methods_together(
    table: Table, look: dict[str, Look]
) -> None:
    def cheaper(row: Row) -> Row:
        cell = replace(row.cells[LATENCY.key], value=1e-6)
        return row if row.contends else replace(row, cells={**row.cells, LATENCY.key: cell})

    own = [row.cells[LATENCY.key].value or 0.0 for row in table.rows if row.contends]
    figure = tradeoff(replace(table, rows=tuple(map(cheaper, table.rows))), look)
    assert figure is not None
    shown = [x for one in figure["variants"][0]["data"][1:] for x in one["x"] if x is not None]
    assert min(shown) == pytest.approx(min(own) / 10)
    assert max(shown) == pytest.approx(max(own))


def test_the_front_has_what_nothing_beats_in_both(table: Table) -> None:
    ssim = next(column for column in table.quality if column.key == "ssim")
    front = pareto([row for row in table.rows if row.contends], ssim, LATENCY)
    # Each slower method is better here, and the fake costs fall from diffusion to stylegan.
    assert [row.name for row in front] == ["stylegan", "pix2pix", "diffusion"]
    kid = next(column for column in table.quality if column.key == "kid")
    assert [row.name for row in pareto(front[1:], kid, LATENCY)] == ["pix2pix", "diffusion"]


def test_ranks_are_those_of_the_values_and_only_of_contenders(table: Table) -> None:
    found = ranks(table)
    assert found.by_metric["ssim"] == {"diffusion": 1, "pix2pix": 2, "stylegan": 3}
    assert set(found.mean) == {"diffusion", "pix2pix", "stylegan"}
    assert "fid" not in {column.key for column in found.counted}, "nobody has a value"


def test_a_test_reads_the_same_both_ways(images: PerImage) -> None:
    found = verdicts(images)
    assert found.problem is None
    assert found.better("ssim", "diffusion", "stylegan") is True
    assert found.better("ssim", "stylegan", "diffusion") is False
    assert "fid" in found.left_out


def test_missing_values_of_single_images_are_a_problem_that_is_told(
    table: Table, entries: list[Entry], tmp_path: Path
) -> None:
    bare = [Entry(e.name, Run(tmp_path / e.name), e.result) for e in entries]
    found = verdicts(PerImage(table, tuple(bare[:2]), (), (), {}, None))
    assert "cannot read the per-image values" in str(found.problem)


def test_the_worst_and_the_best_are_among_the_chosen(images: PerImage) -> None:
    picked = chosen(images, 6)
    assert len(picked) == 6
    assert picked == sorted(set(picked))
    ssim = images.values["diffusion"]["ssim"]
    assert int(np.argmin(ssim)) in picked
    assert chosen(images, 100) == list(range(12))


def test_attributes_follow_garment_and_person_of_the_pair(entries: list[Entry], data: Path) -> None:
    unpaired = next(t for t in tables([e.result for e in entries]) if "unpaired" in t.protocol)
    found = per_image(unpaired, entries)
    folder = data / "test/attributes"
    try:
        for i in range(12):
            drawn = {
                "garment": {"category": f"c{i}", "look": {"pattern": "plain"}},
                "person": {"pose": {"right": {"name": f"p{i % 2}"}}},
            }
            write_json(folder / f"{i:03d}_00.json", drawn)
        attributes = attributes_of(found)
    finally:
        for file in folder.glob("*"):
            file.unlink()
        folder.rmdir()
    assert attributes["garment category"][:2] == ["c1", "c2"], "the next one's garment"
    assert attributes["right arm"][:2] == ["p0", "p1"], "the own pose"
    assert "pattern" not in attributes, "one value divides nothing"


def test_full_links_the_files_from_the_page(images: PerImage, tmp_path: Path) -> None:
    out = tmp_path / "50 % #1"
    linked = gallery_of(images, {}, Size(1, full=True), out).samples[0]
    assert all(link and (out / unquote(link)).resolve().is_file() for link in linked.links)
    odd = links([Wanted(out / "a #1?.png", "", "")], tmp_path, full=True)
    assert odd == ("50%20%25%20%231/a%20%231%3F.png",)
    plain = gallery_of(images, {}, Size(1), tmp_path).samples[0]
    assert set(plain.links) == {None}

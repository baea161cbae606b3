"""Sections that need more than results: training, efficiency, presets, data, methods."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import plotly.graph_objects as go
import pytest
from PIL import Image

from tests.report.made import make_data, make_run, metrics, result, save
from tryonbench.efficiency.schema import (
    BenchReport,
    Energy,
    Measurement,
    MemoryUse,
    Point,
    Row,
    Samples,
    Startup,
    Target,
)
from tryonbench.files import write_json, write_text
from tryonbench.report import Options, Size, build_report
from tryonbench.report.cards import cards_of
from tryonbench.report.charts.efficiency import latencies, memories, throughputs
from tryonbench.report.charts.training import training
from tryonbench.report.checks import checks_of
from tryonbench.report.colours import looks
from tryonbench.report.efficiency import Bench, benches_of
from tryonbench.report.entries import Entry, collect
from tryonbench.report.export import on_paper
from tryonbench.report.grids import strips_of
from tryonbench.report.sensitivity import sensitivities
from tryonbench.report.training import panels_of
from tryonbench.results.store import write_result
from tryonbench.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One run, which a test may add to."""
    made = Run(tmp_path / "runs" / "pix2pix")
    make_run(made, "pix2pix", make_data(tmp_path / "data"))
    return made


def measured(batch: int, ms: float, megabytes: float) -> Measurement:
    return Measurement(
        batch=batch,
        calls=Samples.of([ms / 1000] * 9 + [2 * ms / 1000]),
        memory=MemoryUse(rss_mb=megabytes),
        startup=Startup(imports=1, build=1, first_call=1),
        energy=Energy(missing="no GPU"),
        parameters={"generator": 1},
        disk_mb=1,
        device="Fake CPU",
        threads=1,
    )


def bench(created: str, sizes: tuple[tuple[int, int], ...], ms: float) -> BenchReport:
    """Batches 1 and 4 at some sizes."""
    rows = [
        Row(
            target=Target(label=f"pix2pix-{size[0]}", method="pix2pix", size=size),
            device="cpu",
            precision="32-true",
            points=[Point(batch=n, runs=[measured(n, n * ms, 100 * n + size[0])]) for n in (1, 4)],
        )
        for size in sizes
    ]
    return BenchReport(created=created, command=[], environment={}, rows=rows)


def test_the_newest_benchmark_of_each_kind_is_shown(run: Run) -> None:
    folder = run.folder.parent / "bench"
    write_json(folder / "b.json", bench("2026-01-01T00:00:00Z", ((64, 48),), 50).model_dump())
    newest = bench("2026-01-02T00:00:00Z", ((64, 48), (128, 96)), 10)
    write_json(folder / "a.json", newest.model_dump())
    write_json(folder / "other.json", {"kind": "sweep"})
    write_text(folder / "broken.json", "{")
    found = benches_of([run], {"pix2pix": "pix2pix"})
    assert [(b.title, b.points[0].calls.p50) for b in found.rows] == [
        ("pix2pix 64x48", 10.0),
        ("pix2pix 128x96", 10.0),
    ]
    assert len(found.left_out) == 1
    assert "broken.json" in found.left_out[0]
    look = looks({"pix2pix": "pix2pix"}, [])
    memory = memories(found.rows, look)
    assert memory is not None
    assert memory["data"][0]["y"] == [164, 228], "against the size, there are two"
    for figure in (latencies(found.rows, look), throughputs(found.rows, look), memory):
        assert figure is not None
        json.dumps(figure, allow_nan=False)
        go.Figure(on_paper(figure))


def test_throughputs_that_are_near_each_other_have_ticks_within_the_axis() -> None:
    [row] = bench("2026-01-01T00:00:00Z", ((64, 48),), 50).rows
    shown = [Bench("pix2pix", "pix2pix", row, "2026-01-01T00:00:00Z")]
    figure = throughputs(shown, looks({"pix2pix": "pix2pix"}, []))
    assert figure is not None
    axis = figure["layout"]["yaxis"]
    low, high = (10**end for end in axis["range"])
    assert len([tick for tick in axis["tickvals"] if low <= tick <= high]) >= 2


def test_the_log_has_panels_for_shares_noise_levels_and_validations(run: Run) -> None:
    line = {
        "images": 8,
        "loss/generator/l1": 1.0,
        "generator/share/l1": 0.5,
        "generator/flow_by_t/2": 0.1,
        "val/ssim": 0.7,
        "val/loss/generator/l1": 2.0,
        "lr/generator": 1.0,
    }
    write_text(run.log, json.dumps(line) + "\n")
    panels = panels_of([run], {run.folder: "m"})
    assert [(p.kind.name, p.title, p.curves[0].name) for p in panels] == [
        ("loss", "losses, generator", "l1"),
        ("share", "share of each loss, generator", "l1"),
        ("level", "loss by noise level, generator", "flow_by_t/2"),
        ("validation", "validation: SSIM", "ssim"),
    ]


def labels(run: Run, method: str, *keys: str) -> list[str]:
    """The legends of what a run of a method logged."""
    run.write_manifest(run.manifest() | {"method": method})
    lines = [json.dumps({"images": 8 * i, **dict.fromkeys(keys, 0.5)}) for i in range(1, 30)]
    write_text(run.log, "\n".join(lines))
    [panel] = panels_of([run], {run.folder: "m"})
    drawn = training(panel, looks({"m": method}, [])["m"])
    named = [trace for trace in drawn["data"] if "name" in trace]
    if len(keys) > 1:
        assert drawn["layout"]["showlegend"]
        assert len({trace["line"]["color"] for trace in named}) == len(keys)
        assert len({trace["line"]["dash"] for trace in named}) == len(keys)
        assert len({trace["marker"]["symbol"] for trace in named}) == len(keys)
    return [trace["name"] for trace in named]


def test_each_curve_has_its_own_look_and_says_what_it_is(run: Run) -> None:
    levels = [f"generator/flow_by_t/{i}" for i in range(4)]
    assert labels(run, "diffusion", *levels) == [
        f"loss at noise level {i + 1} of 4 (t {i / 4:g} to {(i + 1) / 4:g})" for i in range(4)
    ]
    losses = labels(run, "pix2pix", "loss/generator/l1", "loss/generator/feature_matching")
    assert losses[1] == "L1: mean absolute difference"
    assert losses[0].startswith("feature matching: ")


def test_curves_of_a_method_that_is_not_installed_go_by_their_names(run: Run) -> None:
    keys = [f"generator/x_by_t/{i}" for i in (10, 9)]
    assert labels(run, "of-another", *keys) == ["x by t, part 9", "x by t, part 10"]
    assert labels(run, "of-another", "loss/painter/my_loss") == ["my loss"]


def test_sample_grids_are_shown_evenly_over_time(run: Run) -> None:
    for images in range(0, 110, 10):
        save(run.grid(images), Image.new("RGB", (8, 6), "teal"))
    write_text(run.grid(55), "no picture")
    [strip] = strips_of([run], {run.folder: "m"})
    assert [grid.images for grid in strip.grids] == [0, 20, 40, 60, 80, 100]


def test_presets_stand_beside_published_values_and_not_among_protocols(
    run: Run, tmp_path: Path
) -> None:
    values = metrics([{"id": "a", "ssim": 0.8, "lpips_alex": 0.1}] * 3)
    for preset in ("sift/paired-512x384", "hrviton/paired-64x48"):
        write_result(run.result(preset), result(run, tmp_path / "data", preset, values))
    entries = collect([run]).entries
    [found] = sensitivities(entries)
    assert [one.preset for one in found.evaluations] == ["hrviton", "sift"]
    beside = next(one for one in found.evaluations if one.preset == "sift")
    assert beside.published
    assert beside.printed(beside.published[0])[list(values).index("ssim")]
    page = build_report([run], tmp_path / "out", Options(Size(1), figures=None))
    html = page.read_text("utf-8")
    assert 'id="sensitivity"' in html
    assert all(f"{row.method} <small>in {row.source}</small>" in html for row in beside.published)
    assert html.count('<table class="leaderboard">') == 2, "our two protocols"


def test_missing_images_and_training_on_the_test_set_are_told(run: Run) -> None:
    [entry, *_] = collect([run]).entries
    data = entry.result.data.model_copy(update={"trained_on_test": True})
    update = {"missing_images": ["x"], "data": data}
    bad = Entry("m", run, entry.result.model_copy(update=update))
    [check] = checks_of([bad])
    assert check.remarks == (
        "m: 1 images of synth/paired-64x48 are missing",
        "m: trained on the test images of synth/paired-64x48",
    )
    assert check.counts == {"image": 12, "cloth": 12, "unpaired-truth": 12}
    assert check.problem is None


def test_lost_pictures_and_values_are_told_with_the_command(run: Run, tmp_path: Path) -> None:
    protocol = "synth/paired-64x48"
    (run.outputs(protocol) / "003_00.png").unlink()
    shutil.rmtree(run.outputs("synth/unpaired-64x48"))
    run.samples("synth/unpaired-64x48").write_bytes(b"junk")
    told: list[str] = []
    options = Options(Size(1), figures=None)
    html = build_report([run], tmp_path / "out", options, told.append).read_text("utf-8")
    paired, values, unpaired = told
    assert paired.startswith(f"pix2pix: 1 of 12 images of {protocol} are no longer in")
    where = f"--protocol {protocol} --runs {run.folder.parent}"
    assert paired.endswith(f"eval pix2pix --data {tmp_path / 'data'} {where}")
    assert values.startswith("pix2pix: the values of single images are gone or unreadable")
    assert unpaired.startswith("pix2pix: 12 of 12 images of synth/unpaired-64x48 are no longer in")
    assert all(f"<li>{line}</li>" in html for line in told)
    assert "no result lacks images" not in html


def test_files_of_an_earlier_report_are_told_and_kept(run: Run, tmp_path: Path) -> None:
    out, told = tmp_path / "out", list[str]()
    old = [out / "figures" / "old.svg", out / "tables" / "old.csv"]
    for path in [*old, out / "figures" / "mine.txt"]:
        write_text(path, "")
    for _ in range(2):
        build_report([run], out, Options(Size(1), figures=None), told.append)
    line = f"of an earlier report, not of this one; delete them: {old[0]}, {old[1]}"
    assert told == [line, line]
    assert all(path.is_file() for path in old)


def test_nothing_is_said_of_files_where_the_data_is_gone(run: Run, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    told: list[str] = []
    page = build_report([run], tmp_path / "out", Options(Size(1), figures=None), told.append)
    html = page.read_text("utf-8")
    [line] = told
    assert line.startswith("no pictures of synth/paired-64x48 and synth/unpaired-64x48: the data")
    assert "Cannot be looked at" in html
    assert "Nothing is missing" not in html
    assert "<li>No result lacks images or was trained on them.</li>" in html


def test_a_card_says_what_is_known(run: Run) -> None:
    entries = collect([run]).entries
    [card] = cards_of([run], entries, {run.folder: "mine"})
    assert card.name == "mine"
    assert card.facts["Parameters"] == "generator 1.50 M"
    assert card.facts["Licence"]
    assert "Apache" in card.facts["Licence"]

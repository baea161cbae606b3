"""Which results share a table, what is marked as best, what is said about the rest."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tryonbench.protocols import get_protocol
from tryonbench.results.cells import metric_style
from tryonbench.results.formats import to_frame, to_markdown, write_tables
from tryonbench.results.schema import DataSource, Efficiency, Latency, MetricValue, Result
from tryonbench.results.tables import Table, kept_apart, row_names, tables


def value(number: float | None, higher: bool = True, **more: Any) -> MetricValue:
    return MetricValue(value=number, higher_is_better=higher, **more)


def result(
    method: str, metrics: dict[str, MetricValue] | None = None, *, data: str = "d1", **more: Any
) -> Result:
    trained_on_test = more.pop("trained_on_test", None)
    defaults: dict[str, Any] = {
        "run": method,
        "family": "gan",
        "protocol": "synth/paired-64x48",
        "fingerprint": "f1",
        "n": 10,
        "seed": 0,
        "size": (64, 48),
        "pairing": "paired",
        "efficiency": Efficiency(),
        "environment": {},
        "key": "k",
    }
    source = DataSource(
        root="/r", split="test", fingerprint=data, pairs="p", trained_on_test=trained_on_test
    )
    return Result(method=method, metrics=metrics or {}, data=source, **{**defaults, **more})


def only(results: list[Result]) -> Table:
    [table] = tables(results)
    return table


def best(table: Table, key: str) -> set[str]:
    return {row.name for row in table.rows if row.cells[key].best}


def test_results_of_different_protocol_fingerprint_or_data_never_share_a_table() -> None:
    found = tables(
        [
            result("a"),
            result("b", fingerprint="f2"),
            result("c", data="d2"),
            result("d", protocol="synth/unpaired-64x48"),
            result("e"),
        ]
    )
    assert [[row.name for row in table.rows] for table in found] == [
        ["a", "e"],
        ["c"],
        ["b"],
        ["d"],
    ]


def mixed(*fingerprints: str) -> Table:
    """A row a fingerprint: `a` has 0, `b` 1 and so on."""
    rows = [
        result(name, {"ssim": value(float(i))}, fingerprint=fingerprint)
        for i, (name, fingerprint) in enumerate(zip("abcd", fingerprints, strict=False))
    ]
    [table] = tables([*rows, result("z", protocol="synth/other")], mix=True)[1:]
    return table


def test_a_mixed_table_marks_the_rows_of_other_fingerprints() -> None:
    table = mixed("f1", "f1", "f2", "f0")
    assert (table.fingerprint, table.marks) == ("f1", {"†": "f0", "††": "f2"})
    assert [row.shown for row in table.rows] == ["a", "b", "c ††", "d †"]
    said = "fingerprint f2, the table's is f1: measured with other settings"
    assert table.rows[2].note == said
    assert best(table, "ssim") == {"b"}, "other settings are never the best"
    lines = to_markdown(table).splitlines()
    assert f"- c ††: {said}" in lines
    assert any(line.startswith("| c †† | 2.000 |") for line in lines)
    frame = to_frame(table)
    assert frame["fingerprint"].tolist() == ["f1", "f1", "f2", "f0"]
    assert frame["mark"].tolist() == ["", "", "††", "†"]
    assert frame["note"][2] == said


def test_the_protocol_of_today_names_a_mixed_table() -> None:
    today = get_protocol("synth/paired-64x48").fingerprint
    assert mixed("f1", "f1", today).fingerprint == today


def test_other_data_is_never_mixed() -> None:
    found = tables([result("a"), result("b", data="d2", fingerprint="f2")], mix=True)
    assert [row.mark for table in found for row in table.rows] == ["", ""]


def test_tables_of_different_settings_are_told() -> None:
    rows = [result("a"), result("b", fingerprint="f2"), result("c", data="d2")]
    [line] = kept_apart(tables(rows))
    assert line.startswith("synth/paired-64x48 has results of different settings (fingerprints f1,")
    assert "--mix" in line
    assert kept_apart(tables(rows, mix=True)) == []


def test_columns_follow_the_protocol_then_unknown_metrics_then_costs() -> None:
    keys = [
        c.key for c in only([result("a", {k: value(1.0) for k in ("new", "l1", "ssim")})]).columns
    ]
    assert keys == ["ssim", "l1", "new", "parameters", "latency", "throughput", "memory"]


def test_an_unknown_protocol_keeps_the_order_of_its_results() -> None:
    metrics = {"l1": value(1.0), "ssim": value(1.0)}
    columns = only([result("a", metrics, protocol="mine/own")]).columns
    assert [column.key for column in columns[:2]] == ["l1", "ssim"]


@pytest.mark.parametrize(("higher", "winner"), [(True, "b"), (False, "a")])
def test_the_best_value_depends_on_the_metrics_direction(higher: bool, winner: str) -> None:
    table = only([result("a", {"x": value(1, higher)}), result("b", {"x": value(2, higher)})])
    assert best(table, "x") == {winner}


def test_values_that_show_the_same_digits_are_all_marked() -> None:
    numbers = {"a": 0.90001, "b": 0.90002, "c": 0.8}
    table = only([result(name, {"ssim": value(number)}) for name, number in numbers.items()])
    assert best(table, "ssim") == {"a", "b"}


def test_a_single_value_is_not_best() -> None:
    assert best(only([result("a", {"ssim": value(1)}), result("b")]), "ssim") == set()


def test_floor_rows_come_last_and_are_never_best() -> None:
    floor = result("a-floor", {"ssim": value(1.0)}, family="baseline")
    table = only([floor, *(result(name, {"ssim": value(0.5)}) for name in "cb")])
    assert [row.name for row in table.rows] == ["b", "c", "a-floor"]
    assert best(table, "ssim") == {"b", "c"}


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ({"missing_images": ["i", "j"]}, "2 of 12 images are missing (i, j)"),
        ({"trained_on_test": True}, "trained on these test images"),
    ],
)
def test_a_flawed_row_says_so_and_is_not_best(flaw: dict[str, Any], said: str) -> None:
    rows = [result(name, {"ssim": value(0.5)}) for name in "ab"]
    table = only([*rows, result("c", {"ssim": value(0.9)}, **flaw)])
    assert said in (table.rows[-1].note or "")
    assert best(table, "ssim") == {"a", "b"}


def test_missing_values_carry_their_reason() -> None:
    missing = {"fid": value(None, False, missing="no weights; get them: do it")}
    table = only([result("a", missing), result("b", {"fid": value(2.0, False)})])
    cell = table.rows[0].cells["fid"]
    assert (cell.text, cell.value, cell.note) == ("—", None, "no weights; get them: do it")
    assert table.missing["no weights; get them: do it"] == ["FID"]


def test_a_skipped_row_says_why_and_adds_no_missing_values() -> None:
    table = only([result("a", skipped="too small")])
    assert table.rows[0].note == "skipped: too small"
    assert table.rows[0].skipped
    assert table.missing == {}


def test_values_are_scaled_and_rounded_as_the_metric_says() -> None:
    metrics = {"kid": value(0.0123, False), "psnr": value(20.126, low=19.0, high=21.0)}
    cells = only([result("a", metrics)]).rows[0].cells
    assert (cells["kid"].text, cells["kid"].value) == ("12.300", 0.0123)
    assert (cells["psnr"].text, cells["psnr"].note) == ("20.13", "19.00–21.00")


def test_costs_of_different_devices_are_not_marked() -> None:
    def on(device: str, ms: float) -> Efficiency:
        latency = Latency(median_ms=ms, p90_ms=ms, iterations=9, batch=1)
        return Efficiency(parameters={"g": 749_000}, latency=latency, device=device)

    same = [result(name, efficiency=on("cpu", ms)) for name, ms in (("a", 1.0), ("b", 2.0))]
    assert best(only(same), "latency") == {"a"}
    assert only(same).rows[0].cells["parameters"].text == "0.75 M"
    mixed = only([*same, result("c", efficiency=on("gpu", 0.5))])
    assert best(mixed, "latency") == set()
    assert mixed.rows[2].cells["latency"].note == "p90 0.50, gpu"


def test_runs_of_one_method_go_by_their_own_names() -> None:
    named = row_names([result("a", run="a-1"), result("a", run="a-2"), result("b", run="b-1")])
    assert named == ["a-1", "a-2", "b"]


def test_metrics_of_a_region_or_of_another_version_have_a_style() -> None:
    assert metric_style("ssim@garment").label == "SSIM (garment)"
    assert metric_style("from_the_future").label == "from_the_future"


def test_markdown_marks_the_best_sets_floors_apart_and_escapes() -> None:
    rows = [result("a|<b>", {"ssim": value(0.9)}), result("c", {"ssim": value(0.8)})]
    floor = result("floor", {"ssim": value(0.1)}, family="baseline")
    lines = to_markdown(only([*rows, floor, result("d", skipped="too small")])).splitlines()
    assert lines[2].startswith("| Method | SSIM ↑ | Parameters |")
    assert lines[4].startswith("| a\\|\\<b> | **0.900** |")
    assert lines[7].startswith("| *floor* | 0.100 |")
    assert "- d: skipped: too small" in lines


def test_the_frame_holds_raw_values_intervals_and_reasons() -> None:
    metrics = {
        "kid": value(0.01, False, low=0.0, high=0.02),
        "fid": value(None, False, missing="why"),
    }
    frame = to_frame(only([result("a", metrics)]))
    row = frame.iloc[0]
    assert (row["kid"], row["kid_low"], row["kid_high"]) == (0.01, 0.0, 0.02)
    assert row["fid_missing"] == "why"
    assert row["fid"] is None or math.isnan(row["fid"])


def test_what_was_done_otherwise_is_said_in_every_form() -> None:
    remark = "subsets of 10 images, not of 1000: there are no more"
    table = only([result(name, {"kid": value(0.01, False, note=remark)}) for name in "ab"])
    assert table.remarks == {remark: ["KID x1000"]}
    assert table.missing.keys() == {"not measured"}
    assert f"- KID x1000: {remark}" in to_markdown(table).splitlines()
    assert to_frame(table)["kid_note"].tolist() == [remark, remark]


def test_a_remark_of_some_rows_says_whose_it_is() -> None:
    few, fewer = "subsets of 10 images", "subsets of 5 images"
    notes = {"a": few, "b_1": few, "c|": fewer, "d": None}
    rows = [result(name, {"kid": value(0.01, False, note=note)}) for name, note in notes.items()]
    table = only([*rows, result("e", {"kid": value(None, False, missing="why")})])
    assert table.remarks == {few: ["KID x1000 of a, b_1"], fewer: ["KID x1000 of c|"]}
    assert f"- KID x1000 of c\\|: {fewer}" in to_markdown(table).splitlines()
    most = only(rows[:3])
    assert most.remarks[few] == ["KID x1000 of all but c|"]


def test_tables_are_written_for_other_tools(tmp_path: Path) -> None:
    found = tables([result("a", {"ssim": value(0.5)}), result("b", {"ssim": value(0.25)})])
    write_tables(found, tmp_path)
    write_tables([mixed("f1", "f2")], tmp_path / "mixed")
    assert {file.stem[-6:] for file in (tmp_path / "mixed").iterdir()} == {"-mixed"}
    frame = pd.read_csv(next(tmp_path.glob("synth-paired-64x48-*.csv")))
    assert frame["ssim"].tolist() == [0.5, 0.25]
    assert "**0.500**" in next(tmp_path.glob("*.md")).read_text()

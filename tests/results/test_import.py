"""Runs made of files of results: shown, compared, marked, and never in the way of others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.results.conftest import PROTOCOL
from tryonbench.exchange.collect import collect_parcels
from tryonbench.exchange.schema import read_exchange
from tryonbench.files import file_sha256, read_json, write_json
from tryonbench.results.store import read_result
from tryonbench.runs import Run, runs_below

Forge = Callable[..., Path]
THEIRS = "theirs.json (SHA-256 "


def test_tables_show_them_marked(command, exported: Path, tmp_path: Path) -> None:
    done = command("results", "import", exported)
    assert done.returncode == 0, done.stderr
    assert "grey-fill (imported)" in done.stdout
    source = f"{THEIRS}{file_sha256(exported)[:12]})"
    names = "grey-fill, mean-colour, split-half"
    assert f"{names}: imported from {source}, not measured here" in done.stdout
    run = Run(tmp_path / "runs/grey-fill")
    assert read_result(run.result(PROTOCOL)).imported == source
    manifest = run.manifest()
    assert (manifest["kind"], manifest["was"]) == ("imported", "baseline")
    assert manifest["command"][0] == "tryonbench"


def test_import_then_export_gives_the_same_file(exported: Path, tmp_path: Path, command) -> None:
    command("results", "import", exported)
    imported = runs_below(tmp_path / "runs")
    again = collect_parcels(imported, per_image=True).parcels
    assert again == read_exchange(exported)
    assert collect_parcels(imported).parcels[0].per_image is None


def test_they_can_be_compared_if_values_of_images_came(
    command, exported: Path, runs: Path, forged: Forge
) -> None:
    command("results", "import", exported, "--runs", "theirs")
    done = command("compare", "runs/grey-fill", "theirs/mean-colour", "--protocol", PROTOCOL)
    assert done.returncode == 0, done.stderr
    assert f"mean-colour: imported from {THEIRS}" in done.stdout
    bare = forged(lambda result: (result.pop("per_image"), result.pop("halves", None)))
    command("results", "import", bare, "--runs", "bare")
    done = command("compare", "runs/mean-colour", "bare/grey-fill")
    assert done.returncode == 2
    assert (
        "without the values of single images; ask for a file made with --per-image" in done.stderr
    )


def test_the_report_shows_them_beside_own_runs(
    command, exported: Path, runs: Path, tmp_path: Path
) -> None:
    command("results", "import", exported, "--runs", "theirs")
    rows = ["runs/grey-fill", "theirs/mean-colour", "theirs/split-half"]
    done = command("report", *rows, "--figures", "none", "--out", "page")
    assert done.returncode == 0, done.stderr
    assert "no longer in" not in done.stderr, "nothing can bring the pictures of others back"
    page = (tmp_path / "page/index.html").read_text()
    assert "mean-colour, split-half: imported from theirs.json" in page
    assert page.count("<small>(imported)</small>") == 2
    [table] = (tmp_path / "page/tables").glob("*.md")
    assert "| *mean-colour (imported)* |" in table.read_text()
    assert "| *grey-fill* |" in table.read_text()


def test_a_report_of_imported_runs_alone(command, exported: Path, tmp_path: Path) -> None:
    command("results", "import", exported)
    done = command("report", "--figures", "none", "--out", "page")
    assert done.returncode == 0, done.stderr
    assert "grey-fill" in (tmp_path / "page/index.html").read_text()


def test_nothing_evaluates_or_trains_them(
    command, exported: Path, synth_root: Path, forged: Forge, tmp_path: Path
) -> None:
    command("results", "import", exported)
    before = (tmp_path / "runs/grey-fill/manifest.json").read_text()
    eval_ = ["eval", "--data", synth_root, "--no-efficiency", "--metrics", "l1"]
    done = command(*eval_, "grey-fill")
    assert done.returncode == 2
    assert "grey-fill was imported, so there is nothing to evaluate" in done.stderr
    train = ["train", "--method", "pix2pix", "--data", synth_root, "--run", "grey-fill"]
    done = command(*train, "--set", "images=2", "--set", "batch_size=2")
    assert done.returncode == 2
    assert "is no training run" in done.stderr
    done = command(*eval_, "--all", "--protocol", PROTOCOL)
    assert done.returncode == 0, done.stderr
    assert "truth-jpeg75" in done.stdout
    assert "grey-fill" not in done.stdout
    assert (tmp_path / "runs/grey-fill/manifest.json").read_text() == before


def test_seeds_that_were_imported_are_seeds(command, forged: Forge, tmp_path: Path) -> None:
    def seed(number: int) -> Callable[[dict[str, Any]], None]:
        def change(result: dict[str, Any]) -> None:
            result["origin"] |= {"kind": "training", "config": {"seed": number}}
            result["result"] |= {"run": f"m-s{number}", "family": "gan"}
            result["origin"]["family"] = "gan"

        return change

    for number in (0, 1):
        command("results", "import", forged(seed(number), f"{number}.json"), "--runs", f"r{number}")
    done = command("compare", "r0/m-s0", "r1/m-s1")
    assert "over 2 seeds" in done.stdout, done.stderr


def test_the_same_again_changes_nothing(command, exported: Path, tmp_path: Path) -> None:
    command("results", "import", exported)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*")}
    done = command("results", "import", exported, exported)
    assert done.returncode == 0
    assert done.stderr.startswith("0 runs are new or have new results")
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*")} == before


def test_an_import_that_was_killed_is_made_whole(command, exported: Path, tmp_path: Path) -> None:
    command("results", "import", exported)
    run = Run(tmp_path / "runs/grey-fill")
    run.manifest_path.unlink()
    run.result(PROTOCOL).write_text("{")
    assert command("results", "import", exported).returncode == 0
    assert read_result(run.result(PROTOCOL)).method == "grey-fill"
    run.parcel(PROTOCOL).unlink()
    run.samples(PROTOCOL).write_text("")
    assert command("results", "import", exported).returncode == 0
    assert collect_parcels([run], per_image=True).parcels == read_exchange(exported)[:1]


def _other_value(result: dict[str, Any]) -> None:
    result["result"]["metrics"]["l1"]["value"] += 0.01


def _other_run(result: dict[str, Any]) -> None:
    result["origin"]["seed"] = 7
    result["result"]["protocol"] = "synth/other"


def test_another_run_is_not_overwritten(
    command, exported: Path, runs: Path, forged: Forge, tmp_path: Path
) -> None:
    manifest = (runs / "grey-fill/manifest.json").read_text()
    done = command("results", "import", exported)
    assert done.returncode == 2
    said = "runs/grey-fill was measured here; import into another folder: --runs DIR"
    assert said in done.stderr
    assert (runs / "grey-fill/manifest.json").read_text() == manifest
    command("results", "import", exported, "--runs", "theirs")
    there = read_json(tmp_path / f"theirs/grey-fill/results/{PROTOCOL}.json")
    for change, said in {
        _other_value: f"theirs/grey-fill has another result of {PROTOCOL}; import into",
        _other_run: "theirs/grey-fill is a run with other settings; import into another folder",
    }.items():
        done = command("results", "import", forged(change), "--runs", "theirs")
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert said in done.stderr
    assert read_json(tmp_path / f"theirs/grey-fill/results/{PROTOCOL}.json") == there


def test_two_files_that_contradict_each_other_leave_nothing(
    command, exported: Path, forged: Forge, tmp_path: Path
) -> None:
    done = command("results", "import", exported, forged(_other_value))
    assert done.returncode == 2
    assert "has another result of" in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "name", ["../../evil", "synth/../../../evil", "/etc/evil", "", "..", "evil" * 99]
)
def test_names_that_would_leave_the_folder(
    command, forged: Forge, tmp_path: Path, name: str
) -> None:
    for what in ("protocol", "run"):
        done = command("results", "import", forged(lambda r, w=what: r["result"].update({w: name})))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "cannot name a" in done.stderr or "too long a name" in done.stderr
    assert not (tmp_path / "runs").exists()
    assert not list(tmp_path.parent.rglob("evil*"))


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mred", "a\ud800b", ".hidden", "女" * 80])
def test_names_of_runs_that_cannot_be_printed_or_stored(
    command, forged: Forge, tmp_path: Path, name: str
) -> None:
    done = command("results", "import", forged(lambda r: r["result"].update(run=name)))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "cannot name a run" in done.stderr or "too long a name" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_file_that_contradicts_itself_is_imported_and_told(command, forged: Forge) -> None:
    done = command("results", "import", forged(_other_value))
    assert done.returncode == 0
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"contradicts itself: grey-fill under {PROTOCOL}: l1: ")
    assert first.endswith("see all: tryonbench results verify FILE")


def test_values_that_are_not_one_an_image(command, forged: Forge, tmp_path: Path) -> None:
    for change in (lambda v: v["l1"].pop(), lambda v: v.update(id=v["l1"])):
        done = command("results", "import", forged(lambda one, c=change: c(one["per_image"])))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "has not one value an image" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_later_protocol_joins_its_run(
    command, exported: Path, forged: Forge, tmp_path: Path
) -> None:
    command("results", "import", exported)
    later = forged(lambda result: result["result"].update(protocol="synth/later"))
    content = read_json(later)
    write_json(later, content | {"results": content["results"][:1]})
    done = command("results", "import", later)
    assert "1 runs are new or have new results" in done.stderr
    found = sorted((tmp_path / "runs/grey-fill/results/synth").glob("*.json"))
    assert [file.stem for file in found] == ["later", "paired-64x48"]

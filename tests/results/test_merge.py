"""Files of results together: once what is the same, by name what contradicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.results.conftest import PROTOCOL
from tryonbench.exchange.schema import read_exchange
from tryonbench.files import read_json, write_json
from tryonbench.runs import runs_below

Forge = Callable[..., Path]


def _labels(file: Path) -> list[str]:
    return [parcel.label for parcel in read_exchange(file)]


def _other_value(result: dict[str, Any]) -> None:
    result["result"]["metrics"]["l1"]["value"] += 0.01


def test_the_same_result_counts_once(
    command, exported: Path, forged: Forge, tmp_path: Path
) -> None:
    def poorer(result: dict[str, Any]) -> None:
        result.pop("per_image")
        result["result"]["environment"]["device"] = "another"
        result["result"]["metrics"]["ssim"]["value"] *= 1 + 1e-9

    again = forged(poorer)
    for order in ([exported, again], [again, exported]):
        done = command("results", "merge", *order, "--out", "all.json")
        assert done.returncode == 0, done.stderr
        assert done.stderr.startswith("3 results were there more than once: the fullest of each")
        assert _labels(tmp_path / "all.json") == _labels(exported)
        assert read_exchange(tmp_path / "all.json") == read_exchange(exported), "the richer is kept"


def test_contradictions_are_refused_by_name_or_both_kept(
    command, exported: Path, forged: Forge, tmp_path: Path
) -> None:
    files = [exported, forged(_other_value)]
    done = command("results", "merge", *files, "--out", "all.json")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    label = f"grey-fill under {PROTOCOL} in "
    assert f"{label}forged.json contradicts {label}theirs.json: l1 is 0." in done.stderr
    assert not (tmp_path / "all.json").exists()
    done = command("results", "merge", *files, "--keep-both", "--out", "all.json")
    assert done.returncode == 0, done.stderr
    assert f"{label}forged.json is called grey-fill~2 here" in done.stderr
    wanted = ["grey-fill", "grey-fill~2", "mean-colour", "split-half"]
    assert _labels(tmp_path / "all.json") == [f"{name} under {PROTOCOL}" for name in wanted]
    assert command("results", "import", "all.json").returncode == 0
    assert command("results", "verify", "all.json").returncode == 1, "the mean is another"


@pytest.mark.parametrize("what", ["n", "skipped"])
def test_other_counts_contradict(command, exported: Path, forged: Forge, what: str) -> None:
    changed = forged(lambda r: r["result"].update({what: 3 if what == "n" else "too small"}))
    done = command("results", "merge", exported, changed, "--out", "all.json")
    assert done.returncode == 2
    assert ("n = 3, not 4" if what == "n" else "only one of them was skipped") in done.stderr


def test_runs_of_other_settings_are_other_results(
    command, exported: Path, forged: Forge, tmp_path: Path
) -> None:
    def seed(result: dict[str, Any]) -> None:
        _other_value(result)
        result["origin"]["config"] = {"seed": 1}

    def settings(result: dict[str, Any]) -> None:
        _other_value(result)
        result["result"]["fingerprint"] = "feedfeedfeed"

    files = [exported, forged(seed, "seed.json"), forged(settings, "settings.json")]
    done = command("results", "merge", *files, "--out", "all.json", "--page", "board")
    assert done.returncode == 0, done.stderr
    found = [(p.result.run, p.result.fingerprint) for p in read_exchange(tmp_path / "all.json")]
    own = found[0][1]
    assert found.count(("grey-fill", own)) == 1
    assert ("grey-fill~2", own) in found
    assert len(list((tmp_path / "board/tables").glob("*feedfeedfeed*.csv"))) == 1, "kept apart"


def test_a_page_of_what_was_merged(
    command, exported: Path, runs: Path, forged: Forge, tmp_path: Path
) -> None:
    page = ["--out", "all.json", "--page", "board"]
    for files in ([exported], [exported, exported]):
        done = command("results", "merge", *files, *page)
        assert done.returncode == 0, done.stderr
    html = (tmp_path / "board/index.html").read_text()
    assert "imported from all.json" in html
    names = [run.name for run in runs_below(tmp_path / "board/runs")]
    assert names == ["grey-fill", "mean-colour", "split-half"]
    (tmp_path / "board/runs/grey-fill").rename(tmp_path / "other")
    (runs / "grey-fill").rename(tmp_path / "board/runs/grey-fill")
    (tmp_path / "all.json").unlink()
    done = command("results", "merge", exported, *page)
    assert done.returncode == 2
    assert "was measured here; name another folder with --page DIR" in done.stderr
    assert not (tmp_path / "all.json").exists()


def test_merging_needs_files_of_results(command, exported: Path, tmp_path: Path) -> None:
    write_json(tmp_path / "tables.json", {"kind": "tables"})
    done = command("results", "merge", exported, "tables.json", "--out", "all.json")
    assert done.returncode == 2
    assert "tables.json is no file of results" in done.stderr
    assert read_json(exported)["schema"] == 1

"""Files of results: what they hold, and what they must not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.results.conftest import PROTOCOL
from tools.results_schema import FILE
from tryonbench.errors import InputError
from tryonbench.exchange.collect import collect_parcels
from tryonbench.exchange.ranges import RANGES
from tryonbench.exchange.schema import json_schema, read_exchange, write_exchange
from tryonbench.exchange.scrub import scrubbed, scrubbed_command
from tryonbench.files import read_json, write_json
from tryonbench.metrics import CLASSES
from tryonbench.protocols import all_protocols, get_protocol
from tryonbench.results.store import read_result, read_samples
from tryonbench.runs import Run, runs_below


def test_a_file_holds_all_that_a_check_needs(command, runs: Path, tmp_path: Path) -> None:
    done = command("results", "export", "--out", "all.json")
    assert (done.returncode, done.stderr) == (0, "3 results: all.json\n"), done.stderr
    copy, mean, halves = read_exchange(tmp_path / "all.json")
    run = Run(runs / "grey-fill")
    result = read_result(run.result(PROTOCOL))
    assert copy.result.metrics == result.metrics
    assert (copy.result.n, copy.result.fingerprint) == (4, result.fingerprint)
    assert copy.protocol.fingerprint_as_written == get_protocol(PROTOCOL).fingerprint
    assert copy.protocol.metrics["ssim"]["window"] == 11, "defaults are written out"
    picture = next(run.outputs(PROTOCOL).glob("*.png"))
    assert copy.images[picture.stem] == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert list(copy.images) == list(read_samples(run.samples(PROTOCOL))["id"])
    assert (copy.per_image, copy.halves) == (None, None)
    assert (mean.origin.kind, mean.origin.method) == ("baseline", "mean-colour")
    assert mean.origin.environment == run.manifest()["environment"]
    assert halves.images == {}, "it makes no images"


def test_the_values_of_images_come_if_asked(command, runs: Path, tmp_path: Path) -> None:
    command("results", "export", "grey-fill", "--per-image", "--out", "one.json")
    [parcel] = read_exchange(tmp_path / "one.json")
    frame = read_samples(Run(runs / "grey-fill").samples(PROTOCOL))
    assert parcel.per_image == {
        key: frame[key].tolist() for key in ("ssim", "l1", "garment_ciede2000")
    }


def test_no_paths_and_no_users(
    runs: Path, exported: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = Run(runs / "grey-fill")
    command = ["/home/anna/.venv/bin/tryonbench", "train", "--data", "/home/anna/my data/viton"]
    config = {"model": {"teacher": "/home/anna/runs/teacher-s0"}, "lr": 1e-4, "seed": 1}
    data = {"root": "/home/anna/viton", "split": "train", "fingerprint": "f"}
    change = {"command": [*command, "--config", "../anna/a.yaml"], "config": config, "data": data}
    write_json(run.manifest_path, run.manifest() | change)
    monkeypatch.setenv("USER", "anna")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/anna"))
    [parcel] = collect_parcels([run]).parcels
    write_exchange(tmp_path / "out.json", [parcel])
    text = (tmp_path / "out.json").read_text()
    assert "anna" not in text
    assert "/home" not in text
    wanted = ["tryonbench", "train", "--data", "viton", "--config", "a.yaml"]
    assert parcel.origin.command == wanted
    assert parcel.origin.config == config | {"model": {"teacher": "teacher-s0"}}
    assert parcel.origin.trained_on is not None
    assert parcel.origin.trained_on.name == "viton"
    assert str(tmp_path.parent.parent) not in exported.read_text()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("no weights: see /opt/x/w.pth", "no weights: see w.pth"),
        (r"C:\Users\Anna Smith\viton", "viton"),
        ("HOME:/home/x/y", "HOME:y"),
        ("file:///home/x/y.png", "y.png"),
        ("~anna/z", "z"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        (
            "synth/paired-64x48 at 3 images/s and 1 / 2",
            "synth/paired-64x48 at 3 images/s and 1 / 2",
        ),
        ("/home/anna", "user"),
        ("data/anna/x", "data/user/x"),
        ("anna", "anna"),
    ],
)
def test_scrubbing(text: str, clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "anna")
    assert scrubbed(text) == clean
    assert scrubbed_command(["x", f"--a={text}"]) == ["tryonbench", f"--a={clean}"]


def test_the_schema_in_docs_is_the_code_s() -> None:
    assert read_json(FILE) == json_schema(), "write it again: python -m tools.results_schema"


def test_every_metric_has_a_range() -> None:
    assert RANGES.keys() == CLASSES.keys()


def test_complete_protocols_have_the_fingerprint_that_results_have() -> None:
    for protocol in all_protocols().values():
        assert protocol.complete.fingerprint_as_written == protocol.fingerprint
    assert get_protocol("synth/unpaired-64x48").fingerprint == "7cc73769ad8c", "as in the README"


def test_what_cannot_be_exported_is_left_out_or_refused(command, runs: Path) -> None:
    file = Run(runs / "grey-fill").result(PROTOCOL)
    write_json(file, read_json(file) | {"fingerprint": "feedfeedfeed"})
    next(Run(runs / "mean-colour").outputs(PROTOCOL).glob("*.png")).unlink()
    done = command("results", "export", "--out", "all.json")
    assert done.returncode == 0
    first, second, last = done.stderr.splitlines()
    assert first.startswith("left out: grey-fill was measured under other settings of synth/")
    assert second.startswith("left out: 1 images of mean-colour under synth/paired-64x48 are no ")
    assert last == "1 results: all.json"
    done = command("results", "export", "grey-fill", "split-half", "--out", "some.json")
    assert done.returncode == 2
    assert "evaluate it again: tryonbench eval grey-fill" in done.stderr
    assert not Path("some.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["grey-fill", "--protocol", "synth/x"],
            "grey-fill has no results under synth/x; make",
        ),
        (["nobody"], "nobody is not a run; found in runs: grey-fill"),
        (["--format", "xml"], '--format "xml" is neither json nor hf'),
        (["--task", "ssim=s"], "go with --format hf"),
        (["--out", "runs"], "runs is a folder; name the file to write with --out FILE"),
    ],
)
def test_what_export_refuses(command, runs: Path, arguments: list[str], said: str) -> None:
    done = command("results", "export", "--out", "x.json", *arguments)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert not Path("x.json").exists()


def test_a_run_without_results(command, runs: Path) -> None:
    for run in runs_below(runs):
        run.result(PROTOCOL).unlink()
    done = command("results", "export", "--out", "x.json")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nothing to export: grey-fill has no results; make some: tryonbench" in done.stderr


def test_other_files_are_no_results(tmp_path: Path, exported: Path) -> None:
    content = read_json(exported)
    write_json(tmp_path / "tables.json", {"kind": "tables", "version": 1})
    write_json(tmp_path / "newer.json", content | {"schema": 2})
    write_json(tmp_path / "extra.json", content | {"more": 1})
    write_json(tmp_path / "list.json", [1])
    (tmp_path / "nan.json").write_text('{"kind": "results", "results": [NaN]}')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "cut.json").write_text(exported.read_text()[:999])
    for name, said in {
        "none.json": "none.json is missing",
        "cut.json": "cut.json is not valid JSON",
        "tables.json": "tables.json is no file of results; make one: tryonbench results export",
        "list.json": "list.json is no file of results",
        "nan.json": "nan.json holds what is no JSON, such as NaN",
        "deep.json": "deep.json holds what is no JSON",
        "newer.json": "newer.json has schema 2, this version reads 1: update it",
        "extra.json": "extra.json: more: Extra inputs are not permitted; see all: tryonbench",
        ".": "cannot read",
    }.items():
        with pytest.raises(InputError) as raised:
            read_exchange(tmp_path / name)
        assert said in str(raised.value)
        assert "\n" not in str(raised.value)

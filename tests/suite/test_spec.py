"""The suite file and the plan made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.errors import InputError
from tryonbench.suite.plan import Planner
from tryonbench.suite.record import Record, left
from tryonbench.suite.spec import read_suite
from tryonbench.weights.registry import REGISTRY

GOOD = """
draw: {size: 64x48, train: 8, test: 4}
methods:
  - {method: pix2pix, set: images=16, seeds: [0, 2], name: mine}
  - {method: grey-fill}
protocols: synth/unpaired-64x48
report: out
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("methods: []", "at least 1 item"),
        ("methods: [{method: pix2pox}]", 'did you mean "pix2pix"'),
        ("methods: [{method: pix2pix, preset: nan}]", 'did you mean "nano"'),
        ("methods: [{method: pix2pix, set: imges=4}]", 'did you mean "images"'),
        ("methods: [{method: pix2pix, seed: 4}]", 'did you mean "seeds"'),
        ("methods: [{method: grey-fill, seeds: [1]}]", "grey-fill: it needs no training"),
        ("methods: [{method: pix2pix}, {method: pix2pix}]", "called pix2pix-nano-s0"),
        ("methods: [{method: pix2pix, name: a/b}]", "cannot name a run"),
        ("methods: [{method: grey-fill}]\nprotocols: [nope]", "nope"),
        ("methods: [{method: grey-fill}]\ndata: a\ndraw: {size: 64x48, train: 1, test: 1}", "both"),
        ("methods: [{method: grey-fill}]\njobs: 0", "jobs"),
        ("methods: [{method: grey-fill}", "not valid YAML"),
        ("methods: [{method: a}]\nmethods: [{method: b}]", '"methods" is given twice'),
        ("methods: [{method: pix2pix, seeds: []}]", "methods.0.seeds"),
        ("methods: [pix2pix]", r"a group of settings: \{KEY: VALUE\}$"),
        ("report: out", '"methods" is missing$'),
        ("methods: [{method: pix2pix, set: seed=4}]", "give the seed with seeds"),
        ("methods: [{method: pix2pix, name: -a}]", "take it for an option"),
        ("methods: [{method: grey-fill}]\nmetrics: [ssmi]", 'did you mean "ssim"'),
        ("methods: [{method: pix2pix, set: size=96x64}]", "-s0: no protocol has images of 96x64"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(write, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_suite(write(text))
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_jobs_stand_behind_what_they_wait_for(write, tmp_path: Path) -> None:
    suite = read_suite(write(GOOD))
    jobs = Planner(suite, tmp_path / "root", tmp_path / "runs").jobs()
    assert [job.name for job in jobs] == [
        "prepare 64x48",
        "train mine-s0",
        "train mine-s2",
        "eval mine-s0 synth/unpaired-64x48",
        "eval mine-s2 synth/unpaired-64x48",
        "eval grey-fill synth/unpaired-64x48",
        "eval truth-jpeg75 synth/unpaired-64x48",
        "eval split-half synth/unpaired-64x48",
        "report",
    ]
    for number, job in enumerate(jobs):
        assert set(job.after) <= {earlier.name for earlier in jobs[:number]}
    assert [job.alone for job in jobs] == [False] * 3 + [True] * 3 + [False] * 3
    assert jobs[2].command[-4:] == ("--run", "mine-s2", "--seed", "2")
    assert jobs[1].command[5:7] == ("--set", "images=16")


def test_only_what_is_not_done_is_left(write, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    suite = read_suite(write(GOOD))
    jobs = Planner(suite, tmp_path / "root", tmp_path / "runs").jobs()
    record = Record(tmp_path / "suite")
    for job in jobs:
        for path in job.makes:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        record.note(job, "done", 1.0)
    assert left(jobs, Record(tmp_path / "suite"), again=False) == []
    assert left(jobs, record, again=True) == jobs
    (tmp_path / "suite" / "states" / "report.json").write_text('{"of": "another version"}')
    assert left(jobs, Record(tmp_path / "suite"), again=False) == jobs[-1:]
    for made in ("manifest.json", "checkpoints"):
        (tmp_path / "runs" / "mine-s2" / made).unlink()
        names = [job.name for job in left(jobs, record, again=False)]
        assert names == ["train mine-s2", "eval mine-s2 synth/unpaired-64x48", "report"]
        (tmp_path / "runs" / "mine-s2" / made).touch()


def test_another_setting_makes_its_jobs_anew(write, tmp_path: Path) -> None:
    one = Planner(read_suite(write(GOOD)), tmp_path, tmp_path).jobs()
    two = Planner(read_suite(write(GOOD.replace("=16", "=32"))), tmp_path, tmp_path).jobs()
    changed = [a.name for a, b in zip(one, two, strict=True) if a.key != b.key]
    assert changed == ["train mine-s0", "train mine-s2"]


def test_weights_that_have_come_are_used(write, tmp_path: Path, no_weights: Path) -> None:
    """A value that was missing for want of weights is made when they are there."""
    planner = Planner(read_suite(write(GOOD)), tmp_path, tmp_path)
    before = [(job.name, job.key) for job in planner.jobs()]
    (no_weights / REGISTRY["vgg19"].sources[0].file).touch()
    after = [(job.name, job.key) for job in planner.jobs()]
    changed = [one[0].split()[0] for one, other in zip(before, after, strict=True) if one != other]
    assert changed == ["eval"] * 5


@pytest.mark.parametrize("key", ["config", "preset"])
def test_the_content_of_a_file_of_settings_counts(write, tmp_path: Path, key: str) -> None:
    file = tmp_path / "best.yaml"
    text = f"methods: [{{method: pix2pix, {key}: {file}}}]"
    settings = "size: 64x48\nbatch_size: 4\nimages: "
    file.write_text(f"{settings}16")
    planner = Planner(read_suite(write(text)), tmp_path, tmp_path)
    before = planner.jobs()[1]
    assert before.name == f"train pix2pix-{'best' if key == 'preset' else 'nano'}-s0"
    asked = before.key
    file.write_text(f"{settings}24")
    assert planner.jobs()[1].key != asked
    assert before.key == asked, "the job began with the file as it was"


def test_a_protocol_given_twice_is_one(write, tmp_path: Path) -> None:
    text = "methods: [{method: grey-fill}]\nprotocols: [synth/paired-64x48, synth/paired-64x48]"
    assert read_suite(write(text)).protocols == ("synth/paired-64x48",)


def test_a_report_never_shows_other_runs(write, tmp_path: Path) -> None:
    """A report without names would be one of all that the folder holds."""
    report = Planner(read_suite(write(GOOD)), tmp_path, tmp_path / "runs").jobs()[-1]
    rows = [str(tmp_path / "runs" / name) for name in ("mine-s0", "mine-s2", "grey-fill")]
    assert report.arguments()[5:8] == rows
    (tmp_path / "runs" / "grey-fill" / "results").mkdir(parents=True)
    assert report.arguments()[5:] == rows[2:]


@pytest.mark.parametrize(("splits", "split"), [(["test"], "test"), (["test", "train"], "train")])
def test_what_is_trained_on_is_prepared(write, tmp_path: Path, splits: list[str], split: str):
    for name in splits:
        (tmp_path / name / "image").mkdir(parents=True)
    jobs = Planner(read_suite(write("methods: [{method: pix2pix}]")), tmp_path, tmp_path).jobs()
    assert jobs[0].command[-2:] == ("--split", split)

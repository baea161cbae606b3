"""`tryonbench bench --sweep` and `eval --set`: variants of a trained run, scored and kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tryonbench.efficiency import bench as benching
from tryonbench.efficiency import launch
from tryonbench.efficiency.launch import Limits
from tryonbench.efficiency.measure import answer
from tryonbench.efficiency.schema import Answer, BenchReport, Task
from tryonbench.sweep import run as sweeping

QUICK = ("--repeats", 1, "--iterations", 2, "--seconds", 0, "--device", "cpu")
SCORED = ("--metrics", "l1,ssim", "--protocol", "synth/unpaired-64x48")
RUN = "fake-painter-nano-s0"

Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def measured_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure in this process: it has torch imported already. Processes have tests of their own."""

    def here(task: Task, limits: Limits) -> Answer:
        return answer(task, time.perf_counter())

    monkeypatch.setattr(benching, "run_task", here)
    monkeypatch.setattr(launch, "run_task", here)


@pytest.fixture
def painter(command: Do, register: Do, synth_root: Path) -> Do:
    """A command in a folder with a trained run of the fake painter; it is given the data."""
    register("fake-painter")
    trained = command("train", "--method", "fake-painter", "--data", synth_root)
    assert trained.returncode == 0, trained.stderr

    def run(*words: object) -> Any:
        return command(*words, "--data", synth_root)

    return run


def report_of(done: Any) -> BenchReport:
    return BenchReport.model_validate_json(done.stdout)


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_sweep_of_a_run(painter: Do, tmp_path: Path) -> None:
    own = files_below(tmp_path / "runs" / RUN)
    words = ("bench", "--method", RUN, "--sweep", "brush,steps", *QUICK, *SCORED)
    values = ("--values", "steps=1,4,9")
    done = painter(*words, *values, "--json")
    assert done.returncode == 3, done.stderr
    found = report_of(done)
    assert found.sweep is not None
    by_name = {one.label: one for one in found.sweep.variants}
    broad = [f"{RUN}@brush=broad,steps={n}" for n in (1, 4, 9)]
    assert list(by_name) == [*broad, f"{RUN}@brush=fine,steps=1"]
    assert [row.target.label for row in found.rows] == list(by_name)
    few, many, failing, fine = by_name.values()
    assert few.metrics["l1"].value > many.metrics["l1"].value, "the settings reach the pictures"
    assert few.metrics == fine.metrics
    assert few.metrics["ssim"].low is not None
    assert many.best
    assert (few.ms_per_image or 0) < (many.ms_per_image or 0)
    assert failing.failed == "nine is too many"
    assert failing.ms_per_image is not None
    assert [one.label for one in found.sweep.left_out] == [
        f"{RUN}@brush=fine,steps=4",
        f"{RUN}@brush=fine,steps=9",
    ]
    assert "the fine brush has two steps at most" in found.sweep.left_out[0].reason
    assert files_below(tmp_path / "runs" / RUN) == own, "the run itself was changed"
    (page,) = (tmp_path / "runs" / "bench").glob("*-pareto.html")
    assert "brush=broad,steps=4" in page.read_text()


def test_variants_are_runs_among_others(painter: Do) -> None:
    words = ("bench", "--method", RUN, "--sweep", "steps", "--values", "steps=1,4", *QUICK)
    done = painter(*words, *SCORED)
    assert done.returncode == 0, done.stderr
    assert "*steps=4" in done.stdout
    assert "dominated by" in done.stdout
    pair = (f"{RUN}@steps=1", f"{RUN}@steps=4")
    again = painter("eval", *pair, "--no-efficiency", "--metrics", "l1,ssim", "--json")
    assert again.returncode == 0, again.stderr
    assert "generate fake-painter-nano-s0@steps=1 synth/unpaired" not in again.stderr
    first = next(r for r in json.loads(again.stdout) if r["pairing"] == "unpaired")
    assert (first["run"], first["settings"]) == (pair[0], ["model.steps=1"])


def test_variants_compare_and_are_measured_by_name(command: Do, painter: Do) -> None:
    for n in (1, 4):
        done = painter("eval", RUN, "--set", f"model.steps={n}", *SCORED)
        assert done.returncode == 0, done.stderr
        assert f"{RUN}@steps={n}" in done.stdout, "the table tells the settings"
    assert "latency" in Path(f"runs/{RUN}@steps=1/results/{SCORED[-1]}.json").read_text()
    pair = (f"{RUN}@steps=1", f"{RUN}@steps=4")
    compared = command("compare", *pair, "--metrics", "l1")
    assert f"{pair[0]} and {pair[1]} can be shown" in compared.stdout, compared.stderr
    written = command("report", *pair, "--out", "page")
    assert written.returncode == 0, written.stderr
    assert pair[0] in Path("page/index.html").read_text()
    timed = painter("bench", "--method", pair[1], "--batch", 1, *QUICK, "--json")
    (row,) = report_of(timed).rows
    assert row.target.settings == ("model.steps=4",)
    assert row.points[0].calls.p50 >= 80
    known = Path(f"runs/{RUN}@steps=1/results/{SCORED[-1]}.json").read_bytes()
    swept = painter("bench", "--method", RUN, "--sweep", "steps", *QUICK, *SCORED)
    assert swept.returncode == 0, swept.stderr
    assert Path(f"runs/{RUN}@steps=1/results/{SCORED[-1]}.json").read_bytes() == known


def test_fresh_weights_have_costs_alone(command: Do, register: Do, tmp_path: Path) -> None:
    register("fake-painter")
    words = ("bench", "--method", "fake-painter", "--sweep", "width,batch", *QUICK)
    done = command(*words, "--values", "width=1,2", "--values", "batch=1,2")
    assert done.returncode == 0, done.stderr
    assert "no metrics: the weights are fresh: there is nothing to score" in done.stdout
    assert "batch=2,width=2" in done.stdout
    assert not list(tmp_path.glob("runs/bench/*.html")), "there is no quality to draw"
    assert [file.name for file in (tmp_path / "runs").iterdir()] == ["bench"]


def test_an_interrupted_sweep_goes_on(
    painter: Do, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ("bench", "--method", RUN, "--sweep", "steps", "--values", "steps=1,2", *QUICK)
    evaluate = sweeping.evaluate
    names: list[str] = []

    def interrupted(subject: Any, request: Any) -> Any:
        names.append(subject.run.name)
        if len(names) == 2:
            raise KeyboardInterrupt
        return evaluate(subject, request)

    monkeypatch.setattr(sweeping, "evaluate", interrupted)
    first = painter(*words, *SCORED)
    assert first.returncode == 130, first.stderr
    (journal,) = (tmp_path / "runs" / "bench").iterdir()
    assert len(journal.read_text().splitlines()) == 2
    monkeypatch.setattr(sweeping, "evaluate", evaluate)
    second = painter(*words, *SCORED)
    assert second.returncode == 0, second.stderr
    assert "measure " not in second.stderr, "what was measured is kept"
    assert f"generate {RUN}@steps=1" not in second.stderr, "and so are pictures and results"
    assert f"generate {RUN}@steps=2" in second.stderr
    assert not list((tmp_path / "runs" / "bench").glob(".unfinished*"))


SWEEP = ("bench", "--method", "diffusion", "--sweep", "steps")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*SWEEP, "--steps", 4), "--sweep steps and --steps contradict each other"),
        ((*SWEEP, "--set", "model.steps=4"), "--sweep steps and --set model.steps contradict"),
        ((*SWEEP[:-1], "batch", "--batch", 4), "--sweep batch and --batch contradict"),
        ((*SWEEP[:-1], "precision", "--precision", "bf16-mixed"), "--precision contradict"),
        ((*SWEEP[:-1], "compile", "--compile"), "--sweep compile and --compile contradict"),
        ((*SWEEP[:-1], "size", "--size", "64x48"), "--sweep size and --size contradict"),
        ((*SWEEP[:-1], "sampelr"), 'no axis sampelr; did you mean "sampler"?'),
        ((*SWEEP, "--values", "steps=0"), 'the setting "steps" cannot be 0'),
        ((*SWEEP, "--method", "grey-fill"), "grey-fill has no axis steps"),
        ((*SWEEP, "--metrics", "ssim"), "--protocol and --metrics are for runs"),
        ((*SWEEP[:-1], "sampler", "--values", "sampler=sde"), "nothing to measure: "),
        (("bench", "--all", "--values", "steps=1"), "--values goes with --sweep"),
        (("bench", "--all", "--metrics", "ssim"), "--metrics goes with --sweep"),
        (("bench", "--all", "--size", "64x48", "--sweep", "nothing"), "nothing to measure: "),
        (("eval", "--all", "--set", "model.steps=1"), "--set goes with runs by name"),
        (("eval", "grey-fill", "--set", "model.steps=1"), "was not trained by us"),
    ],
)
def test_bad_input(command: Do, synth_root: Path, words: Any, said: str) -> None:
    extra = ("--data", synth_root) if words[0] == "eval" else ()
    done = command(*words, *extra)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr.strip().splitlines()[-1]
    assert done.stdout == ""
    assert not Path("runs/bench").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("model.width=2",), '"model.width" changes more than how pictures are made'),
        (("model.stepps=2",), 'did you mean "model.steps"?'),
        (("steps=2",), 'did you mean "model.steps"?'),
        (("model.steps=0",), 'the setting "model.steps" cannot be 0'),
        (("model.steps=4", "model.brush=fine"), "two steps at most"),
        (("precision=16-mixed",), "precision 16-mixed needs a GPU"),
    ],
)
def test_settings_that_make_no_variant(painter: Do, settings: Any, said: str) -> None:
    given = [word for setting in settings for word in ("--set", setting)]
    done = painter("eval", RUN, *given)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr.strip().splitlines()[-1]
    assert [run.name for run in Path("runs").iterdir()] == [RUN]

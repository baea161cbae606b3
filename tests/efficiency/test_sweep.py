"""The parts of a sweep: axes and values, combinations, the front, the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tryonbench.efficiency.bench import How
from tryonbench.efficiency.launch import Limits
from tryonbench.efficiency.schema import BenchReport, Target
from tryonbench.errors import InputError
from tryonbench.results.schema import MetricValue
from tryonbench.sweep.axes import axes_asked, axis_values
from tryonbench.sweep.figure import figures
from tryonbench.sweep.grid import Base, combinations
from tryonbench.sweep.page import page_of
from tryonbench.sweep.pareto import dominators, judged
from tryonbench.sweep.schema import Sweep, Variant
from tryonbench.sweep.table import lines, remarks

HOW = How("cpu", "32-true", False, (1,), False, 1, 1, 0.0, Limits(), Path())
FLOW = Target(label="d", method="diffusion", preset="nano", size=(64, 48))


def test_values_are_read_as_yaml() -> None:
    asked = axes_asked("sampler, model.steps", ["model.steps=1, 2,2", "sampler=euler"])
    assert asked.names == ("sampler", "steps")
    assert asked.given == {"steps": (1, 2), "sampler": ("euler",)}
    lists = axes_asked("channels", ["channels=[32, 64],[64, 64]"])
    assert lists.given == {"channels": ([32, 64], [64, 64])}


def test_a_method_names_its_own_axes_and_values() -> None:
    asked = axes_asked("sampler,steps,precision,compile,batch", [])
    found = {axis: axis_values(axis, FLOW, asked, "cpu") for axis in asked.names}
    assert found["sampler"] == ("euler", "heun", "ddpm", "ddim", "dpmpp")
    assert found["steps"] == (1, 2, 4, 8, 16)
    assert found["precision"] == ("32-true", "bf16-mixed")
    assert found["compile"] == (False, True)
    assert found["batch"] == (1, 2, 4, 8, 16)
    settings = ("model.objective=v", "model.sampler=ddim")
    other = FLOW.model_copy(update={"settings": settings})
    assert axis_values("sampler", other, asked, "cpu") == ("ddpm", "ddim", "dpmpp")


def test_combinations_that_cannot_be_are_left_out_with_the_reason() -> None:
    asked = axes_asked("sampler,steps,guidance", ["sampler=euler,sde", "steps=1,2", "guidance=2"])
    good, bad = combinations(Base("run", FLOW, None), asked, HOW)
    assert [one.target.label for one in good] == [
        "run@guidance=2,sampler=euler,steps=1",
        "run@guidance=2,sampler=euler,steps=2",
    ]
    assert [one.label for one in bad] == [
        "run@guidance=2,sampler=sde,steps=1",
        "run@guidance=2,sampler=sde,steps=2",
    ]
    assert "the sampler sde does not fit the objective flow" in bad[0].reason
    assert good[0].target.settings == ("model.guidance=2", 'model.sampler="euler"', "model.steps=1")


def test_the_harness_has_axes_too() -> None:
    values = ["batch=1,8", "compile=true", "precision=bf16-mixed", "size=64x48,63x48"]
    asked = axes_asked("batch,compile,precision,size", values)
    good, bad = combinations(Base("run", FLOW, None), asked, HOW)
    assert [one.how.batches for one in good] == [(1,), (8,)]
    assert all(one.how.compile and one.how.precision == "bf16-mixed" for one in good)
    assert good[0].scored == {"precision": "bf16-mixed"}, "what pictures depend on"
    assert len(bad) == 2
    assert "needs a height divisible by" in bad[0].reason
    plain, _ = combinations(Base("run", FLOW, None), axes_asked("batch", []), HOW)
    assert plain[0].scored == {"precision": "32-true"}, "never the run itself"


def test_settings_of_all_variants_are_in_their_names() -> None:
    set_already = FLOW.model_copy(update={"settings": ("model.guidance=3",)})
    good, _ = combinations(Base("run", set_already, None), axes_asked("steps", ["steps=2"]), HOW)
    assert good[0].target.label == "run@guidance=3,steps=2"


@pytest.mark.parametrize(
    ("sweep", "values", "said"),
    [
        (" , ", [], "--sweep names no axis"),
        ("steps,steps", [], "--sweep names steps twice"),
        ("steps", ["steps=1", "steps=2"], "--values names steps twice"),
        ("steps", ["stepps=1"], 'stepps is not swept; did you mean "steps"?'),
        ("steps", ["steps="], "must be AXIS=VALUE,VALUE"),
        ("steps", ["steps"], "must be AXIS=VALUE,VALUE"),
        ("steps", ["steps=[1"], "must be AXIS=VALUE,VALUE"),
        ("stepps", [], 'd has no axis stepps; did you mean "steps"?'),
        ("size", [], "the axis size has no usual values; give some: --values size=A,B"),
        ("steps", ["steps=4,0"], 'the setting "steps" cannot be 0'),
        ("sampler", ["sampler=dimm"], "the setting \"sampler\" cannot be 'dimm'"),
        ("precision", ["precision=fp8"], "precision fp8: known: 16-mixed"),
        ("precision", ["precision=16-mixed"], "precision 16-mixed needs a GPU"),
        ("compile", ["compile=3"], "compile=3 must be true or false"),
        ("batch", ["batch=0"], "batch=0 must be a number from 1 on"),
        ("size", ["size=64"], "must be HEIGHTxWIDTH"),
    ],
)
def test_wrong_axes_and_values(sweep: str, values: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        combinations(Base("run", FLOW, None), axes_asked(sweep, values), HOW)
    assert said in str(caught.value)


def test_dominance() -> None:
    points = [(1.0, 9.0), (2.0, 5.0), (3.0, 5.0), (4.0, 7.0), None, (5.0, 1.0)]
    assert dominators(points) == [None, None, 1, 1, None, None]
    assert dominators([(1.0, 1.0), (1.0, 1.0)]) == [None, None], "equals do not dominate"


def report(values: list[tuple[float, float | None, float | None]]) -> BenchReport:
    """A sweep over steps of one run: milliseconds, KD-synth, SSIM."""
    names = [f"run@steps={n}" for n in range(len(values))]
    rows = [
        {
            "target": {"label": name, "method": "m", "size": [64, 48]},
            "device": "cpu",
            "precision": "32-true",
            "points": [{"batch": 2, "runs": [_run(2 * ms)]}],
            "best_batch": 2,
        }
        for name, (ms, _, _) in zip(names, values, strict=True)
    ]
    variants = [
        Variant(label=name, base="run", changes={"steps": n}, metrics=_metrics(kd, ssim))
        for n, (name, (_, kd, ssim)) in enumerate(zip(names, values, strict=True))
    ]
    made = BenchReport.model_validate(
        {"created": "now", "command": [], "environment": {}, "rows": rows}
    )
    keys = ["kd_synth", "ssim"]
    known = judged(variants, made.rows, keys)
    sweep = Sweep(axes=["steps"], metrics=keys, variants=known, left_out=[], protocol="p", n=4)
    return made.model_copy(update={"sweep": sweep})


def _run(ms: float) -> dict[str, object]:
    calls = {"values": [ms], "p50": ms, "p90": ms, "p99": ms, "mean": ms, "std": 0.0}
    startup = {"imports": 1.0, "build": 1.0, "first_call": 1.0}
    found = {"batch": 2, "calls": calls, "memory": {"rss_mb": 1.0}, "startup": startup}
    rest = {"energy": {}, "parameters": {}, "disk_mb": 1.0, "device": "a processor", "threads": 1}
    return found | rest


def _metrics(kd: float | None, ssim: float | None) -> dict[str, MetricValue]:
    why = "why" if kd is None else None
    kd_value = MetricValue(value=kd, low=0.0, high=9.0, higher_is_better=False, missing=why)
    return {"kd_synth": kd_value, "ssim": MetricValue(value=ssim, higher_is_better=True)}


def test_fronts_are_of_each_metric_and_domination_of_all() -> None:
    found = report([(8.0, 1.0, 0.5), (2.0, 3.0, 0.6), (4.0, 2.0, 0.4), (6.0, 4.0, 0.3)])
    assert found.sweep is not None
    slow, fast, middle, bad = found.sweep.variants
    assert (slow.ms_per_image, slow.fronts, slow.dominated_by) == (8.0, ["kd_synth"], None)
    assert (fast.fronts, fast.dominated_by) == (["kd_synth", "ssim"], None)
    assert (middle.fronts, middle.dominated_by) == (["kd_synth"], None)
    assert (bad.fronts, bad.dominated_by) == ([], "run@steps=1")
    cells = [line.cells for line in lines(found, found.sweep)]
    assert [row[0] for row in cells] == ["*steps=1", "*steps=2", "steps=3", "*steps=0"]
    assert cells[0][4:] == ("*3.000 [0.000, 9.000]", "*0.600", "")
    assert cells[2][-1] == "steps=1"


def test_what_has_no_value_takes_no_part_and_is_told() -> None:
    found = report([(2.0, None, 0.5), (4.0, 1.0, 0.4)])
    assert found.sweep is not None
    without, scored = found.sweep.variants
    assert without.fronts == ["ssim"]
    assert (without.best, scored.best) == (False, True)
    assert "steps=0: KD-synth: why" in remarks(found, found.sweep)


def test_the_figure_and_the_page() -> None:
    found = report([(8.0, 1.0, 0.5), (2.0, 3.0, 0.6), (4.0, 5.0, 0.4)])
    assert found.sweep is not None
    drawn = figures(found.sweep)
    assert list(drawn) == ["KD-synth", "SSIM"]
    front, line = drawn["KD-synth"]["data"]
    assert (front["x"], front["y"]) == ([2.0, 8.0], [3.0, 1.0])
    assert line["x"] == [2.0, 4.0, 8.0]
    assert line["error_y"]["arrayminus"] == [3.0, 5.0, 1.0]
    page = page_of(found) or ""
    assert 'data-figure="pareto-2"' in page
    assert "src=" not in page.split("<body>")[1].split("<script>")[0]
    bare = report([(8.0, None, None)])
    assert page_of(bare) is None, "there is nothing to draw"


def test_a_file_of_before_is_read() -> None:
    found = report([(8.0, 1.0, 0.5)])
    old = found.model_dump(mode="json", exclude={"sweep"}) | {"version": 1}
    assert BenchReport.model_validate(old).sweep is None
    assert BenchReport.model_validate_json(found.model_dump_json()) == found

"""What is made of a study: importance, front, figures, page, preset."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tryonbench.cli.tune_show import print_study
from tryonbench.errors import InputError
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.report.charts.tuning import figures_of
from tryonbench.report.studies import studies_of, view_of
from tryonbench.tune.page import page_of
from tryonbench.tune.preset import chosen_trial, preset_text, save_preset
from tryonbench.tune.schema import Importance, StudyRecord, TrialRecord, read_study
from tryonbench.tune.space import as_json, space_of

LR, GAN = "optimizer.lr", "model.losses.gan"
SPACE = {
    LR: {"type": "float", "low": 1e-4, "high": 1e-2, "log": True, "step": None},
    GAN: {"type": "categorical", "choices": ["lsgan", "hinge"]},
}
VALUES = ((0.5, 20.0), (0.7, 10.0), (0.6, 30.0), (0.8, 40.0))
SSIM = {"key": "ssim", "label": "SSIM", "higher_is_better": True}
LATENCY = {"key": "latency", "label": "Latency [ms]", "higher_is_better": False}


def study(objectives: int = 2, **changes: object) -> StudyRecord:
    trials = [
        TrialRecord(
            number=n,
            state="complete",
            run=f"trial-{n:03d}",
            settings={LR: 1e-4 * (n + 1), GAN: "hinge" if n % 2 else "lsgan"},
            values=values[:objectives],
        )
        for n, values in enumerate(VALUES)
    ]
    pruned = TrialRecord(number=4, state="pruned", run=None, settings={LR: 1e-2}, pruned_at=40)
    given = {
        "name": "mine",
        "method": "pix2pix",
        "preset": "nano",
        "images": 200,
        "protocol": "synth/paired-64x48",
        "held_out": 64,
        "prune": None,
        "objectives": [SSIM, LATENCY][:objectives],
        "space": SPACE,
        "base": dict(preset_values(method_class("pix2pix"), "nano")),
        "trials": [*trials, pruned],
        "importance": Importance(missing="not enough trials: 4 complete, it needs 20"),
    }
    return StudyRecord.model_validate(given | changes)


def test_the_front_has_what_nothing_beats() -> None:
    assert [trial.number for trial in study().front] == [1, 3]
    assert [trial.number for trial in study(1).front] == [3]


def test_figures_show_the_trials() -> None:
    figures = figures_of(study())
    assert list(figures) == ["history", "pareto", "settings"]
    best, marks = figures["history"]["variants"][0]["data"]
    assert (best["y"], marks["y"]) == ([0.5, 0.7, 0.7, 0.8], [0.5, 0.7, 0.6, 0.8])
    steps, rest, front = figures["pareto"]["variants"][0]["data"]
    assert (front["x"], front["y"], front["text"]) == ([10.0, 40.0], [0.7, 0.8], ["1", "3"])
    assert steps["line"]["shape"] == "hv"
    assert rest["x"] == [20.0, 30.0]
    assert len(figures["settings"]["variants"]) == 4
    assert "pareto" not in figures_of(study(1))
    shares = {"ssim": {LR: 0.9, GAN: 0.1}, "latency": {LR: 0.2, GAN: 0.8}}
    bars = figures_of(study(importance={"shares": shares}))["importance"]
    assert bars["variants"][0]["data"][0] == {"x": [0.9, 0.1], "y": [LR, GAN]}
    assert bars["variants"][1]["data"][0] == {"x": [0.8, 0.2], "y": [GAN, LR]}


def test_the_page_says_what_was_tried_and_what_is_missing() -> None:
    page = page_of(study())
    for words in ("not enough trials: 4 complete", "pruned at 40", "people held out", LR):
        assert words in page
    assert page.count('class="star"') == 2
    assert "http" not in page.split("<script type")[0].replace("http-equiv", "")


def test_one_best_is_a_preset_of_several_one_is_chosen(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of the front with --trial N: 1, 3"):
        chosen_trial(study(), None)
    with pytest.raises(InputError, match="trial 4 of mine is not complete; there are 0, 1, 2, 3"):
        chosen_trial(study(), 4)
    record = study(1)
    save_preset(record, chosen_trial(record, None), tmp_path / "best.yaml")
    method = method_class("pix2pix")
    config = run_config(method, preset_values(method, str(tmp_path / "best.yaml")))
    assert (config.optimizer.lr, config.model.losses.gan) == (pytest.approx(4e-4), "hinge")
    assert (config.preset, config.images) == ("best", 7200)
    assert preset_text(record, record.trials[0]).startswith("# Trial 0 of the study mine: ssim 0.5")
    with pytest.raises(InputError, match="is one of pix2pix, not of stylegan"):
        preset_values(method_class("stylegan"), str(tmp_path / "best.yaml"))
    assert yaml.safe_load((tmp_path / "best.yaml").read_text())["method"] == "pix2pix"


def test_the_tables_name_units(capsys: pytest.CaptureFixture[str]) -> None:
    print_study(study())
    shown = capsys.readouterr().out
    assert "Latency [ms] ↓" in shown
    assert "on the front: 1, 3; one as a preset: --save-preset NAME --trial N" in shown
    assert "│ *1    │ complete     │ 0.700" in shown
    assert "pruned at 40" in shown
    assert "│ optimizer.lr     │ 0.0002  │ 0.0004  │" in shown


def test_the_tables_fit_in_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """With every setting of a method's own space."""
    for name in ("pix2pix", "stylegan", "diffusion"):
        space = as_json(space_of(method_class(name), None, "nano"))
        values = {
            key: one["low"] if "low" in one else max(map(str, one["choices"]), key=len)
            for key, one in space.items()
        }
        trials = [
            TrialRecord(number=n, state="complete", run=None, settings=values, values=(1.0 + n, n))
            for n in range(100, 106)
        ]
        print_study(study(space=space, trials=trials))
        tables = [line for line in capsys.readouterr().out.splitlines() if line[0] in "│┃"]
        assert len(tables) == len(trials) + len(space) + 2
        assert max(map(len, tables)) <= 100


def test_studies_are_found_beside_runs(tmp_path: Path) -> None:
    from tryonbench.runs import Run

    folder = tmp_path / "runs" / "tune" / "mine"
    folder.mkdir(parents=True)
    (folder / "study.json").write_text(json.dumps(study().model_dump(mode="json")))
    (tmp_path / "runs" / "tune" / "broken").mkdir()
    (tmp_path / "runs" / "tune" / "broken" / "study.json").write_text("{}")
    for run in (tmp_path / "runs" / "a", folder / "trial-000"):
        assert [view.record.name for view in studies_of([Run(run)], [])] == ["mine"]
    assert len(studies_of([Run(folder / "trial-000")], [folder])) == 1
    assert studies_of([Run(tmp_path / "a")], []) == []
    assert read_study(folder / "study.db") == study()
    with pytest.raises(InputError, match=r"broken.study.json is no study"):
        studies_of([], [tmp_path / "runs" / "tune" / "broken"])
    with pytest.raises(InputError, match=r"there is no study .*tryonbench tune"):
        studies_of([], [tmp_path / "none"])
    assert view_of(study()).about.endswith("Trials: 4 complete, 1 pruned")

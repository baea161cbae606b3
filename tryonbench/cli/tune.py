"""`tryonbench tune`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import typer

from tryonbench.cli import tune_options as options
from tryonbench.cli.options import RUNS, Data, Json, Runs, data_root, keys_of, note

if TYPE_CHECKING:
    from tryonbench.tune.objectives import Objective
    from tryonbench.tune.plan import Asked, Plan
    from tryonbench.tune.schema import StudyRecord


def tune(
    method: options.Method,
    metric: options.Metric,
    trials: options.Trials = None,
    preset: options.Preset = "nano",
    images: options.Images = None,
    space: options.Space = None,
    config: options.Config = None,
    assignments: options.Settings = None,
    seed: options.Seed = None,
    data: Data = None,
    split: options.SplitName = "train",
    protocol: options.Protocol = None,
    prune: options.Prune = None,
    study: options.Study = None,
    storage: options.Storage = None,
    jobs: options.Jobs = 1,
    dry_run: options.DryRun = False,
    report: options.Report = False,
    save_preset: options.SavePreset = None,
    trial: options.Trial = None,
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Try a method's settings with Optuna; each trial is an ordinary run.

    Run it again to go on, with a larger --trials for more, and several times at once for several
    workers. Without --trials it shows the study as it stands.

    Example: `tryonbench tune --method NAME --metric kd_synth --trials 30 --images 2000`
    """
    from tryonbench.cli.train import with_seed
    from tryonbench.tune.objectives import objectives_of
    from tryonbench.tune.plan import Asked
    from tryonbench.tune.schema import read_study

    objectives = objectives_of(keys_of(metric))
    folder = _folder(runs, study, method, preset, [one.key for one in objectives])
    _refuse_lonely(trial, save_preset)
    if trials is None and not dry_run:
        _finish(read_study(folder), folder, report, save_preset, trial, as_json)
        return
    given = with_seed(assignments or [], seed)
    asked = Asked(method, preset, config, given, space, images, prune)
    plan = _plan(asked, objectives, folder, data, split, protocol)
    if dry_run or trials is None:
        _print_plan(plan, trials)
        return
    record = _work(plan, trials, storage, jobs)
    _finish(record, folder, report, save_preset, trial, as_json)


def _refuse_lonely(trial: int | None, save_preset: str | None) -> None:
    from tryonbench.errors import InputError

    if trial is not None and not save_preset:
        raise InputError("--trial goes with --save-preset: it names the trial to write")


def _folder(runs: Path, study: str | None, method: str, preset: str, metrics: list[str]) -> Path:
    """Of the study, by default named after what it does."""
    from tryonbench.runs import named_run

    stem = Path(preset).stem if preset.endswith(".yaml") else preset
    own = "-".join((method, stem, *metrics)).replace("@", "-")
    return named_run(runs / "tune", own if study is None else study).folder


def _plan(
    asked: Asked,
    objectives: tuple[Objective, ...],
    folder: Path,
    data: Path | None,
    split: str,
    protocol: str | None,
) -> Plan:
    """The study, checked; with what a user should know of it."""
    from tryonbench.cli.targets import protocols_for
    from tryonbench.data.layout import open_split
    from tryonbench.tune.plan import base_config, make_plan

    size = base_config(asked).size
    source = open_split(data_root(data), split)
    names = (protocol,) if protocol else ()
    chosen = next(protocols_for(names, size, source, paired_only=True, own_list=True))
    plan = make_plan(asked, objectives, source, chosen, folder)
    if len(objectives) > 1:
        note("no pruning: Optuna cannot prune with several objectives")
    elif plan.prune:
        note(f"pruning by the validation metric {plan.prune}; --prune none turns it off")
    return plan


def _print_plan(plan: Plan, trials: int | None) -> None:
    """The search space and the budget, on stdout; nothing is written."""
    from tryonbench.cli.tune_show import print_plan
    from tryonbench.tune.schema import FILE, read_study

    there = (plan.folder / FILE).is_file()
    print_plan(plan, trials, len(read_study(plan.folder).trials) if there else 0)


def _work(plan: Plan, trials: int, storage: str | None, jobs: int) -> StudyRecord:
    """Run trials until the study has so many."""
    from tryonbench.cli.tune_jobs import work_together
    from tryonbench.files import refuse_unwritable
    from tryonbench.tune.packages import require_optuna

    require_optuna()
    refuse_unwritable(plan.folder)
    from tryonbench.tune.run import Worker
    from tryonbench.tune.storage import sqlite_url
    from tryonbench.tune.study import open_study

    url = storage or sqlite_url(plan.folder)
    worker = Worker(open_study(plan, url), plan, note)
    if jobs > 1:
        work_together(plan, url, trials, jobs)
    return worker.work(trials)


def _finish(
    record: StudyRecord,
    folder: Path,
    report: bool,
    save_preset: str | None,
    trial: int | None,
    as_json: bool,
) -> None:
    """Show the study; write its page and its preset if they are asked for.

    Raises:
        typer.Exit: with 1 if no trial came to an end.
    """
    from tryonbench.cli.tune_show import print_study
    from tryonbench.tune.page import write_page
    from tryonbench.tune.preset import chosen_trial, preset_path
    from tryonbench.tune.preset import save_preset as save

    if as_json:
        print(record.model_dump_json(indent=2))
    else:
        print_study(record)
    if report:
        note(f"report: {write_page(record, folder)}")
    if save_preset:
        chosen = chosen_trial(record, trial)
        path = preset_path(save_preset, folder)
        save(record, chosen, path)
        note(f"trial {chosen.number} as a preset: {path}; next:")
        note(f"tryonbench train --method {record.method} --preset {quote(str(path))}")
    if not record.complete:
        raise typer.Exit(1)

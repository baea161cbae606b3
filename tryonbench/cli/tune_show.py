"""A study's plan and its trials, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from tryonbench.cli.options import note
from tryonbench.cli.show import console
from tryonbench.report.studies import about, rows
from tryonbench.results.cells import MISSING
from tryonbench.tune.plan import Plan
from tryonbench.tune.schema import StudyRecord, TrialRecord
from tryonbench.tune.space import shown

SIDE_BY_SIDE = 3
"""Trials whose settings fit beside each other in 100 columns."""


def print_plan(plan: Plan, trials: int | None, done: int) -> None:
    """What is tried, what for, and how much work it is; on stdout."""
    table, present, screen = Table("setting", "now", "tried"), plan.present(), console()
    for name, one in plan.space.items():
        table.add_row(name, shown(present[name]) if name in present else MISSING, one.text())
    screen.print(table)
    goals = ", ".join(f"{one.key} {one.arrow}" for one in plan.objectives)
    images, people = plan.base.images, len(plan.pairs.pairs)
    lines = [
        f"objectives: {goals}, on {people} held-out people under {plan.protocol.name}",
        f"pruning: {plan.prune or 'none'}",
        f"a trial: {images:,} images, validated every {plan.base.validate_every:,}",
        f"kept in: {plan.folder}",
    ]
    if trials is not None:
        left = max(0, trials - done)
        lines.append(f"{left} of {trials} trials to run: {left * images:,} images at most")
    for line in lines:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def print_study(record: StudyRecord) -> None:
    """The trials, and the settings of the best of them; on stdout."""
    goals = [f"{one.label} {'↑' if one.higher_is_better else '↓'}" for one in record.objectives]
    table, screen = Table("trial", "state", *map(escape, goals)), console()
    for row in rows(record):
        table.add_row(f"{'*' if row.best else ''}{row.number}", row.state, *row.values)
    screen.print(table)
    screen.print(about(record), markup=False, highlight=False, soft_wrap=True)
    for trial in record.trials:
        if trial.message:
            note(f"trial {trial.number} failed: {trial.message}")
    _print_best(record)


def _print_best(record: StudyRecord) -> None:
    """The settings of the best trial, or of some on the front, and how to get others."""
    front, screen = record.front, console()
    if not front:
        screen.print("no trial is complete", markup=False, highlight=False)
        return
    screen.print(_settings(record, front[:SIDE_BY_SIDE]))
    if len(record.objectives) > 1:
        numbers = ", ".join(str(trial.number) for trial in front)
        text = f"on the front: {numbers}; one as a preset: --save-preset NAME --trial N"
    else:
        text = f"best: trial {front[0].number}; as a preset: --save-preset NAME"
    for line in (text, "settings of every trial: --report, or --json"):
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _settings(record: StudyRecord, trials: Sequence[TrialRecord]) -> Table:
    """What was tuned, a column a trial."""
    table = Table("setting", *(f"trial {trial.number}" for trial in trials))
    for name in record.space:
        values = (trial.settings.get(name, MISSING) for trial in trials)
        table.add_row(escape(name), *(escape(shown(value)) for value in values))
    return table

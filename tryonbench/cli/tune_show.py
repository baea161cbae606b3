"""A study's plan and its trials, as tables."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from tryonbench.cli.options import note
from tryonbench.cli.show import console
from tryonbench.report.studies import about, rows
from tryonbench.results.cells import MISSING
from tryonbench.tune.plan import Plan
from tryonbench.tune.schema import StudyRecord
from tryonbench.tune.space import shown, values_text


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
    """The trials and the best of them; on stdout."""
    goals = [f"{one.label} {'↑' if one.higher_is_better else '↓'}" for one in record.objectives]
    table, screen = Table("trial", "state", *map(escape, goals), "settings"), console()
    for row, trial in zip(rows(record), record.trials, strict=True):
        number = f"{'*' if row.best else ''}{row.number}"
        table.add_row(number, row.state, *row.values, escape(values_text(trial.settings)))
    screen.print(table)
    screen.print(about(record), markup=False, highlight=False, soft_wrap=True)
    for trial in record.trials:
        if trial.message:
            note(f"trial {trial.number} failed: {trial.message}")
    _print_best(record)


def _print_best(record: StudyRecord) -> None:
    """The settings of the best trial, or which trials are on the front."""
    front, screen = record.front, console()
    if len(record.objectives) > 1 and front:
        numbers = ", ".join(str(trial.number) for trial in front)
        text = f"on the front: {numbers}; one as a preset: --save-preset NAME --trial N"
    elif front:
        text = f"best: trial {front[0].number}: {values_text(front[0].settings)}"
    else:
        text = "no trial is complete"
    screen.print(text, markup=False, highlight=False, soft_wrap=True)

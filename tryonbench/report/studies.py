"""What a page shows of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.report.charts.base import Figure
from tryonbench.report.charts.tuning import figures_of
from tryonbench.results.cells import MISSING
from tryonbench.runs import Run
from tryonbench.tune.objectives import Objective
from tryonbench.tune.schema import FILE, StudyRecord, TrialRecord, read_study, study_file
from tryonbench.tune.space import shown

CAPTIONS = {
    "history": "each complete trial's value; the dotted line is the best so far. Trial 0 has the "
    "preset's own values where they lie in the search space",
    "pareto": "two objectives of each complete trial. Numbered trials are on the front: no other "
    "one is better in one objective and as good in all others",
    "importance": "how much each setting decides whether a trial is among the best quarter "
    "(PED-ANOVA, Watanabe et al. 2023); shares of 1",
    "settings": "an objective against the value of one setting; the others vary, too",
}


@dataclass(frozen=True)
class Row:
    """One trial as a line."""

    number: int
    state: str
    values: tuple[str, ...]
    settings: tuple[str, ...]
    best: bool


@dataclass(frozen=True)
class StudyView:
    """A study, its figures and its trials."""

    record: StudyRecord
    figures: dict[str, Figure]

    @property
    def captions(self) -> list[tuple[str, str]]:
        """Name and words of each figure that is there."""
        return [(name, words) for name, words in CAPTIONS.items() if name in self.figures]

    @property
    def about(self) -> str:
        return about(self.record)

    @property
    def headings(self) -> tuple[str, ...]:
        return headings(self.record)

    @property
    def rows(self) -> list[Row]:
        return rows(self.record)


def about(record: StudyRecord) -> str:
    """What was tried, on what, and how the trials ended."""
    counts = [(record.count(state), state) for state in ("complete", "pruned", "failed", "running")]
    ends = ", ".join(f"{count} {state}" for count, state in counts if count)
    prune = f"pruned by {record.prune} on them" if record.prune else "without pruning"
    return (
        f"{record.method}, preset {record.preset}, trials of {record.images:,} images, scored on "
        f"{record.held_out} people held out of the training under {record.protocol}, {prune}. "
        f"Trials: {ends or 'none'}"
    )


def headings(record: StudyRecord) -> tuple[str, ...]:
    """Of the trials' table: objectives, then settings."""
    objectives = (f"{o.label} {'↑' if o.higher_is_better else '↓'}" for o in record.objectives)
    return ("trial", "state", *objectives, *record.space)


def rows(record: StudyRecord) -> list[Row]:
    """The trials by number."""
    best = {trial.number for trial in record.front}
    return [_row(record, trial, trial.number in best) for trial in record.trials]


def _row(record: StudyRecord, trial: TrialRecord, best: bool) -> Row:
    objectives = [Objective(o.key, o.label, o.higher_is_better) for o in record.objectives]
    if trial.values is None:
        values = (MISSING,) * len(objectives)
    else:
        values = tuple(o.text(v) for o, v in zip(objectives, trial.values, strict=True))
    there = trial.settings
    settings = tuple(shown(there[n]) if n in there else MISSING for n in record.space)
    return Row(trial.number, _state(trial), values, settings, best)


def _state(trial: TrialRecord) -> str:
    return f"pruned at {trial.pruned_at:,}" if trial.pruned_at else trial.state


def view_of(record: StudyRecord) -> StudyView:
    return StudyView(record, figures_of(record))


def studies_of(runs: Sequence[Run], given: Iterable[Path]) -> list[StudyView]:
    """The studies given, and those found beside runs or in `tune/` beside them.

    Raises:
        InputError: a given one is not there or broken.
    """
    folders = dict.fromkeys(run.folder.parent for run in runs)
    near = [file for f in folders for file in (f / FILE, *sorted(f.glob(f"tune/*/{FILE}")))]
    asked = {study_file(path).resolve(): read_study(path) for path in given}
    found = {file.resolve(): _readable(file) for file in near if file.is_file()}
    return [view_of(record) for record in (found | asked).values() if record]


def _readable(file: Path) -> StudyRecord | None:
    """A study that was found; one that cannot be read was not asked for."""
    try:
        return read_study(file)
    except InputError:
        return None


def study_figures(studies: Iterable[StudyView]) -> dict[str, Figure]:
    """Every figure by the name of its file."""
    return {
        f"tuning {study.record.name} {name}": figure
        for study in studies
        for name, figure in study.figures.items()
    }

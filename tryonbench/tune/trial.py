"""One trial: an ordinary run, trained and scored by the functions that do it elsewhere."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from optuna.exceptions import TrialPruned
from optuna.trial import Trial

from tryonbench.errors import StorageError, TryonbenchError
from tryonbench.evaluation import evaluate
from tryonbench.runs import Run, only_here
from tryonbench.subjects import run_subject
from tryonbench.training.start import train
from tryonbench.training.validation import higher_is_better
from tryonbench.tune.plan import Plan
from tryonbench.tune.space import values_text
from tryonbench.tune.study import ERROR, HOST, RUN, lock_of

Tell = Callable[[str], None]


class FailedTrial(TryonbenchError):
    """A trial without a value; the study goes on."""


class Pruner:
    """Reports a trial's validations to Optuna, which may end it."""

    def __init__(self, plan: Plan, trial: Trial, metric: str) -> None:
        self.trial, self.metric, self.config = trial, metric, plan.base
        same = higher_is_better(metric) == plan.objectives[0].higher_is_better
        self.sign = 1.0 if same else -1.0
        """Optuna takes the way that is better from the objective."""
        self.pruned_at: int | None = None

    def __call__(self, images: int, values: Mapping[str, float]) -> bool:
        """Whether the training ends after so many images; a complete one is scored instead."""
        if images >= self.config.images:
            return False
        step = images // self.config.validate_every
        self.trial.report(self.sign * values[f"val/{self.metric}"], step)
        if self.trial.should_prune():
            self.pruned_at = images
        return self.pruned_at is not None


def run_trial(plan: Plan, trial: Trial, tell: Tell) -> list[float]:
    """A trial's values, in the order of the objectives.

    Raises:
        TrialPruned: its validation was worse than the median of the trials before.
        TryonbenchError: it failed.
    """
    run = _run_of(plan, trial)
    trial.set_user_attr(RUN, run.name)
    trial.set_user_attr(HOST, platform.node())
    values = {name: one.suggest(trial, name) for name, one in plan.space.items()}
    tell(f"trial {trial.number}: {values_text(values)}")
    pruner = Pruner(plan, trial, plan.prune) if plan.prune else None
    train(plan.method, plan.config(values), plan.split, run, tell=tell, watch=pruner)
    if pruner and pruner.pruned_at:
        raise TrialPruned(f"after {pruner.pruned_at} images")
    result = evaluate(run_subject(run), plan.request())
    return [objective.value(result) for objective in plan.objectives]


def _run_of(plan: Plan, trial: Trial) -> Run:
    """The trial's run; one that is tried again has that of its first try."""
    return Run(plan.folder / trial.user_attrs.get(RUN, f"trial-{trial.number:03d}"))


def told_trial(plan: Plan, trial: Trial, tell: Tell, held: ExitStack) -> list[float]:
    """`run_trial`; why it failed is kept with the trial.

    Args:
        held: keeps the trial's lock until Optuna knows how the trial ended: without it other
            processes take a trial that has no end for dead.

    Raises:
        TrialPruned: see `run_trial`.
        FailedTrial: it failed.
        StorageError: the disk is full or read-only, which is no fault of the trial.
    """
    try:
        held.enter_context(only_here(lock_of(_run_of(plan, trial)), "tuned"))
        return run_trial(plan, trial, tell)
    except StorageError:
        raise
    except TryonbenchError as error:
        trial.set_user_attr(ERROR, str(error))
        tell(f"trial {trial.number} failed: {error}")
        raise FailedTrial(str(error)) from error

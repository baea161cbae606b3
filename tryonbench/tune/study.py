"""Optuna's study of a plan: made or gone on with; how many trials it has; those that were cut off.

A trial that a kill or Ctrl-C cut off is marked failed and asked for again with the same values and
the same run, which goes on from its checkpoint.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from pathlib import Path

import optuna
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from tryonbench.errors import InputError, listed, masked
from tryonbench.runs import Run, only_here
from tryonbench.training.start import differences
from tryonbench.tune.packages import calm_optuna
from tryonbench.tune.plan import Plan
from tryonbench.tune.sampler import RETRY_OF, SeededTPE
from tryonbench.tune.storage import open_storage

IDENTITY = "tryonbench"
"""The study's attribute with what all of its trials have in common."""
RUN, HOST, TRIES, ERROR = "run", "host", "tries", "error"
"""Attributes of trials."""
MOST = 3
"""How often a trial is begun whose process dies."""
BEFORE_PRUNING = 4
"""Complete trials before one is pruned; the first validation, step 1, never prunes."""


def open_study(plan: Plan, url: str) -> Study:
    """The plan's study; its first trial has the values that the preset has.

    Raises:
        InputError: the storage cannot be opened, or it has another study of this name.
    """
    with calm_optuna():
        storage = open_storage(url, ask_again)
        study = optuna.create_study(
            storage=storage,
            study_name=plan.name,
            sampler=SeededTPE(plan.base.seed),
            pruner=_pruner(plan),
            directions=["maximize" if o.higher_is_better else "minimize" for o in plan.objectives],
            load_if_exists=True,
        )
    known, own = study.user_attrs.get(IDENTITY), plan.identity()
    if known is None and not study.get_trials(deepcopy=False):
        study.set_user_attr(IDENTITY, own)
        _ask_for_present(study, plan)
    elif known != own:
        changes = listed(differences(known or {}, own), 3)
        raise InputError(
            f"the study {plan.name} in {masked(url)} was made otherwise ({changes}); "
            "name another one with --study"
        )
    return study


def _pruner(plan: Plan) -> BasePruner:
    return MedianPruner(BEFORE_PRUNING, n_warmup_steps=2) if plan.prune else NopPruner()


def _ask_for_present(study: Study, plan: Plan) -> None:
    """Try what the preset has first, if all of it is in the space."""
    present = plan.present()
    if all(name in present and one.holds(present[name]) for name, one in plan.space.items()):
        study.enqueue_trial(present, skip_if_exists=True)


def made(study: Study) -> list[FrozenTrial]:
    """The trials that have begun, without those that were begun again."""
    trials = study.get_trials(deepcopy=False)
    again = _begun_again(trials)
    return [t for t in trials if t.number not in again and t.state != TrialState.WAITING]


def _begun_again(trials: Iterable[FrozenTrial]) -> set[int]:
    return {t.user_attrs[RETRY_OF] for t in trials if RETRY_OF in t.user_attrs}


def ask_again(study: Study, trial: FrozenTrial, stopped: bool = False) -> None:
    """Ask for the values of a trial again, unless its process has died too often.

    Args:
        stopped: the user stopped it, which does not count.
    """
    tries = trial.user_attrs.get(TRIES, 1)
    if RUN not in trial.user_attrs or (tries >= MOST and not stopped):
        return
    own = {RETRY_OF: trial.number, RUN: trial.user_attrs[RUN], TRIES: tries + (not stopped)}
    study.enqueue_trial(trial.params, user_attrs=own)


def end_dead(study: Study, plan: Plan) -> list[int]:
    """Mark trials of this machine whose process is gone as failed, and ask for them again.

    Those of other machines are found by their heartbeat, minutes later.

    Returns:
        Their numbers.
    """
    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    own = [trial for trial in running if trial.user_attrs.get(HOST) == platform.node()]
    return [trial.number for trial in own if _end_if_dead(study, plan, trial)]


def _end_if_dead(study: Study, plan: Plan, trial: FrozenTrial) -> bool:
    try:
        with only_here(lock_of(Run(plan.folder / trial.user_attrs[RUN])), "tuned"):
            if study.get_trials(deepcopy=False)[trial.number].state != TrialState.RUNNING:
                return False
            study.tell(trial.number, state=TrialState.FAIL)
            ask_again(study, trial)
            return True
    except InputError:  # it is alive
        return False


def lock_of(run: Run) -> Path:
    """What the process of a trial holds, beside the lock of its training."""
    return run.folder / "trial"

"""From Optuna's study to the file `study.json`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from tryonbench.files import write_json
from tryonbench.tune.objectives import Objective
from tryonbench.tune.packages import argument, calm_optuna
from tryonbench.tune.plan import Plan
from tryonbench.tune.schema import (
    FILE,
    Importance,
    ObjectiveRecord,
    State,
    StudyRecord,
    TrialRecord,
)
from tryonbench.tune.space import as_json
from tryonbench.tune.study import ERROR, RUN, made

STATES: Mapping[TrialState, State] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
}
FEWEST = 20
"""Complete trials that importance needs: the best quarter are then five, which Optuna's own
documentation of PED-ANOVA asks for."""
BEST = 0.25


def write_study(study: Study, plan: Plan) -> StudyRecord:
    """Write the file anew."""
    record = record_of(study, plan)
    write_json(plan.folder / FILE, record.model_dump(mode="json"))
    return record


def record_of(study: Study, plan: Plan) -> StudyRecord:
    """The study as it stands."""
    base, trials = plan.base, made(study)
    return StudyRecord(
        name=plan.name,
        method=base.method,
        preset=base.preset,
        images=base.images,
        protocol=plan.protocol.name,
        held_out=len(plan.pairs.pairs),
        prune=plan.prune,
        objectives=tuple(_objective(one) for one in plan.objectives),
        space=as_json(plan.space),
        base=dict(plan.settings),
        trials=tuple(_trial(one, base.validate_every) for one in trials),
        importance=_importance(study, plan, trials),
    )


def _objective(one: Objective) -> ObjectiveRecord:
    return ObjectiveRecord(key=one.key, label=one.label, higher_is_better=one.higher_is_better)


def _trial(trial: FrozenTrial, validate_every: int) -> TrialRecord:
    complete, pruned = trial.state == TrialState.COMPLETE, trial.state == TrialState.PRUNED
    step, duration = trial.last_step, trial.duration
    return TrialRecord(
        number=trial.number,
        state=STATES[trial.state],
        run=trial.user_attrs.get(RUN),
        settings=trial.params,
        values=tuple(trial.values) if complete else None,
        pruned_at=step * validate_every if pruned and step is not None else None,
        message=trial.user_attrs.get(ERROR),
        seconds=duration.total_seconds() if duration else None,
    )


def _importance(study: Study, plan: Plan, trials: list[FrozenTrial]) -> Importance:
    """PED-ANOVA (Watanabe et al. 2023) of each objective, or why there is none."""
    complete = sum(trial.state == TrialState.COMPLETE for trial in trials)
    if complete < FEWEST:
        return Importance(missing=f"not enough trials: {complete} complete, it needs {FEWEST}")
    shares = {
        one.key: _shares(study, position, one.higher_is_better)
        for position, one in enumerate(plan.objectives)
    }
    return Importance(shares=shares)


def _shares(study: Study, position: int, higher_is_better: bool) -> dict[str, float]:
    """Of one objective, by setting."""
    sign = -1.0 if higher_is_better else 1.0

    def loss(trial: FrozenTrial) -> float:
        return sign * float(trial.values[position])

    with calm_optuna(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it takes less as better, as `loss` is
        name = argument(PedAnovaImportanceEvaluator, "target_quantile", "baseline_quantile")
        quantile: dict[str, Any] = {name: BEST}
        evaluator = PedAnovaImportanceEvaluator(**quantile)
        found = get_param_importances(study, evaluator=evaluator, target=loss)
    return {name: float(share) for name, share in found.items()}

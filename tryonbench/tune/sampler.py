"""Optuna's TPE, seeded by the trial, so that a study that is resumed is the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from tryonbench.seeds import derive

STARTUP = 5
"""Trials at random before the first that TPE (Bergstra et al. 2011) chooses."""
RETRY_OF = "retry_of"
"""Attribute of a trial that is begun again: the number it had before."""


class SeededTPE(BaseSampler):
    """TPE whose random numbers follow from the study's seed and the trial's place alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.inner = self._seeded(0)

    def _seeded(self, place: int) -> TPESampler:
        seed = derive("tune", self.seed, place) % 2**32
        return TPESampler(seed=seed, n_startup_trials=STARTUP)

    def reseed_rng(self) -> None:
        """Nothing: each trial has its own seed."""

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self.inner = self._seeded(_place(study, trial))
        self.inner.before_trial(study, trial)

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self.inner.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self.inner.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self.inner.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        self.inner.after_trial(study, trial, state, values)


def _place(study: Study, trial: FrozenTrial) -> int:
    """Its number if none had been cut off and begun again, which takes a number of its own."""
    trials = study.get_trials(deepcopy=False)
    again = sum(RETRY_OF in t.user_attrs for t in trials if t.number <= trial.number)
    return trial.number - again

"""Running a study: trial after trial until there are as many as asked for."""

from __future__ import annotations

from contextlib import ExitStack

from optuna.study import Study
from optuna.trial import Trial, TrialState

from tryonbench.errors import StorageError
from tryonbench.storage import storing
from tryonbench.tune.packages import calm_optuna
from tryonbench.tune.plan import Plan
from tryonbench.tune.record import write_study
from tryonbench.tune.schema import StudyRecord, TrialRecord
from tryonbench.tune.space import values_text
from tryonbench.tune.study import ask_again, end_dead, made
from tryonbench.tune.trial import FailedTrial, Tell, told_trial


class Worker:
    """One process at a study; several may share it."""

    def __init__(self, study: Study, plan: Plan, tell: Tell) -> None:
        self.study, self.plan, self.tell = study, plan, tell
        self.number = -1
        """Of the trial that runs."""

    def work(self, trials: int) -> StudyRecord:
        """Run trials until the study has so many, those of other processes among them.

        Raises:
            KeyboardInterrupt: the user asked to stop; the trial so far is kept, and asked for
                again.
            StorageError: the disk is full or read-only; the same.
        """
        with storing(self.plan.folder):
            record = self._record()
            while len(record.trials) < trials:
                self._run_one()
                record = self._record()
                self._tell_last(record)
        return record

    def _run_one(self) -> None:
        """Run a trial; its lock is given back when Optuna knows how it ended."""
        self.number = -1
        try:
            with calm_optuna(), ExitStack() as held:

                def objective(trial: Trial) -> list[float]:
                    self.number = trial.number
                    return told_trial(self.plan, trial, self.tell, held)

                self.study.optimize(objective, n_trials=1, catch=(FailedTrial,))
        except (KeyboardInterrupt, StorageError):
            self._keep()
            raise

    def _record(self) -> StudyRecord:
        for number in end_dead(self.study, self.plan):
            self.tell(f"trial {number} was cut off; it is tried again")
        return write_study(self.study, self.plan)

    def _keep(self) -> None:
        """Ask for the trial again that was stopped; it goes on where it was."""
        for trial in made(self.study):
            if trial.number == self.number and trial.state == TrialState.FAIL:
                ask_again(self.study, trial, stopped=True)
        write_study(self.study, self.plan)

    def _tell_last(self, record: StudyRecord) -> None:
        last = next(trial for trial in record.trials if trial.number == self.number)
        self.tell(f"trial {last.number}: {outcome(self.plan, last)}")


def outcome(plan: Plan, trial: TrialRecord) -> str:
    """How a trial ended, in words."""
    if trial.values is not None:
        named = zip(plan.objectives, trial.values, strict=True)
        return values_text({one.key: one.text(value) for one, value in named})
    return f"pruned after {trial.pruned_at} images" if trial.pruned_at else trial.state

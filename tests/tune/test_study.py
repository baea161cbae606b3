"""Studies whose trials cost nothing: resumed, shared, interrupted, refused."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import pytest

from tests.tune.made import MakePlan, loss_of
from tryonbench.errors import InputError, StorageError, masked
from tryonbench.runs import Run, only_here

optuna = pytest.importorskip("optuna")

from tryonbench.tune import run as running  # noqa: E402
from tryonbench.tune import trial as trials  # noqa: E402
from tryonbench.tune.packages import calm_optuna  # noqa: E402
from tryonbench.tune.plan import Plan  # noqa: E402
from tryonbench.tune.record import record_of  # noqa: E402
from tryonbench.tune.run import Worker  # noqa: E402
from tryonbench.tune.sampler import RETRY_OF, SeededTPE  # noqa: E402
from tryonbench.tune.storage import sqlite_url  # noqa: E402
from tryonbench.tune.study import (  # noqa: E402
    HOST,
    MOST,
    RUN,
    end_dead,
    lock_of,
    open_study,
)

States = optuna.trial.TrialState
alone = pytest.mark.filterwarnings("ignore:Heartbeat of storage is supposed:UserWarning")
"""For trials that are begun as by a process that dies."""


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Trials do not train; what they tried is appended."""
    tried: list[dict[str, Any]] = []

    def run_trial(plan: Plan, trial: Any, tell: Any, held: Any) -> list[float]:
        trial.set_user_attr(RUN, f"trial-{trial.number:03d}")
        values = {name: one.suggest(trial, name) for name, one in plan.space.items()}
        tried.append(values)
        return [loss_of(values) * (1 if at == 0 else -1) for at, _ in enumerate(plan.objectives)]

    monkeypatch.setattr(running, "told_trial", run_trial)
    return tried


def work(plan: Plan, trials: int, lines: list[str] | None = None) -> Any:
    told = [] if lines is None else lines
    return Worker(open_study(plan, sqlite_url(plan.folder)), plan, told.append).work(trials)


def test_the_first_trial_is_the_preset_and_a_resumed_study_equals_a_whole_one(
    planned: MakePlan, free: list[dict[str, Any]]
) -> None:
    plan = planned("l1")
    first = work(plan, 3)
    assert [trial.number for trial in first.trials] == [0, 1, 2]
    assert free[0] == plan.present()
    again = work(plan, 6)
    assert len(again.trials) == len(free) == 6
    whole = work(planned("l1", name="whole"), 6)
    assert [t.settings for t in whole.trials] == [t.settings for t in again.trials]
    assert len({str(t.settings) for t in whole.trials}) == 6


def test_another_space_or_data_is_refused(planned: MakePlan, free, tmp_path: Path) -> None:
    work(planned("l1"), 1)
    other = tmp_path / "other.yaml"
    other.write_text("optimizer.lr: {type: float, low: 1.0e-4, high: 1.0, log: true}")
    with pytest.raises(InputError, match=r"made otherwise \(space.model.*another one with --study"):
        work(planned("l1", space=other), 2)
    with pytest.raises(InputError, match="images: 8 -> 12"):
        work(planned("l1", images=12), 2)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///:memory:", "keeps nothing; give another --storage URL"),
        ("nonsense", "cannot open the storage nonsense: .*; give another --storage URL"),
        ("sqlite:////proc/none/study.db", "cannot create /proc/none"),
        ("mysql+nodriver://me:secret@host/db", r"me:\*\*\*@host"),
    ],
)
def test_a_storage_that_cannot_be_opened(planned: MakePlan, url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_study(planned("l1"), url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert masked("postgresql://me@host/db") == "postgresql://me@host/db"


def test_a_database_that_is_none(planned: MakePlan, tmp_path: Path) -> None:
    (tmp_path / "file.db").write_text("no database\n" * 200)
    with pytest.raises(InputError, match=r"cannot open the storage .*not a database"):
        open_study(planned("l1"), f"sqlite:///{tmp_path / 'file.db'}")


@alone
def test_a_trial_whose_process_is_gone_is_tried_again(planned: MakePlan, free) -> None:
    plan, lines = planned("l1"), []
    study = open_study(plan, sqlite_url(plan.folder))
    values = {"optimizer.lr": 2e-3, "model.generator.residual_blocks": 1}
    study.ask()
    for number in range(1, MOST + 2):
        study.enqueue_trial({**values, "model.losses.gan": "hinge"})
        dead = study.ask()
        dead.set_user_attr(RUN, f"trial-{number:03d}")
        dead.set_user_attr(HOST, platform.node())
        for name, one in plan.space.items():
            one.suggest(dead, name)
    with only_here(lock_of(Run(plan.folder / "trial-001")), "tuned"):
        record = work(plan, MOST + 3, lines)
    told = [line for line in lines if "was cut off; it is tried again" in line]
    assert len(told) == MOST
    assert {t.number for t in record.trials if t.state == "running"} == {0, 1}
    retried = [t for t in study.trials if RETRY_OF in t.user_attrs]
    assert [t.params for t in retried] == [{**values, "model.losses.gan": "hinge"}] * MOST
    assert len(record.trials) == MOST + 3, "a trial that was begun again counts once"


@alone
def test_a_trial_that_dies_again_and_again_is_given_up(planned: MakePlan, free) -> None:
    plan = planned("l1")
    study = open_study(plan, sqlite_url(plan.folder))
    worker = Worker(study, plan, lambda line: None)
    for _ in range(MOST):
        trial = study.ask()
        trial.set_user_attr(RUN, "trial-000")
        trial.set_user_attr(HOST, platform.node())
        worker._record()
    assert not [t for t in study.trials if t.state == States.WAITING]
    assert [t.state for t in worker._record().trials] == ["failed"]


def test_others_do_not_take_a_trial_for_dead_that_ends(planned: MakePlan, monkeypatch) -> None:
    """Another process looks after the trial is over and before Optuna knows."""
    plan, seen = planned("l1"), []

    def run_trial(plan: Plan, trial: Any, tell: Any) -> list[float]:
        trial.set_user_attr(RUN, "trial-000")
        trial.set_user_attr(HOST, platform.node())
        return [1.0]

    def after_trial(*_: Any) -> None:
        seen.append(end_dead(open_study(plan, sqlite_url(plan.folder)), plan))

    monkeypatch.setattr(trials, "run_trial", run_trial)
    monkeypatch.setattr(SeededTPE, "after_trial", after_trial)
    assert [trial.state for trial in work(plan, 1).trials] == ["complete"]
    assert seen == [[]]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, StorageError])
def test_what_stops_the_study_keeps_the_trial(
    planned: MakePlan, free, monkeypatch, stop: type[BaseException]
) -> None:
    plan, whole = planned("l1"), running.told_trial
    work(plan, 2)

    def interrupted(plan: Plan, trial: Any, tell: Any, held: Any) -> list[float]:
        whole(plan, trial, tell, held)
        raise stop

    monkeypatch.setattr(running, "told_trial", interrupted)
    with pytest.raises(stop):
        work(plan, 4)
    monkeypatch.setattr(running, "told_trial", whole)
    record = work(plan, 9)
    assert [trial.number for trial in record.trials] == [0, 1, *range(3, 10)]
    assert free[3] == free[2], "the trial that was stopped is the next"
    whole_study = work(planned("l1", name="whole"), 9)
    assert [t.settings for t in record.trials] == [t.settings for t in whole_study.trials]


def test_a_failed_trial_is_kept_with_its_reason(planned: MakePlan, free, monkeypatch) -> None:
    whole, plan = running.told_trial, planned("l1")

    def failing(plan: Plan, trial: Any, tell: Any, held: Any) -> list[float]:
        if trial.number == 1:
            trial.set_user_attr("error", "the loss has exploded")
            raise trials.FailedTrial("the loss has exploded")
        return whole(plan, trial, tell, held)

    monkeypatch.setattr(running, "told_trial", failing)
    record = work(plan, 3)
    assert [trial.state for trial in record.trials] == ["complete", "failed", "complete"]
    assert record.trials[1].message == "the loss has exploded"


def test_importance_needs_trials_and_finds_what_matters(planned: MakePlan) -> None:
    plan = planned("l1", "ssim")
    study = optuna.create_study(
        directions=["minimize", "maximize"], sampler=optuna.samplers.RandomSampler(seed=0)
    )

    def objective(trial: Any) -> tuple[float, float]:
        loss = loss_of({name: one.suggest(trial, name) for name, one in plan.space.items()})
        return loss, -loss

    with calm_optuna():
        study.optimize(objective, n_trials=3)
        missing = record_of(study, plan).importance.missing
        assert missing == "not enough trials: 3 complete, it needs 20"
        study.optimize(objective, n_trials=57)
    shares = record_of(study, plan).importance.shares
    assert shares is not None
    for key in ("l1", "ssim"):
        assert sum(shares[key].values()) == pytest.approx(1.0)
        assert max(shares[key], key=shares[key].__getitem__) == "optimizer.lr"
        assert shares[key]["model.losses.gan"] < 0.2

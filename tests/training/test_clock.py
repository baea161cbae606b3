"""Where the time of a training goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tryonbench.runs import read_log
from tryonbench.training import clock as module
from tryonbench.training import start
from tryonbench.training.clock import Clock


class Hours:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    made = Hours()
    monkeypatch.setattr(module, "time", made)
    return made


def test_waiting_and_work_are_counted_apart(hours: Hours) -> None:
    def slow() -> Iterator[int]:
        for number in range(2):
            hours.now += 3
            yield number

    clock = Clock()
    for _ in clock.waiting(slow()):
        with clock.running():
            hours.now += 1
        hours.now += 50  # validation and saving
    assert clock.seconds == 8
    assert clock.recent_wait() == 0.75
    with clock.running():
        hours.now += 2
    assert clock.recent_wait() == 0
    assert clock.own.wait_share == 0.6


def test_an_empty_clock_has_not_waited() -> None:
    assert Clock().recent_wait() == 0


@pytest.mark.parametrize(("share", "told"), [(0.5, True), (0.1, False)])
def test_a_training_that_waits_for_data_says_what_helps(
    paint: Any, monkeypatch: pytest.MonkeyPatch, share: float, told: bool
) -> None:
    monkeypatch.setattr(module.Spent, "wait_share", share)
    monkeypatch.setattr(start, "LEAST_WAIT", 0.0)
    lines: list[str] = []
    run = paint(tell=lines.append)
    assert {record["data_wait"] for record in read_log(run.log)} == {share}
    advice = [line for line in lines if "waiting for data" in line]
    assert bool(advice) == told
    for line in advice:
        assert line.startswith("50% of the time")
        assert line.endswith("--size 64x48, once, or --set workers=2")

"""What is timed: the calls that count, by the device's own clock, with memory read between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tryonbench.efficiency import timing
from tryonbench.efficiency.leaks import LEAST, bytes_per_call
from tryonbench.efficiency.schema import Samples, spread
from tryonbench.efficiency.timing import (
    CudaClock,
    Enough,
    WallClock,
    call_times,
    clock_of,
    timed_once,
    warmed_up,
)


class Ticks:
    """A device whose calls take what they are told to; counts how often it is waited for."""

    def __init__(self, each: float) -> None:
        self.now, self.each, self.waits, self.calls = 0.0, each, 0, 0

    def call(self) -> None:
        self.now += self.each
        self.calls += 1

    def mark(self) -> float:
        return self.now

    def wait(self) -> None:
        self.waits += 1

    def seconds(self, first: float, second: float) -> float:
        return second - first


def timed(ticks: Ticks, calls: int, seconds: float, expected: float) -> timing.Timed:
    return call_times(ticks.call, ticks, Enough(calls, seconds), expected, lambda: 0)


@pytest.mark.parametrize(
    ("calls", "seconds", "each", "count"), [(20, 1.0, 1.0, 20), (5, 10.0, 1.0, 11), (3, 0, 0.5, 3)]
)
def test_calls_and_seconds_are_both_reached(
    calls: int, seconds: float, each: float, count: int
) -> None:
    ticks = Ticks(each)
    done = timed(ticks, calls, seconds, expected=each)
    assert done.seconds == [each] * count
    assert ticks.waits == 1, "one synchronisation for all calls"


def test_a_wrong_expectation_costs_another_round() -> None:
    ticks = Ticks(0.5)
    done = timed(ticks, 2, 10.0, expected=5.0)
    assert sum(done.seconds) >= 10
    assert ticks.waits == 2


def test_calls_of_no_time_come_to_an_end() -> None:
    assert len(timed(Ticks(0.0), 5, 1.0, expected=0.0).seconds) == timing.MOST_CALLS
    assert len(timed(Ticks(1e-9), 5, 1.0, expected=1e-9).seconds) == timing.MOST_CALLS


def test_the_warm_up_does_not_count() -> None:
    ticks = Ticks(2.0)
    assert warmed_up(ticks.call, ticks) == 2.0
    assert ticks.calls == timing.WARMUP


def test_memory_is_read_between_the_calls_and_its_time_is_not_counted() -> None:
    ticks, readings = Ticks(1.0), iter(range(100))

    def held() -> int:
        ticks.now += 100.0
        return next(readings)

    done = call_times(ticks.call, ticks, Enough(16, 0), 1.0, held)
    assert done.seconds == [1.0] * 16
    assert done.held == [(2 * n, n) for n in range(timing.BLOCKS + 1)]


class FakeEvent:
    """Records a moment of the queue, which the processor has run ahead of."""

    moments: Iterator[float]
    waited = False

    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing

    def record(self) -> None:
        self.at = next(FakeEvent.moments)

    def elapsed_time(self, other: FakeEvent) -> float:
        assert FakeEvent.waited, "compared before the queue was done"
        return other.at - self.at


def test_cuda_is_timed_by_events_and_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []

    def synchronize() -> None:
        waits.append(1)
        FakeEvent.waited = True

    FakeEvent.moments, FakeEvent.waited = iter(float(7 * n) for n in range(1000)), False
    monkeypatch.setattr(torch.cuda, "Event", FakeEvent)
    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)
    clock = clock_of(torch.device("cuda"))
    assert isinstance(clock, CudaClock)
    done = call_times(lambda: None, clock, Enough(10, 0.0), 1.0, lambda: 0)
    assert done.seconds == [0.007] * 10
    assert waits == [1]
    assert timed_once(lambda: None, clock) == 0.007


def test_a_cpu_has_the_wall_clock() -> None:
    assert isinstance(clock_of(torch.device("cpu")), WallClock)


def test_samples_are_kept_and_summed_up() -> None:
    samples = Samples.of([0.001 * n for n in range(1, 102)])
    assert samples.unit == "ms"
    assert samples.values[:2] == [1.0, 2.0]
    assert (samples.p50, samples.p90, samples.mean) == pytest.approx((51, 91, 51))
    assert samples.p99 == pytest.approx(100)
    assert samples.std == pytest.approx(29.3002, abs=1e-4)
    assert Samples.of([0.5]).std == 0


def test_noise_is_a_share_of_the_mean() -> None:
    assert spread([1.0]) is None
    assert spread([1.0, 1.1, 0.9]) == pytest.approx(0.2)


def test_only_memory_that_never_stops_growing_is_a_leak() -> None:
    calls = range(0, 90, 10)
    steady = [(n, 10**9) for n in calls]
    leaking = [(n, 10**9 + n * 36_000) for n in calls]
    warming = [(n, 10**9 + min(n, 40) * 10**6) for n in calls]
    sawtooth = [(n, 10**9 + n * 10**6 * (n % 20 > 0)) for n in calls]
    little = [(n, 10**9 + n * LEAST // 1000) for n in calls]
    assert bytes_per_call(leaking) == 36_000
    assert [bytes_per_call(held) for held in (steady, warming, sawtooth, little)] == [None] * 4

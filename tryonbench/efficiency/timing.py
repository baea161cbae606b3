"""Timing repeated calls: warm-up untimed, a minimum count and a minimum duration."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import torch

WARMUP = 2
MIN_CALLS = 5
MIN_SECONDS = 1.0


def call_times(call: Callable[[], object], device: torch.device) -> list[float]:
    """Seconds of each call, at least `MIN_CALLS` of them and `MIN_SECONDS` in all.

    On CUDA, events around each call and one synchronisation at the end; else the wall clock.
    """
    for _ in range(WARMUP):
        call()
    return _cuda_times(call) if device.type == "cuda" else _wall_times(call)


def _enough(count: int, started: float) -> bool:
    return count >= MIN_CALLS and time.perf_counter() - started >= MIN_SECONDS


def _wall_times(call: Callable[[], object]) -> list[float]:
    started = time.perf_counter()
    times: list[float] = []
    while not _enough(len(times), started):
        before = time.perf_counter()
        call()
        times.append(time.perf_counter() - before)
    return times


def _cuda_times(call: Callable[[], object]) -> list[float]:
    torch.cuda.synchronize()
    started = time.perf_counter()
    marks = [_mark()]
    while not _enough(len(marks) - 1, started):
        call()
        marks.append(_mark())
    torch.cuda.synchronize()
    return [a.elapsed_time(b) / 1000 for a, b in pairwise(marks)]


def _mark() -> torch.cuda.Event:
    event: torch.cuda.Event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    event.record()
    return event

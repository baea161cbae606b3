"""Progress on stderr: a bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

LINE_SECONDS = 10.0
"""Time between two lines where stderr is not a terminal."""

Update = Callable[[int], None]
"""Called with the amount done so far."""


@contextmanager
def progress(title: str, total: int, done: int = 0) -> Iterator[Update]:
    """Show how far a stage is; `done` of `total` was there before."""
    shown = _bar if sys.stderr.isatty() else _lines
    with shown(title, total, done) as update:
        yield update


@contextmanager
def _bar(title: str, total: int, done: int) -> Iterator[Update]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total, completed=done)
        yield lambda now: bar.update(task, completed=now)


@contextmanager
def _lines(title: str, total: int, done: int) -> Iterator[Update]:
    started = last = time.monotonic()

    def update(now: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last < LINE_SECONDS or now <= done:
            return
        last = moment
        left = (moment - started) * (total - now) / (now - done)
        rest = timedelta(seconds=round(left))
        print(f"{title}: {now}/{total}, {rest} left", file=sys.stderr, flush=True)

    yield update
    print(f"{title}: took {timedelta(seconds=round(time.monotonic() - started))}", file=sys.stderr)

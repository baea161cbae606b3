"""A suite's plan, and its jobs while they run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from shlex import join

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tryonbench.cli.options import note
from tryonbench.suite.execute import Runner, Show, last_line
from tryonbench.suite.plan import Job
from tryonbench.suite.record import Entry, Record, State

STYLES: dict[State, str] = {"done": "green", "failed": "red", "blocked": "red", "running": "bold"}
URGENCY: tuple[State, ...] = ("running", "failed", "stopped", "waiting", "blocked", "done")
OTHER_LINES = 3
"""Of the table: its heading, how many jobs are in which state, and the cursor's."""
HEARD_EVERY = 30.0
"""Seconds between two lines of a job that runs, where there is no table."""


def print_plan(
    jobs: Sequence[Job],
    todo: set[str],
    record: Record,
    seconds: dict[str, float | None],
    total: tuple[float, int],
) -> None:
    """The jobs with what became of them, how long they may take and their commands, on stdout."""
    for job in jobs:
        state = _planned(record.of(job), seconds[job.name]) if job.name in todo else "done"
        print(f"{job.name} ({state}): tryonbench {join(job.arguments())}")
    print(f"{len(todo)} of {len(jobs)} jobs to run: {_total(*total, len(todo))}")


def _planned(entry: Entry, seconds: float | None) -> str:
    """A job that is to run: its time, behind its state if it was begun or went wrong."""
    if entry.state in ("waiting", "done"):
        return _time(seconds)
    return f"{entry.state}{f': {entry.message}' if entry.message else ''}; {_time(seconds)}"


def _total(needed: float, unknown: int, count: int) -> str:
    """How long the jobs may take, as far as that is known."""
    about = [f"about {_time(needed)}"] if unknown < count or not count else []
    return ", and ".join([*about, *([f"{unknown} of unknown length"] if unknown else [])])


def _time(seconds: float | None) -> str:
    return "unknown" if seconds is None else str(timedelta(seconds=round(seconds)))


@contextmanager
def shown(jobs: Sequence[Job], runner: Runner) -> Iterator[Show]:
    """A table of states on a terminal, a line a change elsewhere; on stderr."""
    if not sys.stderr.isatty():
        yield _lines(jobs, runner)
        return
    console = Console(stderr=True)

    def table() -> Table:
        return _table(visible(jobs, runner.record, console.height - OTHER_LINES), jobs, runner)

    with Live(table(), console=console, auto_refresh=False) as live:
        try:
            yield lambda: live.update(table(), refresh=True)
        finally:
            live.update(table(), refresh=True)


def visible(jobs: Sequence[Job], record: Record, room: int) -> list[Job]:
    """As many jobs as there is room for, in their order: first those that run, then those that went
    wrong, then what is next."""
    urgent = sorted(jobs, key=lambda job: URGENCY.index(record.of(job).state))
    chosen = {job.name for job in urgent[: max(1, room)]}
    return [job for job in jobs if job.name in chosen]


def _table(shown: Sequence[Job], jobs: Sequence[Job], runner: Runner) -> Table:
    """Job, state, time, and the last line of what it writes; below, how many are in which state."""
    table = Table(box=None, pad_edge=False, caption_justify="left")
    for heading, is_kept in (("job", False), ("state", True), ("time", True), ("", False)):
        table.add_column(heading, no_wrap=is_kept)  # the others give way on a narrow terminal
    started = {one.job.name: one.seconds for one in runner.running}
    for job in shown:
        entry = runner.record.of(job)
        seconds = started.get(job.name, entry.seconds if entry.state == "done" else None)
        line = last_line(runner.record.log(job)) if entry.state == "running" else entry.message
        style = STYLES.get(entry.state, "")
        time = _time(seconds) if seconds else ""
        table.add_row(_cut(job.name), Text(entry.state, style), time, _cut(line, "dim"))
    counts = Counter(runner.record.of(job).state for job in jobs)
    table.caption = ", ".join(f"{counts[state]} {state}" for state in URGENCY if counts[state])
    return table


def _cut(text: str, style: str = "") -> Text:
    """Text of one line, as long as there is room for."""
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _lines(jobs: Sequence[Job], runner: Runner) -> Callable[[], None]:
    """Tell each change of state, and now and then the last line of each job that runs."""
    told = {job.name: runner.record.of(job).state for job in jobs}
    heard: dict[str, float] = {}

    def show() -> None:
        for job in jobs:
            entry = runner.record.of(job)
            if entry.state != told[job.name]:
                told[job.name] = entry.state
                note(_change(job, entry))
        for one in runner.running:
            if one.seconds - heard.get(one.job.name, 0.0) >= HEARD_EVERY:
                heard[one.job.name] = one.seconds
                line = last_line(runner.record.log(one.job))
                note(f"{one.job.name}: {line.removeprefix(f'{one.job.name}: ') or 'no line yet'}")

    return show


def _change(job: Job, entry: Entry) -> str:
    took = f" in {_time(entry.seconds)}" if entry.state == "done" else ""
    return f"{job.name}: {entry.state}{took}{f': {entry.message}' if entry.message else ''}"

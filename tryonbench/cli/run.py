"""`tryonbench run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Runs, data_root, note

if TYPE_CHECKING:
    from tryonbench.suite.plan import Job
    from tryonbench.suite.record import Record
    from tryonbench.suite.spec import Suite


SuiteFile = Annotated[Path, typer.Argument(help="YAML file; docs/suites.md says what is in it.")]
Again = Annotated[
    bool, typer.Option("--again", help="Start every job; each makes only what is missing.")
]


def run(
    suite: SuiteFile,
    jobs: Annotated[
        Optional[int], typer.Option(min=1, help="Commands at once; else the suite's own number.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print the plan, with the time it may take.")
    ] = False,
    again: Again = False,
    runs: Runs = RUNS,
) -> None:
    """Train, score and report all that a suite file names: only what is missing.

    A job that fails leaves the others alone; the same command again runs what is not done.

    Example: `tryonbench run suite.yaml --jobs 2`
    """
    from tryonbench.suite.spec import read_suite

    run_suite(read_suite(suite), runs, jobs, dry_run, again)


def run_suite(
    suite: Suite, runs: Path, at_once: int | None = None, dry: bool = False, again: bool = False
) -> None:
    """Run a suite's jobs, or print them; exit code 3 if some did not end well."""
    from tryonbench.suite.plan import Planner
    from tryonbench.suite.record import Record, left

    jobs = Planner(suite, suite_root(suite, dry), runs).jobs()
    record = Record(runs / "suites" / suite.name)
    todo, places = left(jobs, record, again), at_once or suite.jobs
    if dry:
        _print_plan(suite, jobs, todo, record, runs, places)
    elif todo:
        with record.locked():
            _run(jobs, todo, record, places)
        _tell_end(jobs, record)
    else:
        note(f"{suite.name}: all {len(jobs)} jobs are done; --again looks at each anew")


def suite_root(suite: Suite, dry: bool) -> Path:
    """The data; a procedural set is drawn now, and an address asked, unless the plan is only
    printed.

    Raises:
        InputError: there are no data where the suite says.
    """
    from tryonbench.data.default import DEFAULT, drawn_folder, drawn_root
    from tryonbench.data.layout import open_split, splits
    from tryonbench.shards.address import is_remote

    if suite.data:
        if not (dry and is_remote(suite.data)):
            root = data_root(suite.data)
            open_split(root, next(iter(splits(root)), "test"))
        return suite.data
    spec = suite.draw.spec() if suite.draw else DEFAULT
    return drawn_folder(spec) if dry else drawn_root(spec)


def _run(jobs: list[Job], todo: list[Job], record: Record, at_once: int) -> None:
    from tryonbench.cli.run_show import shown
    from tryonbench.suite.execute import Runner

    note(f"{len(todo)} of {len(jobs)} jobs to run, {at_once} at once; their lines: {record.folder}")
    runner = Runner(todo, record, at_once)
    with shown(jobs, runner) as show:
        runner.run(show)


def _tell_end(jobs: list[Job], record: Record) -> None:
    """Where the report is, and what went wrong.

    Raises:
        typer.Exit: with 3 if something did.
    """
    for job in jobs:
        if job.there and record.of(job).state == "done":
            note(f"report: {job.makes[0]}")
    bad = [job for job in jobs if record.of(job).state in ("failed", "blocked")]
    for job in bad:
        note(f"{record.of(job).state}: {job.name}: {record.of(job).message}")
    if bad:
        note("mend it and run the same command again; what is done stays")
        raise typer.Exit(3)


def _print_plan(
    suite: Suite, jobs: list[Job], todo: list[Job], record: Record, runs: Path, at_once: int
) -> None:
    from tryonbench.cli.run_show import print_plan
    from tryonbench.suite.estimate import estimates, together

    seconds = estimates(suite, jobs, record, runs)
    total = together(todo, seconds, at_once)
    print_plan(jobs, {job.name for job in todo}, record, seconds, total)

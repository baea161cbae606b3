"""`tryonbench demo`: from nothing to a comparison report."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tryonbench.cli.options import RUNS, Runs, note

if TYPE_CHECKING:
    from tryonbench.suite.spec import Suite

REPORT = Path("reports/demo")


def demo(
    runs: Runs = RUNS,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = REPORT,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print the plan, with the time it may take.")
    ] = False,
) -> None:
    """Draw and prepare a small procedural set, train every method at `nano`, evaluate, report.

    A suite of every installed method, as `tryonbench run` runs one from a file. Interrupted, the
    same command goes on where it was.
    """
    from tryonbench.cli.evaluate import evaluate
    from tryonbench.cli.run import run_suite
    from tryonbench.data.default import default_root
    from tryonbench.suite.plan import Planner

    started = time.monotonic()
    suite = demo_suite(out)
    run_suite(suite, runs, dry=dry_run)
    if dry_run:
        return
    data = default_root()
    names = [row.run for row in Planner(suite, data, runs).rows()]
    evaluate(run=names, data=data, runs=runs)
    note(f"demo took {timedelta(seconds=round(time.monotonic() - started))}")


def demo_suite(report: Path) -> Suite:
    """Every installed method with its usual settings on the default data; trainings at once.

    Small networks leave much of several cores idle: on two cores, two trainings of `nano` at once
    took three quarters of the time of one after another.
    """
    from tryonbench.registry import entries, method_class
    from tryonbench.suite.spec import Entry, Suite

    trained = sum(method_class(name).info.trainable for name in entries())
    methods = tuple(Entry.model_validate({"method": name}) for name in entries())
    return Suite(name="demo", methods=methods, report=report, jobs=max(1, trained))

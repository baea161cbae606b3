"""`tryonbench launch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tryonbench.cli import launch_options as options
from tryonbench.cli.options import RUNS, Runs, note
from tryonbench.cli.run import Again, SuiteFile, suite_root

if TYPE_CHECKING:
    from tryonbench.suite.slurm import Resources

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Run a suite on many machines.")
OWN = ("array", "dependency")
"""Options of sbatch that make the suite what it is."""


@app.callback()
def launch() -> None:
    """Run a suite on many machines."""


@app.command()
def slurm(
    suite: SuiteFile,
    partition: options.Partition = None,
    account: options.Account = None,
    minutes: options.Minutes = 240,
    gpus: options.Gpus = None,
    cpus: options.Cpus = None,
    memory: options.Memory = None,
    at_once: options.AtOnce = 64,
    largest: options.Largest = 1000,
    exclusive: options.Exclusive = True,
    timeouts: options.Timeouts = 20,
    setup: options.Setup = None,
    sbatch: options.Sbatch = None,
    dry_run: options.DryRun = False,
    again: Again = False,
    runs: Runs = RUNS,
) -> None:
    """Submit what is missing of a suite to Slurm, a task a (method, protocol, seed).

    Data and runs lie on a file system that all machines share; see docs/clusters.md.

    Example: `tryonbench launch slurm suite.yaml --partition gpu --gpus 1 --cpus 8 --time 240`
    """
    from tryonbench.suite.slurm import Resources

    asked = Resources(
        minutes=minutes,
        partition=partition,
        account=account,
        gpus=gpus,
        cpus=cpus,
        memory=memory,
        at_once=at_once,
        largest=largest,
        exclusive=exclusive,
        timeouts=timeouts,
        setup=tuple(setup or ()),
        extra=_pairs(sbatch or []),
    )
    launch_suite(suite, runs, asked, dry_run, again)


def _pairs(texts: list[str]) -> dict[str, str]:
    """
    Raises:
        InputError: one is not KEY=VALUE, or would undo the suite's order.
    """
    from tryonbench.errors import InputError

    if wrong := [text for text in texts if not text.partition("=")[1]]:
        raise InputError(f'--sbatch "{wrong[0]}" is not KEY=VALUE, such as qos=long')
    pairs = {key.lstrip("-"): value for key, _, value in (text.partition("=") for text in texts)}
    if own := [key for key in pairs if key in OWN]:
        raise InputError(f"--sbatch {own[0]}: the suite itself decides that; leave it out")
    return pairs


def launch_suite(path: Path, runs: Path, asked: Resources, dry: bool, again: bool) -> None:
    """Submit a suite's jobs, or print the scripts."""
    from tryonbench.suite.plan import Planner
    from tryonbench.suite.record import Record, left
    from tryonbench.suite.slurm import require_slurm, require_submitit, scripts, submit
    from tryonbench.suite.spec import read_suite

    require_submitit()
    suite = read_suite(path)
    if not dry:
        require_slurm()
    jobs = Planner(suite, suite_root(suite, dry), runs).jobs()
    record = Record(runs / "suites" / suite.name)
    todo = left(jobs, record, again)
    if not todo:
        note(f"{suite.name}: all {len(jobs)} jobs are done; --again looks at each anew")
    elif dry:
        print("\n".join(scripts(todo, suite.name, record.folder, asked)))
    else:
        with record.locked():
            for array, number in submit(todo, suite.name, record.folder, asked):
                note(f"{number}: {array.name}, {len(array.jobs)} tasks")
        note(f"{len(todo)} of {len(jobs)} jobs submitted; their lines: {record.folder}")

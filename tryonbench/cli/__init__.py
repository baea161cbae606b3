"""The command line. Each command is a file; heavy imports are inside the functions."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import typer

from tryonbench.cli import (
    bench,
    compare,
    data,
    demo,
    diagnose,
    doctor,
    evaluate,
    export,
    generate,
    launch,
    methods,
    report,
    results,
    run,
    train,
    tune,
    weights,
)
from tryonbench.cli.processes import refuse_alone
from tryonbench.errors import StorageError, TryonbenchError
from tryonbench.processes.failure import is_launched, tell, tell_bug
from tryonbench.processes.meeting import speak_for_all
from tryonbench.processes.world import world
from tryonbench.storage import storage_line

app = typer.Typer(
    name="tryonbench",
    help="Train, evaluate and compare virtual try-on methods under one protocol.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "demo": (demo.demo, "From nothing to a report: draw, train, evaluate, report."),
    "train": (train.train, "Train a method, or go on with its interrupted run."),
    "diagnose": (diagnose.diagnose, "Say why a training does not learn."),
    "generate": (generate.generate, "Make a run's images for a protocol."),
    "eval": (evaluate.evaluate, "Generate what is missing, score it, and print the table."),
    "bench": (bench.bench, "Measure what methods cost: time, memory, FLOPs, energy."),
    "export": (export.export, "Write a method for other runtimes: ONNX, TorchScript, int8."),
    "compare": (compare.compare, "Test whether runs differ, and say so in words."),
    "report": (report.report, "Write one HTML file that compares evaluated runs."),
    "run": (run.run, "Train, score and report all that a suite file names."),
    "tune": (tune.tune, "Try a method's settings with Optuna."),
    "doctor": (doctor.doctor, "What is missing here, and what mends it."),
}
"""With a line for `tryonbench --help`, whose 80 columns have room for 66 letters."""
for name, (command, line) in COMMANDS.items():
    app.command(name, short_help=line)(command)
app.add_typer(data.app, name="data")
app.add_typer(launch.app, name="launch")
app.add_typer(methods.app, name="methods")
app.add_typer(results.app, name="results")
app.add_typer(weights.app, name="weights")


def main() -> None:
    """Exit codes: 0, 1 failed, 2 usage or input, 3 some of --all or bench failed, 130 interrupted.

    SIGTERM, as a scheduler sends it, is treated as Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    speak_for_all()
    try:
        refuse_alone("".join(sys.argv[1:2]))
        app()
    except TryonbenchError as error:
        tell(str(error))
        sys.exit(error.exit_code)
    except Exception as error:
        if line := storage_line(error):
            tell(line)
            sys.exit(StorageError.exit_code)
        if world().count == 1:
            raise
        sys.exit(tell_bug(error))
    except SystemExit as done:
        if done.code == 130 and not is_launched():
            print("interrupted: run the same command again to go on", file=sys.stderr)
        raise

"""`tryonbench demo`: from nothing to a comparison report."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from tryonbench.cli.options import RUNS, Runs, note

REPORT = Path("reports/demo")


def demo(
    runs: Runs = RUNS,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = REPORT,
) -> None:
    """Draw and prepare a small procedural set, train every method at `nano`, evaluate, report.

    Interrupted, the same command goes on where it was.
    """
    from tryonbench.cli.data_prepare import prepare
    from tryonbench.cli.evaluate import evaluate
    from tryonbench.cli.report import report
    from tryonbench.cli.together import run_together
    from tryonbench.data.default import DEFAULT, default_root
    from tryonbench.registry import entries, method_class

    started = time.monotonic()
    data = default_root()
    note(f"data: {data}")
    trainable = [name for name in entries() if method_class(name).info.trainable]
    prepare(data, "x".join(map(str, DEFAULT.size)), ["train"])
    note(f"[1/3] train {', '.join(trainable)} at once")
    where = ("--data", str(data), "--runs", str(runs))
    run_together([("train", "--method", name, *where) for name in trainable])
    note("[2/3] evaluate")
    evaluate(all_=True, data=data, runs=runs)
    note("[3/3] report")
    report(out=out, runs=runs)
    note(f"demo took {timedelta(seconds=round(time.monotonic() - started))}")

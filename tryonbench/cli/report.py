"""`tryonbench report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Mix, Runs, note


def report(
    run: Annotated[Optional[list[Path]], typer.Argument(help="Runs; all if none is given.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/comparison"),
    mix: Mix = False,
    runs: Runs = RUNS,
) -> None:
    """Write one HTML file that compares the evaluated runs; it opens offline.

    Results of different settings never share a table, unless with --mix, which marks them.

    Example: `tryonbench report --out reports/mine`
    """
    from tryonbench.report import build_report
    from tryonbench.runs import find_runs

    found = find_runs(run or [], runs)
    page = build_report(found, out, tell=note, mix=mix)
    note(f"report: {page}")

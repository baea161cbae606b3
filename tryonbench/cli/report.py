"""`tryonbench report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Mix, Runs, note

Samples = Annotated[
    int, typer.Option(min=0, help="Samples of each gallery whose pictures the file carries.")
]
Full = Annotated[bool, typer.Option("--full", help="Link each picture of the gallery to its file.")]
Figures = Annotated[str, typer.Option(help="Figures as files: svg, png, pdf or none.")]
Compare = Annotated[
    Optional[Path],
    typer.Option(help="tables.json of an older report: adds a column of what changed."),
]
Study = Annotated[
    Optional[list[Path]],
    typer.Option("--study", help="Study of `tune`: its folder or study.json. Repeatable."),
]


def report(
    run: Annotated[Optional[list[Path]], typer.Argument(help="Runs; all if none is given.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/comparison"),
    samples: Samples = 96,
    full: Full = False,
    figures: Figures = "svg",
    compare: Compare = None,
    mix: Mix = False,
    study: Study = None,
    runs: Runs = RUNS,
) -> None:
    """Write one HTML file that compares the evaluated runs; it opens offline.

    Beside it: tables (CSV, Markdown, LaTeX, JSON) and, where kaleido and a Chromium are there,
    the figures. Results of different settings never share a table, unless with --mix, which
    marks them.

    Example: `tryonbench report --out reports/mine`
    """
    from tryonbench.report import Options, Size, build_report
    from tryonbench.report.export import checked_format
    from tryonbench.runs import find_runs

    ending, studies = checked_format(figures), tuple(study or ())
    options = Options(Size(samples, full=full), mix, ending, compare, studies)
    page = build_report(find_runs(run or [], runs), out, options, tell=note)
    note(f"report: {page}")

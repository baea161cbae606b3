"""`tryonbench compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from tryonbench.cli.options import RUNS, Json, Mix, Runs, keys_of

if TYPE_CHECKING:
    from rich.table import Table

    from tryonbench.results.compare import Comparison
    from tryonbench.stats.family import PairTest


def compare(
    run: Annotated[list[Path], typer.Argument(help="Two evaluated runs or more.")],
    protocol: Annotated[
        Optional[str], typer.Option(help="Protocol; the one that all runs have, if there is one.")
    ] = None,
    metrics: Annotated[Optional[str], typer.Option(help="Metrics, comma separated.")] = None,
    alpha: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="Chance of claiming any wrong difference.")
    ] = 0.05,
    mix: Mix = False,
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Test whether runs differ, on the values that they have for the same images.

    Each pair of runs and each metric is a test: sign flips of the paired differences, or for FID,
    KID and their like the spread over random halves, with Holm's correction over all of them. What
    is tested is these runs on such images; another seed of the training is another run.

    Example: `tryonbench compare RUN_A RUN_B --metrics ssim,psnr`
    """
    from tryonbench.results.compare import compare_runs
    from tryonbench.runs import find_run

    chosen = [find_run(path, runs) for path in run]
    found = compare_runs(chosen, protocol, keys_of(metrics), alpha, mix)
    if as_json:
        print(json.dumps(found.as_json(), indent=2, allow_nan=False))
    else:
        _print(found)


def _print(found: Comparison) -> None:
    """The table, then a verdict for each test, then what stands against it."""
    from tryonbench.cli.show import console
    from tryonbench.results.compare import verdict

    screen, result = console(), found.result
    title = f"\n{result.protocol}  n = {found.n}  fingerprint {result.fingerprint}"
    screen.print(title, style="bold", highlight=False)
    screen.print(_table(found))
    for line in [*map(verdict, found.tests), *_remarks(found)]:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(found: Comparison) -> Table:
    from rich.table import Table
    from rich.text import Text

    level = f"{100 * (1 - found.alpha):g} %"
    table = Table("metric", "A", "B")
    for heading in ("A", "B", f"A − B ({level})", "d", "A better on", "p", "p (Holm)"):
        table.add_column(heading, justify="right")
    for test in found.tests:
        table.add_row(*map(Text, _cells(test)))
    return table


def _cells(test: PairTest) -> tuple[str, ...]:
    from tryonbench.results.cells import metric_style
    from tryonbench.results.compare import p_text

    style = metric_style(test.metric)
    return (
        style.label,
        test.first,
        test.second,
        style.text(test.value_first),
        style.text(test.value_second),
        _difference(test),
        "" if test.effect is None else f"{test.effect:+.2f}",
        "" if test.superiority is None else f"{test.superiority:.0%}",
        *(p_text(p).removeprefix("p = ").removeprefix("p ") for p in (test.p, test.p_holm)),
    )


def _difference(test: PairTest) -> str:
    """With its interval, to one decimal more than the values."""
    from dataclasses import replace

    from tryonbench.results.cells import metric_style

    style = metric_style(test.metric)
    finer = replace(style, decimals=style.decimals + 1)
    if test.low is None or test.high is None:
        return finer.text(test.difference)
    return f"{finer.text(test.difference)} ({finer.text(test.low)} to {finer.text(test.high)})"


def _remarks(found: Comparison) -> list[str]:
    """Seeds, what was not compared, and what the results say of themselves."""
    from tryonbench.results.cells import short_label
    from tryonbench.results.seeds import spread_lines

    left_out = [
        f"{short_label(key)} was not compared: {why}" for key, why in found.left_out.items()
    ]
    return [*spread_lines(found.seeds), *left_out, *found.notes]

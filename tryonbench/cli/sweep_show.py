"""A sweep as a table on the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from tryonbench.cli.show import console
from tryonbench.efficiency.schema import BenchReport
from tryonbench.sweep.schema import Sweep
from tryonbench.sweep.table import conditions, headings, lines, remarks, title


def print_sweep(report: BenchReport, sweep: Sweep) -> None:
    """The fastest variant first; below, what the marks mean and what is missing."""
    screen, table = console(), Table()
    table.add_column("variant", overflow="fold")
    for heading in headings(sweep)[1:]:
        table.add_column(Text(heading), justify="right", overflow="fold")
    for line in lines(report, sweep):
        table.add_row(*map(Text, line.cells))
    screen.print(f"\n{title(sweep)}", style="bold", highlight=False)
    screen.print(conditions(report), highlight=False)
    screen.print(table)
    for text in remarks(report, sweep):
        screen.print(text, markup=False, highlight=False, soft_wrap=True)

"""Collect what some runs left behind and write the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tryonbench.files import write_text
from tryonbench.report import figures
from tryonbench.report.colours import Look, looks
from tryonbench.report.entries import Collected, Entry, collect, names_by_folder
from tryonbench.report.gallery import gallery_of
from tryonbench.report.page import Page, Part, render
from tryonbench.report.reproduce import origins
from tryonbench.report.summary import findings
from tryonbench.report.training import panels_of
from tryonbench.results.formats import write_tables
from tryonbench.results.seeds import spread_lines, spreads_of
from tryonbench.results.tables import Table, kept_apart, tables
from tryonbench.runs import Run

SAMPLES = 24
"""Samples of a gallery."""


def build_report(
    runs: Sequence[Run],
    out: Path,
    samples: int = SAMPLES,
    tell: Callable[[str], None] = lambda line: None,
    mix: bool = False,
) -> Path:
    """Write `out/index.html`, one file that opens offline, and the tables beside it.

    Args:
        tell: called with a line for each run or result that is left out as unreadable, and for
            results that are kept apart.
        mix: results of different fingerprints share a table, marked.

    Returns:
        The page's path.

    Raises:
        InputError: no run has results, or `out` cannot be written.
    """
    collected = collect(runs)
    all_tables = tables([entry.result for entry in collected.entries], mix)
    for line in [*(f"left out: {why}" for why in collected.left_out), *kept_apart(all_tables)]:
        tell(line)
    path = out / "index.html"
    write_text(path, render(_page(collected, all_tables, samples)))
    write_tables(all_tables, out / "tables")
    return path


def _page(collected: Collected, all_tables: Sequence[Table], samples: int) -> Page:
    """The page's model."""
    runs, entries = collected.runs, collected.entries
    names = names_by_folder(runs, entries)
    floors = [row.name for table in all_tables for row in table.rows if row.floor]
    look = looks(names.values(), floors)
    panels = panels_of(runs, names)
    return Page(
        created=datetime.now(UTC).strftime("%d %B %Y"),
        parts=[_part(table, entries, look, samples) for table in all_tables],
        training=[(panel, figures.training(panel, look[panel.method])) for panel in panels],
        origins=origins(runs, entries, names),
        looks=look,
        left_out=collected.left_out,
    )


def _part(table: Table, entries: Sequence[Entry], look: Mapping[str, Look], samples: int) -> Part:
    """What is shown for one table."""
    gallery = gallery_of(table, entries, samples)
    return Part(
        table, findings(table), figures.tradeoff(table, look), gallery, _seeds(table, entries)
    )


def _seeds(table: Table, entries: Sequence[Entry]) -> list[str]:
    """What runs that differ in their seed alone have in common."""
    own = [e for e in entries if table.holds(e.result) and e.result.skipped is None]
    return spread_lines(spreads_of([(e.name, e.run, e.result) for e in own]))

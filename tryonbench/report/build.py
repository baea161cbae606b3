"""Collect what some runs left behind and write the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from tryonbench.errors import listed
from tryonbench.files import write_text
from tryonbench.report.cards import cards_of
from tryonbench.report.charts.base import Figure
from tryonbench.report.charts.efficiency import latencies, memories, throughputs
from tryonbench.report.charts.training import training
from tryonbench.report.checks import checks_of
from tryonbench.report.colours import Look, looks
from tryonbench.report.efficiency import Bench, benches_of
from tryonbench.report.entries import Collected, Entry, collect, names_by_folder, without_results
from tryonbench.report.export import Format, write_figures
from tryonbench.report.gallery import DEFAULT, Size
from tryonbench.report.grids import strips_of
from tryonbench.report.lost import lost
from tryonbench.report.page import Page, render
from tryonbench.report.parts import part_of
from tryonbench.report.reproduce import origins
from tryonbench.report.sensitivity import is_preset, sensitivities
from tryonbench.report.studies import studies_of, study_figures
from tryonbench.report.summary import joined
from tryonbench.report.training import panels_of
from tryonbench.results.as_json import Saved, load_tables, save_tables
from tryonbench.results.formats import TABLE_ENDINGS, write_tables
from tryonbench.results.tables import Table, kept_apart, tables
from tryonbench.runs import Run

BESIDE = (*(f"tables/*.{e}" for e in TABLE_ENDINGS), *(f"figures/*.{e}" for e in get_args(Format)))
"""The files that reports write, beside `tables.json`."""


@dataclass(frozen=True)
class Options:
    """What a report is asked to be."""

    size: Size = DEFAULT
    mix: bool = False
    """Results of different fingerprints share a table, marked."""
    figures: Format | None = "svg"
    """The kind of the figures' files; None for none."""
    compare: Path | None = None
    """`tables.json` of an older report."""
    studies: Sequence[Path] = ()
    """Studies of `tryonbench tune`, beside those found beside the runs."""


def build_report(
    runs: Sequence[Run],
    out: Path,
    options: Options | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write `out/index.html`, one file that opens offline, and tables and figures beside it.

    Args:
        tell: called with a line for each run or result that is left out as unreadable, for
            results that are kept apart, for a run without results, for files of results that
            are gone, for galleries without pictures, for files of an earlier report, and if no
            figures can be written.

    Returns:
        The page's path.

    Raises:
        InputError: no run has results, the older report cannot be read, or `out` cannot be
            written.
    """
    options = options or Options()
    old = load_tables(options.compare) if options.compare else None
    collected = collect(runs)
    results = [entry.result for entry in collected.entries]
    all_tables = tables(results, options.mix)
    for line in [*(f"left out: {why}" for why in collected.left_out), *kept_apart(all_tables)]:
        tell(line)
    for line in [*without_results(collected.runs), *lost(collected.entries)]:
        tell(line)
    page = _page(collected, all_tables, options, out, old)
    for line in _without_pictures(page):
        tell(line)
    path = out / "index.html"
    write_text(path, render(page))
    written = write_tables(all_tables, out / "tables")
    save_tables(out / "tables" / "tables.json", all_tables, page.created)
    if options.figures:
        written += write_figures(_figures(page), out / "figures", options.figures, tell)
    if older := _older(out, written):
        tell(f"of an earlier report, not of this one; delete them: {listed(older)}")
    return path


def _older(out: Path, written: Sequence[Path]) -> list[Path]:
    """Tables and figures beside the page that show something else than it."""
    there = [file for pattern in BESIDE for file in out.glob(pattern)]
    return sorted(set(there) - set(written))


def _page(
    collected: Collected,
    all_tables: Sequence[Table],
    options: Options,
    out: Path,
    old: Saved | None,
) -> Page:
    """The page's model."""
    runs, entries = collected.runs, collected.entries
    names = names_by_folder(runs, entries)
    floors = [row.name for table in all_tables for row in table.rows if row.floor]
    benches = benches_of(runs, _single(entries))
    look = looks(_methods(runs, entries, names, benches.rows), floors)
    own = [table for table in all_tables if not _of_preset(table, entries)] or all_tables
    panels = panels_of(runs, names)
    return Page(
        created=datetime.now(UTC).strftime("%d %B %Y"),
        parts=[part_of(table, entries, look, options.size, out, old) for table in own],
        training=[(panel, training(panel, look[panel.method])) for panel in panels],
        strips=strips_of(runs, names),
        benches=benches,
        efficiency=_efficiency(benches.rows, look),
        sensitivities=sensitivities(entries),
        checks=checks_of(entries),
        cards=cards_of(runs, entries, names),
        origins=origins(runs, entries, names),
        looks=look,
        left_out=[*collected.left_out, *benches.left_out],
        studies=studies_of(runs, options.studies),
    )


def _without_pictures(page: Page) -> list[str]:
    """A line for each reason why galleries have no pictures."""
    why: dict[str, list[str]] = {}
    for part in page.parts:
        if part.gallery.images.problem:
            why.setdefault(part.gallery.images.problem, []).append(part.table.protocol)
    return [f"no pictures of {joined(named)}: {reason}" for reason, named in why.items()]


def _methods(
    runs: Sequence[Run], entries: Sequence[Entry], names: Mapping[Path, str], rows: Sequence[Bench]
) -> dict[str, str]:
    """The method of everything that has a name in the report."""
    found = {bench.name: bench.method for bench in rows}
    found |= {names[run.folder]: str(run.manifest()["method"]) for run in runs}
    return found | {entry.name: entry.result.method for entry in entries}


def _single(entries: Sequence[Entry]) -> dict[str, str]:
    """The row's name of each method that has one row only."""
    rows: dict[str, set[str]] = {}
    for entry in entries:
        rows.setdefault(entry.result.method, set()).add(entry.name)
    return {method: next(iter(found)) for method, found in rows.items() if len(found) == 1}


def _of_preset(table: Table, entries: Sequence[Entry]) -> bool:
    return any(is_preset(e.result) for e in entries if table.holds(e.result))


def _efficiency(rows: Sequence[Bench], look: Mapping[str, Look]) -> dict[str, Figure]:
    """The figures of the benchmarks that can be drawn."""
    found = {
        "latency": latencies(rows, look),
        "throughput": throughputs(rows, look),
        "memory": memories(rows, look),
    }
    return {name: figure for name, figure in found.items() if figure}


def _figures(page: Page) -> dict[str, Figure]:
    """Every figure of the page by the name of its file."""
    parts = {
        f"{part.table.protocol} {part.table.fingerprint[:6]} {name}": figure
        for part in page.parts
        for name, figure in part.figures.items()
    }
    panels = {
        f"training {panel.method} {panel.phase} {panel.kind.name}": figure
        for panel, figure in page.training
    }
    efficiency = {f"efficiency {k}": v for k, v in page.efficiency.items()}
    return parts | efficiency | panels | study_figures(page.studies)

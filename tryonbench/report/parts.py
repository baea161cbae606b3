"""Everything that the page shows of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tryonbench.report.attributes import attributes_of
from tryonbench.report.changes import changes_of
from tryonbench.report.charts.differences import differences
from tryonbench.report.charts.distributions import distributions
from tryonbench.report.charts.profile import profile
from tryonbench.report.charts.subgroups import subgroups
from tryonbench.report.charts.tradeoff import tradeoff
from tryonbench.report.colours import Look
from tryonbench.report.entries import Entry
from tryonbench.report.gallery import Size, gallery_of
from tryonbench.report.images import per_image
from tryonbench.report.page import Part
from tryonbench.report.ranks import opening, ranks
from tryonbench.report.summary import findings
from tryonbench.report.verdicts import verdicts
from tryonbench.results.as_json import Saved
from tryonbench.results.seeds import spread_lines, spreads_of
from tryonbench.results.tables import Table


def part_of(
    table: Table,
    entries: Sequence[Entry],
    look: Mapping[str, Look],
    size: Size,
    out: Path,
    old: Saved | None,
) -> Part:
    """What is shown for one table.

    Args:
        out: the folder of the page.
        old: the tables of an older report.
    """
    own = [entry for entry in entries if table.holds(entry.result)]
    images = per_image(table, own)
    found, attributes = verdicts(images), attributes_of(images)
    figures = {
        "tradeoff": tradeoff(table, look),
        "profile": profile(table, look),
        "distributions": distributions(images, look),
        "differences": differences(images, found, look),
        "subgroups": subgroups(images, attributes, look),
    }
    height, width = own[0].result.size
    ranked = ranks(table)
    return Part(
        table=table,
        size=f"{height}x{width}",
        findings=findings(table, found),
        ranks=ranked,
        opening=opening(table, ranked),
        verdicts=found,
        figures={name: figure for name, figure in figures.items() if figure},
        gallery=gallery_of(images, attributes, size, out),
        seeds=_seeds(own),
        changes=changes_of(table, old) if old else None,
    )


def _seeds(own: Sequence[Entry]) -> list[str]:
    """What runs that differ in their seed alone have in common."""
    made = [entry for entry in own if entry.result.skipped is None]
    return spread_lines(spreads_of([(e.name, e.run, e.result) for e in made]))

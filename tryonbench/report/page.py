"""From data to HTML: the page's model and its templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from string import ascii_lowercase

from jinja2 import Environment
from markupsafe import Markup

from tryonbench import __version__
from tryonbench.html import environment
from tryonbench.report import assets
from tryonbench.report.cards import Card
from tryonbench.report.changes import Changes
from tryonbench.report.charts.base import Figure
from tryonbench.report.checks import Check
from tryonbench.report.colours import Look
from tryonbench.report.efficiency import Benches
from tryonbench.report.finding import Finding
from tryonbench.report.gallery import Gallery
from tryonbench.report.glossary import meaning
from tryonbench.report.grids import Strip
from tryonbench.report.ranks import FEWEST, NAME, RANK, Opening, Ranks
from tryonbench.report.reproduce import Origin
from tryonbench.report.sensitivity import Sensitivity
from tryonbench.report.studies import StudyView
from tryonbench.report.training import Panel
from tryonbench.report.verdicts import Verdicts
from tryonbench.results.cells import COSTS, Column
from tryonbench.results.compare import p_text, verdict
from tryonbench.results.tables import Table

HALF_UP = 1e-9
"""Added to a mean rank before it is rounded, by the page's script, too: 1.25 is 1.3 in both."""


@dataclass(frozen=True)
class Part:
    """Everything about one table."""

    table: Table
    size: str
    """`64x48`."""
    findings: Sequence[Finding]
    ranks: Ranks
    opening: Opening
    verdicts: Verdicts
    figures: Mapping[str, Figure]
    """By name: those that could be drawn."""
    gallery: Gallery
    seeds: Sequence[str]
    """How far runs that differ in their seed alone lie apart, a line for each metric."""
    changes: Changes | None = None

    @property
    def compares(self) -> bool:
        """Whether there are methods that can be compared."""
        return sum(row.contends for row in self.table.rows) >= FEWEST

    @property
    def marks_costs(self) -> bool:
        """Whether the best cost is marked: not where they were measured in different ways."""
        return len(self.table.conditions) <= 1

    @cached_property
    def marks(self) -> dict[str, str]:
        """A letter for each reason why a value is missing, and for each note on a row."""
        return {text: letter(i) for i, text in enumerate([*self.table.missing, *self.row_notes])}

    @cached_property
    def row_notes(self) -> dict[str, list[str]]:
        """What stands against comparing rows that were not skipped: for each note, their names."""
        found: dict[str, list[str]] = {}
        for row in self.table.rows:
            if row.note and not row.skipped:
                found.setdefault(row.note, []).append(row.shown)
        return found

    @cached_property
    def quality(self) -> tuple[Column, ...]:
        """The metrics that some row has a value of; why the others have none is in the notes."""
        rows = self.table.rows
        return tuple(
            column
            for column in self.table.quality
            if any(row.cells[column.key].value is not None for row in rows)
        )

    @property
    def not_plotted(self) -> list[str]:
        """Rows without any cost."""
        rows = [row for row in self.table.rows if not row.skipped]
        keys = [cost.key for cost in COSTS if cost.higher_is_better is not None]
        return [row.name for row in rows if all(row.cells[k].value is None for k in keys)]


@dataclass(frozen=True)
class Page:
    """Everything that the report shows."""

    created: str
    parts: Sequence[Part]
    training: Sequence[tuple[Panel, Figure]]
    strips: Sequence[Strip]
    benches: Benches
    efficiency: Mapping[str, Figure]
    sensitivities: Sequence[Sensitivity]
    checks: Sequence[Check]
    cards: Sequence[Card]
    origins: Sequence[Origin]
    looks: Mapping[str, Look]
    left_out: Sequence[str] = ()
    studies: Sequence[StudyView] = ()

    @property
    def methods(self) -> str:
        """How many methods and floor rows there are."""
        rows = [row for part in self.parts for row in part.table.rows]
        methods = {row.name for row in rows if not row.floor}
        floors = {row.name for row in rows if row.floor}
        counts = [_count(len(methods), "method"), _count(len(floors), "floor row")]
        return " and ".join(counts if floors else counts[:1])

    @property
    def photographs(self) -> bool:
        """Whether pictures of real people are inside."""
        return any(part.gallery.photographs for part in self.parts)

    @property
    def choices(self) -> dict[str, list[str]]:
        """What the page can be restricted to."""
        rows = [row for part in self.parts for row in part.table.rows if not row.floor]
        found = {
            "protocol": [part.table.protocol for part in self.parts],
            "size": [part.size for part in self.parts],
            "family": sorted(row.family for row in rows),
        }
        distinct = {name: list(dict.fromkeys(values)) for name, values in found.items()}
        return {name: values for name, values in distinct.items() if len(values) > 1}

    @cached_property
    def sections(self) -> dict[str, str]:
        """Titles by anchor, of the sections that have something to show."""
        figures = {name for part in self.parts for name in part.figures}
        wanted = {
            "summary": ("Summary", True),
            "leaderboard": ("Leaderboard", True),
            "tradeoff": ("Trade-offs", bool({"tradeoff", "profile"} & figures)),
            "gallery": ("Gallery", True),
            "distributions": ("Distributions", "distributions" in figures),
            "significance": ("Significance", True),
            "subgroups": ("Subgroups", "subgroups" in figures),
            "training": ("Training", bool(self.training or self.strips)),
            "efficiency": ("Efficiency", bool(self.efficiency)),
            "tuning": ("Tuning", bool(self.studies)),
            "sensitivity": ("Protocols", bool(self.sensitivities)),
            "data": ("Data", bool(self.checks)),
            "methods": ("Methods", bool(self.cards)),
            "reproduction": ("Reproduction", True),
        }
        return {anchor: title for anchor, (title, shown) in wanted.items() if shown}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def letter(index: int) -> str:
    """Footnote marks.

    >>> letter(0), letter(25), letter(26)
    ('a', 'z', 'aa')
    """
    turn, place = divmod(index, 26)
    return (letter(turn - 1) if turn else "") + ascii_lowercase[place]


def render(page: Page) -> str:
    """The page as one HTML file."""
    script = Markup(assets.script())
    figure, table = count(1), count(1)
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            costs=COSTS,
            policy=assets.policy((script, assets.plotly())),
            version=__version__,
            style=Markup(assets.style()),
            script=script,
            plotly=Markup(assets.packed_plotly()),
            RANK=RANK,
            NAME=NAME,
            HALF_UP=HALF_UP,
            next_figure=lambda: next(figure),
            next_table=lambda: next(table),
        )
    )


@cache
def _environment() -> Environment:
    """The report's templates, with what they call."""
    found = environment("tryonbench.report")
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    found.globals.update(meaning=meaning, verdict=verdict, p_text=p_text)
    return found

"""From data to HTML: the page's model, its templates and what keeps it closed to the network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from string import ascii_lowercase

from jinja2 import Environment
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from tryonbench import __version__
from tryonbench.html import asset, environment
from tryonbench.report.colours import Look
from tryonbench.report.figures import Figure
from tryonbench.report.gallery import Gallery
from tryonbench.report.glossary import meaning
from tryonbench.report.reproduce import Origin
from tryonbench.report.summary import Finding
from tryonbench.report.training import Panel
from tryonbench.results.cells import COSTS, metric_style
from tryonbench.results.tables import Table


@dataclass(frozen=True)
class Part:
    """Everything about one table."""

    table: Table
    findings: Sequence[Finding]
    tradeoff: Figure | None
    gallery: Gallery
    seeds: Sequence[str]
    """How far runs that differ in their seed alone lie apart, a line for each metric."""

    @property
    def marks(self) -> dict[str, str]:
        """A letter for each reason why a value is missing."""
        return {reason: letter(i) for i, reason in enumerate(self.table.missing)}

    @property
    def not_plotted(self) -> list[str]:
        """Rows that have no latency."""
        rows = [row for row in self.table.rows if not row.skipped]
        return [row.name for row in rows if row.cells["latency"].value is None]


@dataclass(frozen=True)
class Page:
    """Everything that the report shows."""

    created: str
    parts: Sequence[Part]
    training: Sequence[tuple[Panel, Figure]]
    origins: Sequence[Origin]
    looks: Mapping[str, Look]
    left_out: Sequence[str] = ()

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
    scripts = {"plotly": Markup(_plotly()), "script": Markup(_asset("report.js"))}
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            costs=COSTS,
            policy=_policy(scripts.values()),
            version=__version__,
            style=Markup(_asset("style.css")),
            **scripts,
        )
    )


@cache
def _environment() -> Environment:
    """The report's templates, with what they call."""
    found = environment("tryonbench.report")
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    found.globals.update(meaning=meaning, style_of=metric_style)
    return found


def _asset(name: str) -> str:
    return asset("tryonbench.report", name)


@cache
def _plotly() -> str:
    """plotly.js with one kind of line end: a parser would change the others, and so the hash."""
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


def _policy(scripts: Iterable[str]) -> str:
    """A content security policy: nothing is loaded, and no script runs but these."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    return (
        f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {hashes}"
    )

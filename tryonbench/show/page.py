"""The page as HTML: its model, its template, and what keeps it closed to the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from tryonbench import __version__
from tryonbench.data.layout import LEGACY, Split
from tryonbench.errors import listed
from tryonbench.html import asset, environment
from tryonbench.show.panel import Card
from tryonbench.show.request import Selection

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"
"""Nothing is loaded, and no script runs."""
STYLES = (("tryonbench.report", "style.css"), ("tryonbench.show", "show.css"))


@dataclass(frozen=True)
class Row:
    """A modality in the table at the top."""

    name: str
    folder: str
    files: int
    origin: str
    training: bool
    generation: bool


@dataclass(frozen=True)
class Finding:
    """Something that was noticed, and the card that shows it."""

    card: int
    sample: str
    where: str
    text: str
    error: bool


@dataclass(frozen=True)
class Page:
    """Everything that the page shows."""

    selection: Selection
    rows: tuple[Row, ...]
    cards: tuple[Card, ...]
    ignored: tuple[str, ...]
    """Folders that the loader does not read."""
    photographs: bool
    """Whether there are real people in it."""

    @property
    def title(self) -> str:
        """`What METHOD sees of ROOT`."""
        method, root = self.selection.method, self.selection.split.root.resolve().name
        return f"What {method.info.name} sees of {root}" if method else f"What {root} holds"

    @property
    def facts(self) -> Iterator[tuple[str, str]]:
        """What the header lists."""
        chosen = self.selection
        split, method = chosen.split, chosen.method
        yield "root", str(split.root)
        yield "split", f"{split.name}, {_layout(split)}"
        yield "pairs", f"{'paired' if chosen.pairs.paired else 'unpaired'}, {self._count}"
        yield "size", f"{chosen.size[0]} × {chosen.size[1]} (height × width)"
        if method:
            preset = f", preset {chosen.preset}" if chosen.preset else ""
            yield "method", f"{method.info.name}{preset}"
            yield "training reads", ", ".join(sorted(chosen.training)) or "nothing: no training"
            yield "generation reads", ", ".join(sorted(chosen.generation)) or "nothing"

    @property
    def _count(self) -> str:
        return f"{len(self.cards)} of {len(self.selection.pairs.ids)} shown"

    @property
    def lacking(self) -> str:
        """The modalities that are wanted and cannot be had."""
        names = [n for n in self.selection.wanted if n not in self.selection.available]
        return listed(names, limit=len(names))

    @property
    def findings(self) -> list[Finding]:
        """Errors first."""
        found = [
            Finding(number, card.name, *finding)
            for number, card in enumerate(self.cards, 1)
            for finding in card.findings
        ]
        return sorted(found, key=lambda finding: not finding.error)


def _layout(split: Split) -> str:
    if split.is_dresscode:
        return "DressCode"
    return "VITON-HD, older layout" if split.places == LEGACY else "VITON-HD v3.2"


def render(page: Page) -> str:
    """The page as one HTML file."""
    style = Markup("\n").join(Markup(asset(package, name)) for package, name in STYLES)
    template = environment("tryonbench.show").get_template("show.html")
    return template.render(page=page, policy=POLICY, version=__version__, style=style)

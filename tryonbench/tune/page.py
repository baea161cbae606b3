"""A study as one HTML file that opens offline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from markupsafe import Markup

from tryonbench import __version__
from tryonbench.files import write_text
from tryonbench.html import environment
from tryonbench.report import assets
from tryonbench.report.studies import StudyView, view_of
from tryonbench.tune.schema import StudyRecord


@dataclass(frozen=True)
class Page:
    """What the report's section reads."""

    studies: tuple[StudyView, ...]


def write_page(record: StudyRecord, folder: Path) -> Path:
    """Write `index.html`; its path."""
    path = folder / "index.html"
    write_text(path, page_of(record))
    return path


def page_of(record: StudyRecord) -> str:
    """The page, with the report's look and scripts."""
    script, figure, table = Markup(assets.script()), count(1), count(1)
    return (
        environment("tryonbench.tune")
        .get_template("tune.html")
        .render(
            title=f"Tuning: {record.name}",
            page=Page((view_of(record),)),
            created=datetime.now(UTC).strftime("%d %B %Y"),
            version=__version__,
            policy=assets.policy((script, assets.plotly())),
            style=Markup(assets.style()),
            script=script,
            plotly=Markup(assets.packed_plotly()),
            next_figure=lambda: next(figure),
            next_table=lambda: next(table),
        )
    )

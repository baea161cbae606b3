"""A sweep as one HTML file that opens offline: a figure for each metric, and the table."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from tryonbench import __version__
from tryonbench.efficiency.schema import BenchReport
from tryonbench.html import asset, environment
from tryonbench.sweep.figure import figures
from tryonbench.sweep.table import conditions, headings, left_out_lines, lines, remarks, title

STYLES = (("tryonbench.report", "style.css"), ("tryonbench.sweep", "pareto.css"))


def page_of(report: BenchReport) -> str | None:
    """The page; None of a sweep in which nothing was scored, as there is nothing to draw."""
    sweep = report.sweep
    drawn = figures(sweep) if sweep else {}
    if sweep is None or not drawn:
        return None
    scripts = [
        Markup(_one_line_end(get_plotlyjs())),
        Markup(asset("tryonbench.sweep", "pareto.js")),
    ]
    return (
        environment("tryonbench.sweep")
        .get_template("pareto.html")
        .render(
            title=f"Sweep of {', '.join(sweep.axes)}",
            skip="Skip to the figures",
            policy=_policy(scripts),
            style=Markup("\n").join(Markup(asset(*style)) for style in STYLES),
            scripts=scripts,
            figures=[(label, _json(figure)) for label, figure in drawn.items()],
            report=report,
            left_out=left_out_lines(sweep.left_out),
            about=title(sweep),
            conditions=conditions(report),
            headings=headings(sweep),
            lines=lines(report, sweep),
            remarks=remarks(report, sweep),
            version=__version__,
        )
    )


def _one_line_end(script: str) -> str:
    """A parser would change other line ends, and so the hash."""
    return script.replace("\r\n", "\n").replace("\r", "\n")


def _json(figure: object) -> Markup:
    """JSON that no HTML parser mistakes for the end of a script."""
    return Markup(json.dumps(figure, allow_nan=False).replace("<", "\\u003c"))


def _policy(scripts: list[Markup]) -> str:
    """Nothing is loaded, and no script runs but these."""
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}"

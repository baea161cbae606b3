"""What the page carries with it: its styles, its scripts, Plotly, and the policy over them."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256

from plotly.offline import get_plotlyjs

from tryonbench.html import asset

STYLES = ("style.css", "report.css", "gallery.css", "print.css")
SCRIPTS = (
    "core.js",
    "theme.js",
    "figures.js",
    "tables.js",
    "ranks.js",
    "restrict.js",
    "gallery.js",
    "pixels.js",
    "viewer.js",
)
"""In this order they make one script."""


def style() -> str:
    """The page's style sheet."""
    return "".join(asset("tryonbench.report", name) for name in STYLES)


def script() -> str:
    """The page's own script."""
    return '"use strict";\n' + "".join(asset("tryonbench.report", name) for name in SCRIPTS)


@cache
def plotly() -> str:
    """plotly.js with one kind of line end: a parser would change the others, and so the hash."""
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


@cache
def packed_plotly() -> str:
    """plotly.js as gzip in base64: 2 MB in place of 5, and nothing to parse before a figure is
    wanted. The page unpacks it into a script, which the policy knows by its hash."""
    return b64encode(gzip.compress(plotly().encode(), 9, mtime=0)).decode()


def policy(scripts: Iterable[str]) -> str:
    """A content security policy: nothing is loaded, and no script runs but these."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    return (
        f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {hashes}"
    )

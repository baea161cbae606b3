"""What all figures share. The page adds the colours of text and grid itself, which follow the
reader's light or dark setting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from tryonbench.report.colours import Look
from tryonbench.results.cells import Column

Figure = dict[str, Any]
"""`data` and `layout` as Plotly has them; perhaps `selects`, the reader's choices, and `variants`:
what each combination of them puts over data and layout, the last choice running fastest."""
DASHES = ("solid", "dot", "dash", "longdash", "dashdot", "longdashdot")
"""What tells lines of one colour apart."""
TRANSLUCENT = "80"
"""The last two digits of a colour #rrggbbaa."""


def plain(text: str) -> str:
    """Text that Plotly shows as it is: its labels understand tags."""
    return escape(text, quote=False)


def select(label: str, options: Iterable[str]) -> dict[str, Any]:
    """A choice of the reader's."""
    return {"label": label, "options": list(options)}


def axis_title(column: Column) -> str:
    """A metric's label, and which way is better."""
    better = {True: " (higher is better)", False: " (lower is better)", None: ""}
    return plain(column.label) + better[column.higher_is_better]


def marker(look: Look, size: float = 9) -> dict[str, Any]:
    """A method's mark."""
    line = {"color": look.colour, "width": 1.5}
    return {"color": look.colour, "symbol": look.symbol, "size": size, "line": line}


def layout(height: int, **axes: Any) -> dict[str, Any]:
    """Margins and a legend above the plot."""
    return {
        "height": height,
        "margin": {"l": 64, "r": 16, "t": 12, "b": 52},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **axes,
    }


def digits(value: float | None, significant: int = 4) -> float | None:
    """Rounded: four significant digits suffice for a line, and keep the file small."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{significant}g}")


def rounded(values: Sequence[float] | Any, scale: float = 1.0) -> list[float | None]:
    """`digits` of each, scaled as the tables show it."""
    return [digits(float(value) * scale) for value in values]


def log_ticks(low: float, high: float) -> Figure:
    """1, 2, 5, 10 on a short logarithmic axis; powers of ten on a long one."""
    steps = (1, 2, 5) if high < 150 * low else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [step * 10.0**decade for decade in decades for step in steps]
    return {"tickvals": values, "ticktext": [f"{value:,g}" for value in values]}


def log_axis(values: Sequence[float], room: float = 0.15) -> Figure:
    """A logarithmic axis with room at both ends, over a factor of six at least."""
    logs = [math.log10(value) for value in values]
    spread = max(logs) - min(logs)
    room = max(room, 0.12 * spread, (math.log10(6) - spread) / 2)
    ends = [min(logs) - room, max(logs) + room]
    return {"type": "log", "range": ends} | log_ticks(10 ** ends[0], 10 ** ends[1])

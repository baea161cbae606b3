"""Training curves from the runs' logs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tryonbench.report.installed import installed
from tryonbench.results.cells import metric_style
from tryonbench.runs import Run, read_log

POINTS = 400
"""Points of a curve; a longer log is thinned, which the eye cannot see in a small panel."""
WINDOWS = 25
"""The smoothing window is the log's length divided by this."""


Points = list[tuple[float, float]]
"""Images seen, and a value."""


@dataclass(frozen=True)
class Curve:
    """One loss over the training."""

    name: str
    """As it is logged."""
    label: str
    """In words."""
    images: list[float]
    """Images seen."""
    raw: list[float]
    smooth: list[float]
    """Mean of the neighbours in a centred window."""


class Kind(NamedTuple):
    """What a panel shows."""

    name: str
    title: str
    pattern: re.Pattern[str]
    """Of the log's keys, with the groups `phase` and `name`."""


KINDS = (
    Kind("loss", "losses", re.compile(r"loss/(?P<phase>.+)/(?P<name>[^/]+)")),
    Kind(
        "share", "share of each loss", re.compile(r"(?P<phase>[^/]+(?:/.+)?)/share/(?P<name>[^/]+)")
    ),
    Kind(
        "level",
        "loss by noise level",
        re.compile(r"(?P<phase>[^/]+)/(?P<name>[^/]+_by_[^/]+/[^/]+)"),
    ),
    Kind("validation", "validation", re.compile(r"(?P<phase>val)/(?P<name>[^/]+)")),
)


@dataclass(frozen=True)
class Panel:
    """The curves of one phase of one method."""

    method: str
    phase: str
    curves: tuple[Curve, ...]
    kind: Kind = KINDS[0]

    @property
    def title(self) -> str:
        """What is shown, after the method's name."""
        if self.kind.name == "validation":
            return f"{self.kind.title}: {self.curves[0].label}"
        return f"{self.kind.title}, {self.phase}"


def panels_of(runs: Sequence[Run], names: Mapping[Path, str]) -> list[Panel]:
    """The panels of each run that has a log, by method; a validation has one for each metric."""
    panels = [panel for run in runs for panel in _panels(names[run.folder], run)]
    return sorted(panels, key=lambda panel: (panel.method, KINDS.index(panel.kind)))


def _panels(name: str, run: Run) -> list[Panel]:
    """A panel for each kind and phase of a run's log."""
    found = _points(run.log)
    method = installed(str(run.manifest()["method"])) if found else None
    words = method.words if method else {}
    return [
        Panel(name, phase, tuple(_curves(kind, points, words)), kind)
        for (kind, phase), points in found.items()
    ]


def _curves(kind: Kind, points: Mapping[str, Points], words: Mapping[str, str]) -> list[Curve]:
    """In the order of their names."""
    keys = sorted(points, key=_natural)
    return [_curve(key, _label(kind, key, words), points[key]) for key in keys]


def _natural(name: str) -> list[tuple[str, int]]:
    """What sorts `b/10` after `b/9`."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D*)(\d*)", name)]


def _label(kind: Kind, name: str, words: Mapping[str, str]) -> str:
    """A metric's own label; the method's words for a loss, or its name."""
    if kind.name == "validation":
        return metric_style(name).label
    return words.get(name) or name.replace("_", " ").replace("/", ", part ")


def _points(log: Path) -> dict[tuple[Kind, str], dict[str, Points]]:
    """What was logged, by panel and by curve."""
    found: dict[tuple[Kind, str], dict[str, Points]] = {}
    for record in read_log(log):
        for key, value in record.items():
            place = _place(key)
            if place and _is_number(value) and _is_number(record.get("images")):
                kind, phase, name = place
                points = found.setdefault((kind, phase), {}).setdefault(name, [])
                points.append((float(record["images"]), float(value)))
    return found


def _place(key: str) -> tuple[Kind, str, str] | None:
    """The panel that a key of the log belongs to, kind and phase, and the curve; or none."""
    for kind in KINDS:
        if match := kind.pattern.fullmatch(key):
            phase, name = match["phase"], match["name"]
            return kind, f"{phase} {name}" if kind.name == "validation" else phase, name
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _curve(name: str, label: str, points: Points) -> Curve:
    """Smooth, then thin to at most `POINTS`."""
    images, raw = np.array(points).T
    smooth = smoothed(raw)
    keep = np.unique(np.linspace(0, len(raw) - 1, POINTS).round().astype(int))
    return Curve(name, label, *(_rounded(values[keep]) for values in (images, raw, smooth)))


def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over a centred window, cut off at the ends.

    >>> smoothed(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    half = len(values) // WINDOWS // 2
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    means: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low)
    return means


def _rounded(values: NDArray[np.float64]) -> list[float]:
    """Four significant digits suffice for a line, and keep the file small."""
    return [float(f"{value:.4g}") if abs(value) < 1000 else round(float(value)) for value in values]

"""A metric's mean in each group of images: by garment, by pattern, by pose."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import t

from tryonbench.report.attributes import Attributes
from tryonbench.report.charts.base import Figure, axis_title, digits, layout, plain, select
from tryonbench.report.colours import Look
from tryonbench.report.images import PerImage, Values
from tryonbench.results.cells import Column, metric_style

MOST = 14
"""Groups of an attribute that are shown, the largest."""


def subgroups(images: PerImage, attributes: Attributes, looks: Mapping[str, Look]) -> Figure | None:
    """Means with t intervals by method and group, for each metric and attribute."""
    if not attributes or not images.metrics:
        return None
    groups = {name: _groups(values) for name, values in attributes.items()}
    most = max(len(found) for found in groups.values())
    return {
        "data": [_style(name, looks[name]) for name in images.methods],
        "selects": [
            select("Metric", [column.heading for column in images.metrics]),
            select("Grouped by", list(attributes)),
        ],
        "variants": [
            _variant(images, column, np.array(values), groups[name])
            for column in images.metrics
            for name, values in attributes.items()
        ],
        "layout": layout(120 + 42 * most),
    }


def _groups(values: Sequence[str]) -> list[tuple[str, int]]:
    """The largest groups with their counts."""
    return Counter(values).most_common(MOST)


def _style(name: str, look: Look) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": plain(name),
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 9},
        "error_x": {"type": "data", "color": look.colour, "thickness": 1.2, "width": 0},
        "hovertemplate": "%{x:.4g}<extra>" + plain(name) + "</extra>",
    }


def _variant(
    images: PerImage, column: Column, labels: np.ndarray, groups: Sequence[tuple[str, int]]
) -> Figure:
    """Each method's means, a little above one another so that none hides another."""
    count, shown = len(images.methods), [f"{plain(name)} ({n})" for name, n in groups]
    places = range(len(groups))
    return {
        "data": [
            _means(images.values[method][column.key], column, labels, groups)
            | {"y": [place + _shift(i, count) for place in places]}
            for i, method in enumerate(images.methods)
        ],
        "layout": {
            "xaxis": {"title": {"text": axis_title(column)}},
            "yaxis": {
                "tickvals": list(places),
                "ticktext": shown,
                "range": [len(groups) - 0.5, -0.5],
                "automargin": True,
            },
        },
    }


def _shift(index: int, count: int) -> float:
    """Where a method stands in the height of a group, between -0.32 and 0.32."""
    return round(0.64 * (index / (count - 1) - 0.5), 3) if count > 1 else 0.0


def _means(
    values: Values, column: Column, labels: np.ndarray, groups: Sequence[tuple[str, int]]
) -> Figure:
    scale = metric_style(column.key).scale
    found = [_mean(values[labels == name] * scale) for name, _ in groups]
    return {
        "x": [digits(mean) for mean, _ in found],
        "error_x": {"array": [digits(half) for _, half in found], "visible": True},
    }


def _mean(values: Values) -> tuple[float, float]:
    """Mean and half the width of its 95 % t interval; NaN of no values, and of one no width."""
    known = values[np.isfinite(values)]
    if not len(known):
        return math.nan, math.nan
    if len(known) < 2:
        return float(known[0]), math.nan
    half = float(t.ppf(0.975, len(known) - 1)) * float(known.std(ddof=1)) / math.sqrt(len(known))
    return float(known.mean()), half

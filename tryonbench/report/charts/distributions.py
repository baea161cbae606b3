"""How the values of single images are spread: the share of images up to each value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tryonbench.report.charts.base import Figure, axis_title, layout, plain, rounded, select
from tryonbench.report.colours import Look
from tryonbench.report.images import PerImage
from tryonbench.results.cells import Column, metric_style

POINTS = 101
"""Points of a line: each whole percent of the images."""


def distributions(images: PerImage, looks: Mapping[str, Look]) -> Figure | None:
    """The empirical distribution function of each method in each metric."""
    metrics = [c for c in images.metrics if any(_known(images, m, c).size for m in images.methods)]
    if not metrics:
        return None
    return {
        "data": [_line(name, looks[name]) for name in images.methods],
        "selects": [select("Metric", [column.heading for column in metrics])],
        "variants": [_variant(images, column) for column in metrics],
        "layout": layout(420, yaxis={"title": {"text": "Share of images"}, "tickformat": ".0%"}),
    }


def _known(images: PerImage, method: str, column: Column) -> NDArray[np.float64]:
    values = images.values[method][column.key]
    return values[np.isfinite(values)]


def _line(name: str, look: Look) -> Figure:
    """A method's line; every tenth percent carries its mark, so that colour is not all there is."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plain(name),
        "line": {"color": look.colour, "width": 2, "dash": look.dash},
        "marker": {"symbol": look.symbol, "size": 7, "color": look.colour, "maxdisplayed": 8},
        "y": [i / (POINTS - 1) for i in range(POINTS)],
        "hovertemplate": "%{y:.0%} of images up to %{x}<extra>" + plain(name) + "</extra>",
    }


def _variant(images: PerImage, column: Column) -> Figure:
    scale = metric_style(column.key).scale
    shares = np.linspace(0, 1, POINTS)
    known = [_known(images, method, column) for method in images.methods]
    lines = [rounded(np.quantile(v, shares), scale) if v.size else [] for v in known]
    return {
        "data": [{"x": line} for line in lines],
        "layout": {"xaxis": {"title": {"text": axis_title(column)}}},
    }

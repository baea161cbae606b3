"""Paired differences: each method against a chosen one, image by image."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tryonbench.report.charts.base import Figure, digits, layout, plain, rounded, select
from tryonbench.report.colours import Look
from tryonbench.report.images import PerImage
from tryonbench.report.verdicts import Verdicts
from tryonbench.results.cells import Column, metric_style

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BOX = ("lowerfence", "q1", "median", "q3", "upperfence")


def differences(images: PerImage, found: Verdicts, looks: Mapping[str, Look]) -> Figure | None:
    """A box and the mean's interval for each method, each metric and each baseline."""
    methods = [name for name in images.methods if name in found.methods]
    metrics = [column for column in images.metrics if column in found.metrics]
    if len(methods) < 2 or not metrics:
        return None
    baselines = sorted(methods, key=lambda name: not looks[name].hollow)
    return {
        "data": [_box(name, looks[name]) for name in methods]
        + [_mean(name, looks[name]) for name in methods],
        "selects": [
            select("Metric", [column.heading for column in metrics]),
            select("Baseline", baselines),
        ],
        "variants": [
            _variant(images, found, methods, column, baseline)
            for column in metrics
            for baseline in baselines
        ],
        "layout": layout(
            96 + 44 * len(methods),
            showlegend=False,
            yaxis={
                "automargin": True,
                "type": "category",
                "autorange": "reversed",
                "categoryorder": "array",
                "categoryarray": [plain(name) for name in methods],
                "range": [-0.6, len(methods) - 0.4],
            },
        ),
    }


def _box(name: str, look: Look) -> Figure:
    """Of the differences of single images."""
    return {
        "type": "box",
        "orientation": "h",
        "y": [plain(name)],
        "width": 0.5,
        "hoverinfo": "x",
        "line": {"color": look.colour, "width": 1.2},
        "fillcolor": look.colour + "30",
    }


def _mean(name: str, look: Look) -> Figure:
    """The mean difference with its interval, which the page draws in the colour of its text."""
    return {
        "type": "scatter",
        "mode": "markers",
        "y": [plain(name)],
        "hoverinfo": "text",
        "ink": True,
        "marker": {"symbol": "diamond", "size": 7},
        "error_x": {"type": "data", "thickness": 2, "width": 5},
    }


def _variant(
    images: PerImage, found: Verdicts, methods: list[str], column: Column, baseline: str
) -> Figure:
    """Every method against one baseline in one metric."""
    better = {True: "above 0 is better", False: "below 0 is better", None: ""}
    return {
        "data": [_quantiles(images, name, column, baseline) for name in methods]
        + [_interval(found, name, column, baseline) for name in methods],
        "layout": {
            "xaxis": {
                "title": {
                    "text": f"{plain(column.label)}: method minus {plain(baseline)}<br>"
                    f"({better[column.higher_is_better]})"
                },
                "zeroline": True,
            }
        },
    }


def _quantiles(images: PerImage, name: str, column: Column, baseline: str) -> Figure:
    """The box's five numbers: those of the baseline against itself are 0."""
    one, two = (images.values[which][column.key] for which in (name, baseline))
    difference = (one - two)[np.isfinite(one - two)]
    if name == baseline or not len(difference):
        return {key: [0] for key in BOX}
    marks = rounded(np.quantile(difference, QUANTILES), metric_style(column.key).scale)
    return {key: [mark] for key, mark in zip(BOX, marks, strict=True)}


def _interval(found: Verdicts, name: str, column: Column, baseline: str) -> Figure:
    """From the test of the pair, whichever way round it was made."""
    test = found.of(column.key, name, baseline)
    if test is None or test.low is None or test.high is None:
        return {"x": [None], "error_x": {"visible": False}}
    scale, sign = metric_style(column.key).scale, 1.0 if test.first == name else -1.0
    low, high = sorted((sign * test.low * scale, sign * test.high * scale))
    mean = sign * test.difference * scale
    return {
        "x": [digits(mean)],
        "error_x": {
            "visible": True,
            "array": [digits(high - mean)],
            "arrayminus": [digits(mean - low)],
        },
        "hovertext": [f"{plain(name)}: {mean:.4g} ({low:.4g} to {high:.4g})"],
    }

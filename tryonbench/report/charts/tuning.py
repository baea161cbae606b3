"""A study's figures, as Plotly's data and layout: history, importance, front, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, combinations
from typing import Any

from tryonbench.report.charts.base import Figure, digits, layout, log_ticks, plain, select
from tryonbench.report.colours import NEUTRAL, PALETTE
from tryonbench.results.cells import metric_style
from tryonbench.tune.objectives import COST_COLUMNS
from tryonbench.tune.schema import ObjectiveRecord, StudyRecord, TrialRecord
from tryonbench.tune.space import values_text

MARK = {"color": PALETTE[0], "symbol": "circle", "size": 9}
BEST = {"color": PALETTE[1], "symbol": "diamond", "size": 11}
DOTTED = {"width": 1, "dash": "dot", "shape": "hv"}
MOST_SETTINGS = 6
"""Of those that a mark's text names."""


def figures_of(record: StudyRecord) -> dict[str, Figure]:
    """Those that can be drawn, by name."""
    found = {
        "history": history(record),
        "pareto": pareto(record),
        "importance": importance(record),
        "settings": settings(record),
    }
    return {name: figure for name, figure in found.items() if figure}


def history(record: StudyRecord) -> Figure | None:
    """Each trial's value in the order of the trials, and the best so far."""
    if not record.complete:
        return None
    marks = {"type": "scatter", "mode": "markers", "name": "trial", "hoverinfo": "text"}
    steps = {"type": "scatter", "mode": "lines", "name": "best so far", "ink": True}
    return {
        "data": [
            {**steps, "hoverinfo": "skip", "line": DOTTED},
            {**marks, "marker": MARK},
        ],
        "selects": [select("Objective", [_title(one) for one in record.objectives])],
        "variants": [_history(record, at) for at in range(len(record.objectives))],
        "layout": layout(320, xaxis={"title": {"text": "trial"}, "dtick": _tick(record)}),
    }


def _tick(record: StudyRecord) -> int:
    """Whole numbers, ten at most."""
    return max(1, len(record.trials) // 10)


def _history(record: StudyRecord, at: int) -> Figure:
    one, trials = record.objectives[at], record.complete
    values = [_scaled(record, trial, at) for trial in trials]
    better = max if one.higher_is_better else min
    numbers = [trial.number for trial in trials]
    return {
        "data": [
            {"x": numbers, "y": _rounded(accumulate(values, better))},
            {"x": numbers, "y": _rounded(values), "hovertext": _texts(record, trials)},
        ],
        "layout": {"yaxis": {"title": {"text": _axis(one)}}},
    }


def pareto(record: StudyRecord) -> Figure | None:
    """Each trial in two of the objectives; those on the front of all objectives are marked."""
    if len(record.objectives) < 2 or not record.complete:
        return None
    pairs = list(combinations(range(len(record.objectives)), 2))
    marks = {"type": "scatter", "mode": "markers", "hoverinfo": "text"}
    steps = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    faint = {**MARK, "color": NEUTRAL}
    return {
        "data": [
            {**steps, "ink": True, "line": DOTTED},
            {**marks, "name": "dominated", "marker": faint},
            {**marks, "mode": "markers+text", "name": "on the front", "marker": BEST}
            | {"cliponaxis": False},
        ],
        "selects": [select("Objectives", [_pair_title(record, pair) for pair in pairs])],
        "variants": [_pareto(record, *pair) for pair in pairs],
        "layout": layout(400),
    }


def _pair_title(record: StudyRecord, pair: tuple[int, int]) -> str:
    return " and ".join(_title(record.objectives[at]) for at in pair)


def _pareto(record: StudyRecord, first: int, second: int) -> Figure:
    """The second objective against the first; costs lie across."""
    if record.objectives[second].key in COST_COLUMNS:
        first, second = second, first
    front = sorted(record.front, key=lambda trial: _scaled(record, trial, first))
    rest = [trial for trial in record.complete if trial not in front]
    names = [str(trial.number) for trial in front]
    shape = "vh" if record.objectives[first].higher_is_better else "hv"
    steps = front if len(record.objectives) == 2 else []
    return {
        "data": [
            _points(record, steps, first, second) | {"line": {**DOTTED, "shape": shape}},
            _points(record, rest, first, second) | {"hovertext": _texts(record, rest)},
            _points(record, front, first, second)
            | {"hovertext": _texts(record, front), "text": names}
            | {"textposition": _free_side(record.objectives[first], record.objectives[second])},
        ],
        "layout": {
            "xaxis": {"title": {"text": _axis(record.objectives[first])}},
            "yaxis": {"title": {"text": _axis(record.objectives[second])}},
        },
    }


def _free_side(x: ObjectiveRecord, y: ObjectiveRecord) -> str:
    """Where no dominated trial can be: the side of what is better in both."""
    return (
        f"{'top' if y.higher_is_better else 'bottom'} {'right' if x.higher_is_better else 'left'}"
    )


def _points(record: StudyRecord, trials: Sequence[TrialRecord], x: int, y: int) -> Figure:
    return {
        "x": _rounded([_scaled(record, trial, x) for trial in trials]),
        "y": _rounded([_scaled(record, trial, y) for trial in trials]),
    }


def importance(record: StudyRecord) -> Figure | None:
    """A bar for each setting, the longest first: its share of what makes trials good."""
    shares = record.importance.shares
    if not shares:
        return None
    axis = {"type": "category", "autorange": "reversed", "automargin": True}
    return {
        "data": [
            {"type": "bar", "orientation": "h", "marker": {"color": PALETTE[0]}, "hoverinfo": "x"}
        ],
        "selects": [select("Objective", [_title(one) for one in record.objectives])],
        "variants": [_importance(one, shares[one.key]) for one in record.objectives],
        "layout": layout(
            90 + 28 * len(record.space), showlegend=False, yaxis=axis, xaxis={"tickformat": ".0%"}
        ),
    }


def _importance(one: ObjectiveRecord, shares: Mapping[str, float]) -> Figure:
    names = sorted(shares, key=lambda name: -shares[name])
    bars = {"x": _rounded(shares[n] for n in names), "y": [plain(n) for n in names]}
    return {
        "data": [bars],
        "layout": {"xaxis": {"title": {"text": f"share of {plain(one.label)}"}}},
    }


def settings(record: StudyRecord) -> Figure | None:
    """An objective against one setting's values."""
    if not record.complete:
        return None
    marks = {"type": "scatter", "mode": "markers", "hoverinfo": "text"}
    return {
        "data": [
            {**marks, "name": "trial", "marker": MARK},
            {**marks, "name": "best", "marker": BEST},
        ],
        "selects": [
            select("Setting", record.space),
            select("Objective", [_title(one) for one in record.objectives]),
        ],
        "variants": [
            _setting(record, name, at)
            for name in record.space
            for at in range(len(record.objectives))
        ],
        "layout": layout(340),
    }


def _setting(record: StudyRecord, name: str, at: int) -> Figure:
    tried = [trial for trial in record.complete if name in trial.settings]
    best = record.front
    groups = [t for t in tried if t not in best], [t for t in tried if t in best]
    kind = record.space[name]
    words = kind["type"] == "categorical"
    return {
        "data": [
            {
                "x": [str(t.settings[name]) if words else t.settings[name] for t in group],
                "y": _rounded([_scaled(record, trial, at) for trial in group]),
                "hovertext": _texts(record, group),
            }
            for group in groups
        ],
        "layout": {
            "xaxis": {"title": {"text": plain(name)}, **_setting_axis(kind)},
            "yaxis": {"title": {"text": _axis(record.objectives[at])}},
        },
    }


def _setting_axis(kind: Mapping[str, Any]) -> Figure:
    """As the setting was tried: words, evenly, or evenly in the logarithm."""
    none: Figure = {"tickvals": None, "ticktext": None}
    if kind["type"] == "categorical":
        return {"type": "category", **none}
    if not kind["log"]:
        return {"type": "linear", **none}
    return {"type": "log", **log_ticks(kind["low"], kind["high"])}


def _scaled(record: StudyRecord, trial: TrialRecord, at: int) -> float:
    """A value as tables show it."""
    key = record.objectives[at].key
    scale = 1.0 if key in COST_COLUMNS else metric_style(key).scale
    return (trial.values or ())[at] * scale


def _rounded(values: Any) -> list[float | None]:
    return [digits(value) for value in values]


def _title(one: ObjectiveRecord) -> str:
    return f"{one.label} {'↑' if one.higher_is_better else '↓'}"


def _axis(one: ObjectiveRecord) -> str:
    return f"{plain(one.label)} ({'higher' if one.higher_is_better else 'lower'} is better)"


def _texts(record: StudyRecord, trials: Sequence[TrialRecord]) -> list[str]:
    """What a mark says: trial, values, settings."""
    return [plain(_text(record, trial)).replace("\n", "<br>") for trial in trials]


def _text(record: StudyRecord, trial: TrialRecord) -> str:
    labels = [one.label for one in record.objectives]
    values = dict(zip(labels, trial.values or (), strict=True))
    return f"trial {trial.number}\n{values_text(values)}\n" + values_text(
        trial.settings, MOST_SETTINGS
    ).replace(", ", "\n")

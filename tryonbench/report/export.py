"""The figures as files, drawn by Kaleido in a Chromium, where both are there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from tryonbench.errors import InputError
from tryonbench.files import make_folder
from tryonbench.report.charts.base import Figure

Format = Literal["svg", "png", "pdf"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH = 760
"""Pixels of a file."""
INK, RULE, HAIR = "#1b1b1b", "#1b1b1b", "#d9d9d9"
"""Text, axes and grid: on paper a report is light."""
AXIS = {"showline": True, "linecolor": RULE, "ticks": "outside", "zeroline": False}


def why_not() -> str | None:
    """What is missing to draw figures as files, and how to get it."""
    if find_spec("kaleido") is None:
        return "kaleido is not installed; get it: pip install 'tryonbench[figures]'"
    if browser() is None:
        return "no Chromium was found; install one, or name it with BROWSER_PATH"
    return None


def browser() -> str | None:
    """The browser's path."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def write_figures(
    figures: Mapping[str, Figure],
    folder: Path,
    ending: Format,
    tell: Callable[[str], None],
) -> list[Path]:
    """Write each figure's first variant as `NAME.ENDING`, or say why not.

    Raises:
        InputError: the folder cannot be written.
    """
    reason = why_not()
    if reason or not figures:
        tell(f"no figures as files: {reason or 'there is nothing to draw'}")
        return []
    make_folder(folder)
    paths = [folder / f"{slug(name)}.{ending}" for name in figures]
    try:
        _draw([on_paper(figure) for figure in figures.values()], paths)
    except Exception as error:
        tell(
            f"no figures as files: {browser()} failed ({_reason(error)}); install a Chromium, or "
            "name another one with BROWSER_PATH"
        )
        with suppress(OSError):  # it holds figures
            folder.rmdir()
        return []
    return paths


def _reason(error: Exception) -> str:
    """An error's first line; libraries put several into one error."""
    first = str(error.args[0] if error.args else "").strip() or type(error).__name__
    return first.splitlines()[0].rstrip(".")


def _draw(figures: list[Figure], paths: list[Path]) -> None:
    """In one session of the browser, which takes longer to start than to draw."""
    import kaleido

    specs = [
        {"fig": figure, "path": path, "opts": {"width": WIDTH, "height": _height(figure)}}
        for figure, path in zip(figures, paths, strict=True)
    ]
    kaleido.write_fig_from_object_sync(
        specs,
        kopts={"path": browser(), "n": min(2, len(specs)), "mathjax": False},
        cancel_on_error=True,
    )


def _height(figure: Figure) -> int:
    return int(figure["layout"].get("height", 420))


def slug(name: str) -> str:
    """A file's name.

    >>> slug("synth/paired-64x48 trade-off")
    'synth-paired-64x48-trade-off'
    """
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def on_paper(figure: Figure) -> Figure:
    """Data and layout of the first variant, in the colours that the page would add."""
    variants = figure.get("variants") or [{"data": [{}] * len(figure["data"]), "layout": {}}]
    traces = [{**a, **b} for a, b in zip(figure["data"], variants[0]["data"], strict=True)]
    layout = merged_layout(figure["layout"], variants[0]["layout"])
    return {
        "data": [_inked(trace) for trace in traces],
        "layout": {
            "template": "none",
            "font": {"family": "Helvetica, Arial, sans-serif", "size": 12, "color": INK},
            **layout,
            "xaxis": {**AXIS, "showgrid": False, **layout.get("xaxis", {})},
            "yaxis": {**AXIS, "gridcolor": HAIR, **layout.get("yaxis", {})},
        },
    }


def merged_layout(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A layout with a variant's axes put over its own."""
    axes = {key: {**base.get(key, {}), **over.get(key, {})} for key in ("xaxis", "yaxis")}
    return {**base, **over, **axes}


def _inked(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Lines and marks that follow the text's colour, marked `ink`."""
    if not trace.get("ink"):
        return dict(trace)
    rest = {key: value for key, value in trace.items() if key != "ink"}
    for part in ("line", "marker", "error_x"):
        if part in rest:
            rest[part] = {**rest[part], "color": INK}
    return rest


def checked_format(text: str) -> Format | None:
    """The format that an option names; None for `none`.

    Raises:
        InputError: another word.
    """
    known: dict[str, Format | None] = {"svg": "svg", "png": "png", "pdf": "pdf", "none": None}
    if text not in known:
        raise InputError(f'--figures "{text}" is none of {", ".join(known)}')
    return known[text]

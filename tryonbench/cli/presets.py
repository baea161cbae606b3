"""The same images under several papers' evaluations, beside what was published under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table as RichTable

from tryonbench.cli.show import console
from tryonbench.protocols.presets import presets
from tryonbench.results.cells import MISSING, metric_style
from tryonbench.results.published import Published, kind_of, preset_of, published_under
from tryonbench.results.schema import Result


def print_presets(results: Sequence[Result]) -> None:
    """One table on stdout: a row a preset, then the published rows measured that way."""
    columns = list(dict.fromkeys(key for result in results for key in result.metrics))
    table = RichTable()
    table.add_column("preset", no_wrap=True)
    for key in columns:
        table.add_column(metric_style(key).label, justify="right", no_wrap=True)
    for result in results:
        table.add_row(preset_of(result), *(_text(result, key) for key in columns), style="bold")
        for row in published_under(result):
            table.add_row(f"  {row.method} ({row.origin})", *_printed(row, result, columns))
        table.add_section()
    screen = console()
    first = results[0]
    screen.print(f"\n{first.pairing}  n = {first.n}", style="bold", highlight=False)
    screen.print(table)
    for line in _notes(results):
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _text(result: Result, key: str) -> str:
    metric = result.metrics.get(key)
    if metric is None:
        return ""
    return MISSING if metric.value is None else metric_style(key).text(metric.value)


def _printed(row: Published, result: Result, columns: Sequence[str]) -> Iterator[str]:
    """A published row's values under the preset's own metrics; KID is x 1000 in both."""
    values = row.values[result.pairing]
    for key in columns:
        kind = kind_of(key)
        known = key in result.metrics and kind in values
        yield f"{values[kind]:g}" if known else ""


def _notes(results: Sequence[Result]) -> list[str]:
    """Each preset's notes, and what is said of its values, each reason once."""
    settings = presets()
    notes = [f"{preset_of(r)}: {settings[preset_of(r)][r.pairing]['notes']}" for r in results]
    reasons: dict[str, list[str]] = {}
    for result in results:
        for key, metric in result.metrics.items():
            if said := metric.missing or metric.note:
                reasons.setdefault(said, []).append(metric_style(key).label)
    told = [f"{', '.join(dict.fromkeys(on))}: {why}" for why, on in reasons.items()]
    return [*notes, *told]

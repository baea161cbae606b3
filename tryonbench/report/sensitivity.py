"""The same images under several papers' evaluations, beside what was published under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tryonbench.protocols.presets import presets
from tryonbench.report.entries import Entry
from tryonbench.results.cells import Cell, Column, metric_cell, metric_style
from tryonbench.results.published import Published, kind_of, preset_of, published_under
from tryonbench.results.schema import Result


@dataclass(frozen=True)
class Evaluation:
    """A row of images under a preset, and the published rows that were measured that way."""

    preset: str
    notes: str
    cells: tuple[Cell, ...]
    """A cell a column of the comparison."""
    published: tuple[Published, ...]
    columns: tuple[Column, ...]
    pairing: str

    def printed(self, row: Published) -> list[str]:
        """A published row's values under the preset's own metrics; KID is x 1000 in both."""
        values = row.values[self.pairing]
        kinds = [kind_of(column.key) for column in self.columns]
        known = [cell.note != ABSENT for cell in self.cells]
        return [
            f"{values[kind]:g}" if there and kind in values else ""
            for kind, there in zip(kinds, known, strict=True)
        ]


@dataclass(frozen=True)
class Sensitivity:
    """One run's images, one pairing, all presets that they were evaluated under."""

    name: str
    pairing: str
    n: int
    columns: tuple[Column, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def spans(self) -> list[str]:
        """For each metric that several presets measured: from where to where it goes."""
        found = []
        for i, column in enumerate(self.columns):
            values = [v for e in self.evaluations if (v := e.cells[i].value) is not None]
            if len(values) > 1:
                style = metric_style(column.key)
                ends = style.text(min(values)), style.text(max(values))
                found.append(f"{column.label} {ends[0]} to {ends[1]}")
        return found


ABSENT = "not a metric of this preset"


def is_preset(result: Result) -> bool:
    """Whether a result is of a paper's evaluation, not of a protocol of ours."""
    return preset_of(result) in presets()


def sensitivities(entries: Sequence[Entry]) -> list[Sensitivity]:
    """One for each run and pairing that has results under presets."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for entry in entries:
        if is_preset(entry.result):
            groups.setdefault((entry.name, entry.result.pairing), []).append(entry.result)
    return [_sensitivity(name, pairing, found) for (name, pairing), found in groups.items()]


def _sensitivity(name: str, pairing: str, results: Sequence[Result]) -> Sensitivity:
    directions = {k: v.higher_is_better for r in results for k, v in r.metrics.items()}
    columns = tuple(Column(k, metric_style(k).label, up) for k, up in directions.items())
    rows = tuple(_evaluation(result, columns) for result in results)
    return Sensitivity(name, pairing, max(r.n for r in results), columns, rows)


def _evaluation(result: Result, columns: tuple[Column, ...]) -> Evaluation:
    preset = preset_of(result)
    known = result.metrics
    cells = [
        metric_cell(c.key, known[c.key]) if c.key in known else Cell("", None, note=ABSENT)
        for c in columns
    ]
    notes = str(presets()[preset][result.pairing].get("notes", ""))
    return Evaluation(
        preset, notes, tuple(cells), tuple(published_under(result)), columns, result.pairing
    )

"""The files of `run.sh` as Markdown: `python -m benchmarks.gpu.tables [FOLDER]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tryonbench.efficiency.schema import BenchReport, Point, Row

NONE = "–"
Cells = Sequence[str]


@dataclass(frozen=True)
class Target:
    """So many milliseconds an image at most, at 512x384."""

    text: str
    preset: str
    most: float
    batch: int | None = None
    """At this batch alone; at any if None."""

    def values(self, rows: Sequence[Row]) -> list[float]:
        """Milliseconds an image, of each measurement that counts."""
        points = [point for row in rows if self._names(row) for point in row.points if point.runs]
        return [1000 / p.images_per_second for p in points if self.batch in (None, p.batch)]

    def _names(self, row: Row) -> bool:
        of = f"{row.target.method} {row.target.preset}"
        return of == self.preset and row.target.size == (512, 384)

    def verdict(self, rows: Sequence[Row]) -> str:
        found = self.values(rows)
        if not found:
            return f"- {self.text}: not measured"
        met = "met" if min(found) <= self.most else "**not met**"
        return f"- {self.text}: {met}, {amount(min(found))} ms"


TARGETS = (
    Target("pix2pix `base` <= 10 ms an image at batch 16", "pix2pix base", 10, 16),
    Target("diffusion `base-512` <= 1 s an image at 20 steps", "diffusion base-512", 1000),
)
"""At 512x384 on an H200."""


def amount(value: float | None) -> str:
    """Three digits.

    >>> amount(1234.5), amount(0.01234), amount(None)
    ('1,234', '0.0123', '–')
    """
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def table(headings: Cells, rows: Sequence[Cells]) -> list[str]:
    rule = ["---"] * len(headings)
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]


def bench_rows(entries: Sequence[Any]) -> list[Row]:
    reports = [BenchReport.model_validate(e["report"]) for e in entries if e["report"]]
    return [row for report in reports for row in report.rows]


def bench_table(entries: Sequence[Any]) -> list[str]:
    """A line for each batch; what went wrong, in words."""
    headings = ("preset", "size", "precision", "batch", "ms an image", "images/s")
    more = ("allocated, MB", "J an image")
    return table((*headings, *more), [cells for row in bench_rows(entries) for cells in lines(row)])


def lines(row: Row) -> Iterator[Cells]:
    size = "x".join(map(str, row.target.size))
    name = (f"{row.target.method} `{row.target.preset}`", size, row.precision)
    for point in row.points:
        yield *name, str(point.batch), *_cost(point)
    if row.problem and not row.points:
        yield *name, NONE, row.problem, NONE, NONE, NONE


def _cost(point: Point) -> Cells:
    if not point.runs:
        problem = "out of memory" if point.out_of_memory else f"failed: {point.failed}"
        return problem, NONE, NONE, NONE
    rate, run = point.images_per_second, point.runs[0]
    memory, energy = run.memory.allocated_mb, run.energy.joules_per_image
    return amount(1000 / rate), amount(rate), amount(memory), amount(energy)


def training_table(entries: Sequence[Any]) -> list[str]:
    headings = ("preset", "size", "precision", "batch", "steps/s", "images/s", "allocated, MB")
    return table(headings, [_training(e["report"]) for e in entries if e["report"]])


def _training(found: dict[str, Any]) -> Cells:
    size = "x".join(map(str, found["size"]))
    shape = (f"{found['method']} `{found['preset']}`", size, found["precision"])
    if "missing" in found:
        return *shape, str(found["batch"]), found["missing"], NONE, NONE
    values = (found["steps_per_s"], found["images_per_s"], found["allocated_mb"])
    return *shape, str(found["batch"]), *map(amount, values)


def evaluation_table(entries: Sequence[Any]) -> list[str]:
    """Of pytest-benchmark's file; the first is what the others are compared with."""
    found = [b for e in entries if e["report"] for b in e["report"]["benchmarks"]]
    if not found:
        return []
    first = found[0]["stats"]["median"]
    times = [(b["params"]["who"], b["stats"]["median"]) for b in found]
    cells = [(who, amount(seconds), amount(first / seconds)) for who, seconds in times]
    return [f"{found[0]['group']}:", "", *table(("who", "s", "ratio"), cells)]


def section(record: dict[str, Any]) -> list[str]:
    """A part with where and when it was measured, and what was not."""
    entries, versions = record["entries"], record["versions"]
    makers = {"training": training_table, "evaluation": evaluation_table}
    made = makers.get(record["part"], bench_table)(entries)
    where = f"{record['device']}, {record['date']}, torch {versions.get('torch', 'unknown')}"
    tiny = "; **tiny: a trial of the script, no result**" if record["tiny"] else ""
    lost = [f"- {e['label']}: {e['failed']}" for e in entries if not e["report"]]
    title, origin = f"### {record['part']}", f"{where}, `{record['command']}`{tiny}"
    return [title, "", origin, "", *made, *(["", *lost] if lost else []), ""]


def verdicts(records: Sequence[dict[str, Any]]) -> list[str]:
    """Targets, judged where they are meant: on an H200."""
    devices = {record["device"] for record in records}
    benches = [r for r in records if r["part"] not in ("training", "evaluation")]
    rows = [row for record in benches for row in bench_rows(record["entries"])]
    elsewhere = not all("H200" in device for device in devices)
    note = [f"The targets are for an H200; this is {', '.join(sorted(devices))}.", ""]
    judged = [target.verdict(rows) for target in TARGETS]
    return ["### Targets", "", *(note if elsewhere else []), *judged, ""]


def summary(folder: Path) -> str:
    """All parts that were measured, then the targets."""
    files = [json.loads(file.read_text()) for file in sorted(folder.glob("gpu-*.json"))]
    records = [record for record in files if "part" in record]
    if not records:
        return f"{folder} has no gpu-PART.json; they come from benchmarks/gpu/run.sh\n"
    sections = [line for record in records for line in section(record)]
    return "\n".join([*sections, *verdicts(records)])


if __name__ == "__main__":
    print(summary(Path(sys.argv[1] if len(sys.argv) > 1 else "reports/reference")), end="")

"""What `tryonbench bench` measured, from the files beside the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tryonbench.efficiency.schema import BenchReport, Point, Row
from tryonbench.errors import InputError
from tryonbench.files import read_json
from tryonbench.runs import Run


@dataclass(frozen=True)
class Bench:
    """A method's newest benchmark of one kind."""

    name: str
    """As in the report's tables where the method is one of them, or else its label."""
    method: str
    row: Row
    created: str

    @property
    def points(self) -> list[Point]:
        """The batch sizes that could be measured."""
        return [point for point in self.row.points if point.runs]

    @property
    def size(self) -> str:
        height, width = self.row.target.size
        return f"{height}x{width}"

    @property
    def how(self) -> str:
        """Size, device and precision."""
        compiled = ", compiled" if self.row.compile else ""
        return f"{self.size}, {self.row.device}, {self.row.precision}{compiled}"

    @property
    def title(self) -> str:
        """What tells it from the other lines of a figure."""
        return f"{self.name} {self.size}"


@dataclass(frozen=True)
class Benches:
    """All that was found."""

    rows: tuple[Bench, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files that are not read, with the reason."""


def benches_of(runs: Sequence[Run], names: Mapping[str, str]) -> Benches:
    """The newest row of each label, size, device and precision, from `bench/` beside the runs.

    Args:
        names: the table's name of each method that has one row only.
    """
    folders = dict.fromkeys(run.folder.resolve().parent / "bench" for run in runs)
    files = [file for folder in folders for file in sorted(folder.glob("*.json"))]
    rows: dict[tuple[str, str], Bench] = {}
    left_out: list[str] = []
    for report in _reports(files, left_out):
        for row in report.rows:
            label = row.target.label
            name = names.get(row.target.method, label)
            bench = Bench(name, row.target.method, row, report.created)
            if bench.points:
                rows[label, bench.how] = bench
    found = sorted(rows.values(), key=lambda bench: (bench.name, bench.row.target.size, bench.how))
    return Benches(tuple(found), tuple(left_out))


def _reports(files: Sequence[Path], left_out: list[str]) -> list[BenchReport]:
    """The readable ones, the oldest first. Files of another kind, which share the folder, are
    passed over."""
    found = []
    for file in files:
        try:
            content = read_json(file)
            if isinstance(content, dict) and content.get("kind") == "bench":
                found.append(BenchReport.model_validate(content))
        except (InputError, ValidationError) as error:
            left_out.append(f"{file}: {str(error).splitlines()[0]}")
    return sorted(found, key=lambda report: report.created)

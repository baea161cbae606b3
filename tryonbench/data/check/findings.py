"""What a check found: faults are counted by split and kind, and the first names kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

Level = Literal["error", "warning", "note"]
"""An error would stop a command or make its result void; a warning would let it give doubtful
results; a note says what could not be checked, or is good to know."""

LEVELS: tuple[Level, ...] = get_args(Level)
"""The gravest first."""

NAMES = 8
"""Names that a finding keeps."""


class Fault(NamedTuple):
    """One thing that is wrong."""

    level: Level
    kind: str
    name: str
    """The file (relative to the split), or what else tells where to look."""


@dataclass
class Finding:
    """All faults of one kind in one split."""

    level: Level
    split: str
    kind: str
    count: int = 0
    names: list[str] = field(default_factory=list)
    """The first of them."""

    def __str__(self) -> str:
        more = self.count - len(self.names)
        rest = f" and {more} more" if more else ""
        return f"{self.split}: {self.kind} ({self.count}): {', '.join(self.names)}{rest}"


@dataclass
class Findings:
    """Counts by split and folder, and what is wrong."""

    root: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _found: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, split: str, faults: Iterable[Fault]) -> None:
        """Count the faults of a split."""
        for level, kind, name in faults:
            finding = self._found.setdefault((split, kind), Finding(level, split, kind))
            finding.count += 1
            if len(finding.names) < NAMES:
                finding.names.append(name)

    def of(self, level: Level) -> list[Finding]:
        """The findings of a level, in the order in which they were met."""
        return [finding for finding in self._found.values() if finding.level == level]

    @property
    def all(self) -> list[Finding]:
        """Every finding, the gravest first."""
        return [finding for level in LEVELS for finding in self.of(level)]

    @property
    def errors(self) -> list[str]:
        """A line for each kind of error and split."""
        return [str(finding) for finding in self.of("error")]

    @property
    def warnings(self) -> list[str]:
        """A line for each kind of warning and split."""
        return [str(finding) for finding in self.of("warning")]

    def as_dict(self) -> dict[str, Any]:
        """What `data check --json` and `eval --check --json` print."""
        return {
            "root": str(self.root),
            "counts": self.counts,
            "errors": self.errors,
            "warnings": self.warnings,
            "findings": [asdict(f) for f in self.all],
        }

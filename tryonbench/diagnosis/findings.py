"""What a diagnosis says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tryonbench.diagnosis.history import History


@dataclass(frozen=True)
class Finding:
    """Something that is wrong."""

    key: str
    says: str
    evidence: tuple[str, ...]
    """Numbers of the log, with the images seen."""
    advice: str
    """The option to try."""


class NotJudged(Exception):
    """The log does not hold what a check needs; the message says what would."""


Check = Callable[[History], Finding | None]
"""Raises NotJudged."""


@dataclass(frozen=True)
class Diagnosis:
    """The outcome of all checks on one run."""

    run: str
    findings: tuple[Finding, ...]
    not_judged: dict[str, str]
    """Checks that could not be made, and why."""

    def as_json(self) -> dict[str, Any]:
        return {"schema": 1, **asdict(self)}

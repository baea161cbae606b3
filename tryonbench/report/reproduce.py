"""What is needed to make each number again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tryonbench.report.entries import Entry
from tryonbench.runs import Run


@dataclass(frozen=True)
class Origin:
    """How a run came about."""

    name: str
    folder: str
    kind: str
    created: str
    command: str
    config: str
    """YAML."""
    data: dict[str, Any]
    environment: dict[str, Any]
    evaluations: tuple[Entry, ...]

    @property
    def environments(self) -> dict[str, Mapping[str, Any]]:
        """Where the run was made and, if elsewhere, where it was evaluated."""
        found: dict[str, Mapping[str, Any]] = {"Made with": self.environment}
        for entry in self.evaluations:
            if entry.result.environment not in found.values():
                found[f"Evaluated with ({entry.result.protocol})"] = entry.result.environment
        return {title: environment for title, environment in found.items() if environment}


def origins(
    runs: Sequence[Run], entries: Sequence[Entry], names: Mapping[Path, str]
) -> list[Origin]:
    """One for each run, by name."""
    found = [_origin(run, names[run.folder], entries) for run in runs]
    return sorted(found, key=lambda origin: origin.name)


def _origin(run: Run, name: str, entries: Sequence[Entry]) -> Origin:
    manifest = run.manifest()
    return Origin(
        name=name,
        folder=str(run.folder),
        kind=str(manifest.get("kind", "")),
        created=str(manifest.get("created", "")),
        command=shlex.join(map(str, manifest.get("command") or [])),
        config=_yaml(manifest.get("config")),
        data=_mapping(manifest.get("data")),
        environment=_mapping(manifest.get("environment")),
        evaluations=tuple(entry for entry in entries if entry.run.folder == run.folder),
    )


def _mapping(value: Any) -> dict[str, Any]:
    """A manifest made by another tool may hold anything."""
    return value if isinstance(value, dict) else {}


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).strip() if value else ""

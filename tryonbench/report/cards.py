"""A card for each method: what it is, whence it comes, what it reads and how large it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tryonbench.registry import source
from tryonbench.report.entries import Entry
from tryonbench.report.installed import installed
from tryonbench.results.cells import count
from tryonbench.results.tables import TRUTH
from tryonbench.runs import Run, read_log


@dataclass(frozen=True)
class Card:
    """What is known of a row's method; what is not known is left out."""

    name: str
    facts: dict[str, str]


def cards_of(
    runs: Sequence[Run], entries: Sequence[Entry], names: Mapping[Path, str]
) -> list[Card]:
    """One for each run that is a method's, by name."""
    results = {entry.run.folder: entry for entry in entries}
    shown = [run for run in runs if run.manifest().get("family") != TRUTH]
    cards = [_card(run, names[run.folder], results.get(run.folder)) for run in shown]
    return sorted(cards, key=lambda card: card.name)


def _card(run: Run, name: str, entry: Entry | None) -> Card:
    manifest = run.manifest()
    method = str(manifest["method"])
    found = installed(method)
    info = found.info if found else None
    facts = {
        "Method": method,
        "Family": info.family if info else str(manifest["family"]),
        "After": info.paper if info else "",
        "Licence": info.licence if info else "",
        "Reads": ", ".join(info.inputs) if info else "",
        "Parameters": _parameters(entry),
        "Training": _training(run, manifest),
        "Package": source(method) if found else "",
        "Run": run.name,
    }
    return Card(name, {key: text for key, text in facts.items() if text})


def _parameters(entry: Entry | None) -> str:
    """Of each network that generates."""
    found = entry.result.efficiency.parameters if entry else None
    if found is None:
        return ""
    parts = [f"{name} {count(number)}" for name, number in found.items()]
    return ", ".join(parts) if parts else "none"


def _training(run: Run, manifest: Mapping[str, Any]) -> str:
    """How long it was trained, at which size, from which preset."""
    config = manifest.get("config")
    last: dict[str, Any] = {}
    for record in read_log(run.log):
        last = record if "seconds" in record else last
    if not isinstance(config, dict):
        return ""
    size = config.get("size")
    parts = [
        f"preset {config['preset']}" if "preset" in config else "",
        f"{size[0]}x{size[1]}" if isinstance(size, list) and len(size) == 2 else "",
        f"{last['images']:,} images" if isinstance(last.get("images"), int) else "",
        f"{last['seconds'] / 60:,.1f} minutes" if last else "",
    ]
    return ", ".join(filter(None, parts))

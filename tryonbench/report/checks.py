"""What was looked at in the data behind the tables, as far as it takes no time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.data.check.findings import Findings
from tryonbench.data.check.folders import counts, folder_faults
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.report.entries import Entry
from tryonbench.report.lost import lost
from tryonbench.results.schema import Result


@dataclass(frozen=True)
class Check:
    """One split of one data root."""

    root: str
    split: str
    fingerprints: tuple[str, ...]
    counts: dict[str, int]
    """Files by folder."""
    faults: tuple[str, ...]
    """Missing files, files that no loader sees, a broken pair list."""
    remarks: tuple[str, ...]
    """What the results say of themselves, and what of them is gone."""
    problem: str | None = None
    """Why nothing could be looked at."""


def checks_of(entries: Sequence[Entry]) -> list[Check]:
    """One for each data root and split that was evaluated on here."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in (one for one in entries if not one.result.imported):
        groups.setdefault((entry.result.data.root, entry.result.data.split), []).append(entry)
    return [_check(root, split, found) for (root, split), found in groups.items()]


def _check(root: str, split: str, entries: Sequence[Entry]) -> Check:
    prints = tuple(dict.fromkeys(entry.result.data.fingerprint for entry in entries))
    remarks = tuple(dict.fromkeys(line for e in entries for line in _remarks(e.name, e.result)))
    remarks += tuple(lost(entries))
    try:
        opened = open_split(Path(root), split)
        found = Findings(Path(root))
        found.add(split, folder_faults(opened))
        files = counts(opened)
    except (InputError, OSError) as error:
        return Check(root, split, prints, {}, (), remarks, str(error))
    return Check(root, split, prints, files, (*found.errors, *found.warnings), remarks)


def _remarks(name: str, result: Result) -> list[str]:
    """Images that a result lacks, and training on the test set."""
    missing = result.missing_images or []
    lacking = f"{name}: {len(missing)} images of {result.protocol} are missing"
    learnt = f"{name}: trained on the test images of {result.protocol}"
    return [lacking] * bool(missing) + [learnt] * bool(result.data.trained_on_test)

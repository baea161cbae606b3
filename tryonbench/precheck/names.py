"""Which file is whose: missing, extra, given twice, renamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tryonbench.data.check.findings import Fault
from tryonbench.data.pairs import PairList
from tryonbench.metrics.outputs import Problems, find_outputs, pictures
from tryonbench.precheck.renaming import Renaming, find_renaming


def matched(folder: Path, pairs: PairList) -> tuple[dict[str, Path], list[Fault]]:
    """The file of each id, and what is wrong with the names.

    Files that look renamed are taken as what they look like, so that the other checks see them.

    Raises:
        InputError: there is no folder, or no picture in it.
    """
    problems = Problems()
    found, missing = find_outputs(folder, pairs.ids, problems, allow_missing=True)
    extra = {file.stem: file for file in pictures(folder) if file.stem not in set(pairs.ids)}
    renaming = find_renaming(pairs, missing, sorted(extra))
    renamed = {name: extra[stem] for stem, name in renaming.names.items()} if renaming else {}
    problems.found.pop("extra", None)
    faults = [Fault("error", kind, what) for kind, all_ in problems.found.items() for what in all_]
    faults += [Fault("error", "missing", name) for name in missing if name not in renamed]
    unknown = set(extra.values()) - set(renamed.values())
    faults += [Fault("error", "extra", file.name) for file in sorted(unknown)]
    return found | renamed, faults + list(_renamed(renaming, extra))


def _renamed(renaming: Renaming | None, extra: dict[str, Path]) -> Iterator[Fault]:
    if renaming is None:
        return
    for stem, name in renaming.names.items():
        file = extra[stem]
        right = f"{name}{file.suffix}"
        yield Fault("error", f"look renamed: {renaming.rule}", f"{file.name} for {right}")

"""What is in a data folder, and what in it would break training or evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tryonbench.data.check.duplicates import WHAT, Print, repeats, shared
from tryonbench.data.check.files import PRINTED, look_at
from tryonbench.data.check.findings import Fault, Finding, Findings
from tryonbench.data.check.folders import counts, folder_faults, present
from tryonbench.data.jobs import Job
from tryonbench.data.layout import Folder, Split, open_split, splits
from tryonbench.pool import in_order
from tryonbench.shards.path import archive_of

Prints = dict[Folder, dict[str, Print]]
"""By folder and id."""


def check_root(root: Path, workers: int | None = None) -> Findings:
    """Check every split: whole files, fitting sizes, labels, masks, poses, pair lists, repeats.

    Kept of each picture are its hashes; everything else is counted.

    Args:
        workers: number of processes; by default all cores, or one for a small split.

    Raises:
        InputError: the folder is not a data root at all, or it is kept in shards and some of
            them are damaged.
    """
    if archive := archive_of(root):
        archive.refuse_damaged()
    opened = [open_split(root, name) for name in splits(root) or ["train"]]
    findings = Findings(root)
    prints: dict[str, Prints] = {}
    for split in opened:
        findings.counts[split.name] = counts(split)
        findings.add(split.name, folder_faults(split))
        prints[split.name] = _check_files(split, findings, workers)
    for name in prints:
        if name != "train":
            findings.add(name, _duplicates(prints[name], prints.get("train")))
    return findings


def _check_files(split: Split, findings: Findings, workers: int | None) -> Prints:
    """Look at every id's files; the prints of photographs and garments."""
    jobs = [Job(split.root, split.name, name) for name in _all_ids(split)]
    prints: Prints = {folder: {} for folder in PRINTED}
    sizes: Counter[tuple[int, int]] = Counter()
    for look in in_order(look_at, jobs, f"check {split.name}", workers):
        findings.add(split.name, look.faults)
        sizes.update(look.sizes)
        for folder, found in look.prints.items():
            prints[folder][look.name] = found
    findings.add(split.name, size_faults(sizes))
    return prints


def _all_ids(split: Split) -> list[str]:
    return sorted({name for folder in present(split) for name in split.ids(folder)})


def size_faults(sizes: Counter[tuple[int, int]]) -> Iterator[Fault]:
    """The sizes of photographs and garments, if there are several."""
    for (height, width), count in sizes.most_common() if len(sizes) > 1 else ():
        yield Fault("warning", "sizes differ", f"{count} of {height}x{width}")


def _duplicates(prints: Prints, train: Prints | None) -> Iterator[Fault]:
    for folder in PRINTED:
        yield from repeats(WHAT[folder], prints[folder])
        if train:
            yield from shared(WHAT[folder], prints[folder], train[folder])


__all__ = ["Finding", "Findings", "check_root", "size_faults"]

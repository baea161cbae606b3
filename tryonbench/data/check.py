"""What is in a data folder, and what in it would break training or evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tryonbench.data.keypoints import found, read_body25
from tryonbench.data.layout import Folder, Split, open_split, splits
from tryonbench.data.pairs import Pair, pairs_of, read_pairs
from tryonbench.data.sample import Sample
from tryonbench.errors import InputError, listed
from tryonbench.images import decode, image_size

PER_PERSON: tuple[Folder, ...] = (
    "parse", "parse_agnostic", "keypoints", "densepose", "agnostic", "agnostic_mask",
)  # fmt: skip


@dataclass
class Findings:
    """Counts by split and folder; errors would stop a command, warnings would not."""

    root: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        lists = {"counts": self.counts, "errors": self.errors, "warnings": self.warnings}
        return {"root": str(self.root), **lists}


def check_root(root: Path) -> Findings:
    """Check every split: whole files, equal sizes, complete modalities, labels, pair lists.

    Raises:
        InputError: the folder is not a data root at all.
    """
    names = splits(root)
    if not names:
        open_split(root, "train")
    findings = Findings(root)
    for name in names:
        _check_split(open_split(root, name), findings)
    return findings


def _check_split(split: Split, findings: Findings) -> None:
    present = [folder for folder in split.places if split.has(folder)]
    findings.counts[split.name] = {split.places[f].folder: len(split.ids(f)) for f in present}
    _report(findings.errors, f"{split.name}: unreadable", _unreadable(split, present))
    _report(findings.errors, f"{split.name}: label map does not fit", _bad_parses(split))
    _report(findings.warnings, f"{split.name}: sizes differ", _sizes(split))
    _report(findings.warnings, f"{split.name}: incomplete", _incomplete(split, present))
    _report(findings.warnings, f"{split.name}: ignored for their endings", _ignored(split, present))
    _report(findings.warnings, f"{split.name}: no person detected", _no_pose(split))
    _check_pairs(split, findings)


def _report(lines: list[str], title: str, problems: Iterable[str]) -> None:
    what = list(problems)
    if what:
        lines.append(f"{title}: {listed(what, limit=8)}")


def _refused(read: Callable[[Path], object], path: Path) -> bool:
    try:
        read(path)
    except InputError:
        return True
    return False


def _unreadable(split: Split, present: list[Folder]) -> Iterator[str]:
    """Files that cannot be decoded to the end."""
    for folder in present:
        for name in split.ids(folder):
            path = split.path(folder, name)
            if _refused(read_body25 if folder == "keypoints" else _decode, path):
                yield str(path.relative_to(split.root))


def _decode(path: Path) -> object:
    return decode(path, "RGB")


def _bad_parses(split: Split) -> Iterator[str]:
    """Parse maps with another size than the photograph, labels over 19, or no palette."""
    if not split.has("parse"):
        return
    for name in sorted(set(split.ids("parse")) & set(split.ids("image"))):
        sample = Sample(split, Pair(name, name), (1, 1))
        try:
            sample.photo  # noqa: B018 - an unreadable photograph is another finding
        except InputError:
            continue
        try:
            sample.parse  # noqa: B018
        except InputError:
            yield name


def _sizes(split: Split) -> list[str]:
    """The sizes of photographs and garments, if there are several."""
    files = [split.path(f, n) for f in ("image", "cloth") if split.has(f) for n in split.ids(f)]
    readable = [file for file in files if not _refused(image_size, file)]
    counts = Counter(image_size(file) for file in readable)
    return [f"{n} of {h}x{w}" for (h, w), n in counts.most_common()] if len(counts) > 1 else []


def _incomplete(split: Split, present: list[Folder]) -> Iterator[str]:
    """Persons that lack a file in a folder that the copy has."""
    persons = split.ids("image")
    for folder in PER_PERSON:
        if folder in present:
            lacking = sorted(set(persons) - set(split.ids(folder)))
            if lacking:
                yield f"{split.places[folder].folder} lacks {listed(lacking, limit=3)}"


def _ignored(split: Split, present: list[Folder]) -> Iterator[str]:
    """Files that do not end as this layout's files do, so that no loader sees them."""
    for place in (split.places[folder] for folder in present):
        for file in sorted((split.folder / place.folder).iterdir()):
            if not file.name.endswith(place.ending):
                yield f"{place.folder}/{file.name}"


def _no_pose(split: Split) -> Iterator[str]:
    for name in split.ids("keypoints") if split.has("keypoints") else []:
        path = split.path("keypoints", name)
        if not _refused(read_body25, path) and not found(read_body25(path)).any():
            yield name


def _check_pairs(split: Split, findings: Findings) -> None:
    """The split's pair list: readable, every file there, no self pair in an unpaired list."""
    path = split.root / f"{split.name}_pairs.txt"
    if not path.is_file():
        findings.warnings.append(f"{path.name} is missing: no unpaired evaluation")
        return
    try:
        pairs_of(split, "unpaired", path.name)
        selves = [pair.person for pair in read_pairs(path) if pair.person == pair.cloth]
    except InputError as error:
        findings.errors.append(str(error))
        return
    _report(findings.warnings, f"{path.name}: self pairs in an unpaired list", selves)

"""Finding the images to score, matched by id, and saying all that is wrong with them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tryonbench.errors import InputError, listed

ENDINGS = (".png", ".jpg")


@dataclass
class Problems:
    """What is wrong with a folder of images, by kind, with ids."""

    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, what: str) -> None:
        self.found[kind].append(what)

    def refuse(self, folder: Path) -> None:
        """
        Raises:
            InputError: anything was found; one line that lists it.
        """
        parts = [f"{len(w)} {kind} ({listed(w)})" for kind, w in self.found.items() if w]
        if parts:
            raise InputError(
                f"{folder} does not fit the protocol: {'; '.join(parts)}; "
                "mend the folder, or score what is there with --allow-missing"
            )


def find_outputs(
    folder: Path, ids: Iterable[str], problems: Problems, allow_missing: bool
) -> tuple[dict[str, Path], list[str]]:
    """The image of each id (`ID.png` or `ID.jpg`), and the ids that have none.

    Raises:
        InputError: the folder does not exist or holds no images at all.
    """
    files = _by_id(folder, problems)
    wanted = list(ids)
    missing = [name for name in wanted if name not in files]
    for name in sorted(set(files) - set(wanted)):
        problems.add("extra", files[name].name)
    if not allow_missing:
        for name in missing:
            problems.add("missing", name)
    return {name: files[name] for name in wanted if name in files}, missing


def _by_id(folder: Path, problems: Problems) -> dict[str, Path]:
    if not folder.is_dir():
        raise InputError(f"the folder of images {folder} does not exist")
    files: dict[str, Path] = {}
    for file in sorted(f for f in folder.iterdir() if f.suffix in ENDINGS):
        if file.stem in files:
            problems.add("given twice", file.stem)
        files[file.stem] = file
    if not files:
        raise InputError(f"{folder} holds no images (ID.png or ID.jpg)")
    return files

"""Finding the images to score, matched by id, and saying all that is wrong with them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tryonbench.errors import InputError, listed
from tryonbench.images import first_size

ENDINGS = (".png", ".jpg", ".jpeg")
"""In either case, as `.PNG`."""
REFUSED = (".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif", ".npy", ".pt")
"""Named as a problem, where any other file (notes, `generation.json`) is left alone."""


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
            advice = (
                ", or score what is there with --allow-missing" if self._only("missing") else ""
            )
            raise InputError(
                f"{folder} does not fit the protocol: {'; '.join(parts)}; mend the folder{advice}"
            )

    def _only(self, kind: str) -> bool:
        return {name for name, what in self.found.items() if what} == {kind}


def find_outputs(
    folder: Path, ids: Iterable[str], problems: Problems, allow_missing: bool
) -> tuple[dict[str, Path], list[str]]:
    """The image of each id (`ID.png`, `ID.jpg` or `ID.jpeg`), and the ids that have none.

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
    files: dict[str, Path] = {}
    for file in pictures(folder):
        if file.stem in files:
            problems.add("given twice", file.stem)
        files[file.stem] = file
    for file in sorted(f for f in folder.iterdir() if f.suffix.lower() in REFUSED):
        problems.add("neither PNG nor JPEG", file.name)
    return files


def pictures(folder: Path) -> list[Path]:
    """The PNG and JPEG files of a folder, by name.

    Raises:
        InputError: there is no folder, or no picture in it.
    """
    if not folder.is_dir():
        raise InputError(f"the folder of images {folder} does not exist")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)
    if not files:
        raise InputError(f"{folder} holds no images (ID.png or ID.jpg)")
    return files


def picture_size(folder: Path) -> tuple[int, int]:
    """Height and width of the first picture of a folder that can be read.

    Raises:
        InputError: there is no folder, or no readable picture in it.
    """
    if size := first_size(pictures(folder)):
        return size
    raise InputError(f"none of the pictures in {folder} can be read; replace them")

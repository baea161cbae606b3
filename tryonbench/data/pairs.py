"""Pair lists: which person wears which garment. Matched by id, never by position."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tryonbench.data.layout import Folder, Split, dresscode_id
from tryonbench.errors import InputError, listed
from tryonbench.files import digest

NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class Pair:
    """A person and the garment to put on."""

    person: str
    cloth: str

    @property
    def truth(self) -> str:
        """The name under which the procedural data keeps this pair's true picture."""
        return f"{self.person}__{self.cloth}"


@dataclass(frozen=True)
class PairList:
    """Pairs in order, with the ids under which their outputs are saved."""

    pairs: tuple[Pair, ...]
    paired: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The person's id; or PERSON__GARMENT where some person occurs more than once."""
        persons = tuple(pair.person for pair in self.pairs)
        unique = len(set(persons)) == len(persons)
        return persons if unique else tuple(pair.truth for pair in self.pairs)

    @property
    def digest(self) -> str:
        """12 hex digits of the list's content."""
        return digest(*(pair.truth for pair in self.pairs))[:12]


def read_pairs(path: Path, id_of: Callable[[str], str] | None = None) -> tuple[Pair, ...]:
    """Read lines of `person.jpg cloth.jpg`.

    Args:
        id_of: from a file's name to its id; by default the name without its ending.

    Raises:
        InputError: missing, empty, not two names a line, a path instead of a name, or a pair twice.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = "it does not exist" if isinstance(error, FileNotFoundError) else str(error)
        raise InputError(f"cannot read the pair list {path}: {why}; give another file") from error
    name = id_of or _stem
    words = [_words(path, i, line) for i, line in enumerate(lines, 1) if line.strip()]
    pairs = tuple(Pair(name(person), name(cloth)) for person, cloth in words)
    if not pairs:
        raise InputError(f"the pair list {path} is empty")
    if len(set(pairs)) < len(pairs):
        twice = listed(sorted({p.truth for p in pairs if pairs.count(p) > 1}))
        raise InputError(f"the pair list {path} names a pair twice: {twice}")
    return pairs


def _words(path: Path, number: int, line: str) -> list[str]:
    """The two names of a line; names that would leave the folder are refused."""
    words = line.split()
    if len(words) != 2 or not all(NAME.fullmatch(word) and ".." not in word for word in words):
        wanted = '"person.jpg cloth.jpg", names without folders'
        raise InputError(f'{path} line {number}: "{line}" is not {wanted}')
    return words


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]


def own_garments(split: Split) -> PairList:
    """Each person with the own garment: every id that has both a photograph and a garment.

    Raises:
        InputError: no id has both.
    """
    common = sorted(set(split.ids("image")) & set(split.ids("cloth")))
    if not common:
        raise InputError(f"{split.folder}: nobody in image/ has a garment of that name in cloth/")
    return PairList(tuple(Pair(name, name) for name in common), paired=True)


def pairs_of(
    split: Split, pairing: Literal["paired", "unpaired"], list_name: str, custom: Path | None = None
) -> PairList:
    """A protocol's pairs: the persons of its list with their own garments, or the list itself.

    Paired without a list: every person who has a garment of the same name.

    Args:
        custom: a pair list to use in place of the protocol's.

    Raises:
        InputError: the list names files that are not there.
    """
    path = custom or split.pair_list(list_name, pairing)
    if pairing == "paired" and not custom and not path.is_file():
        return own_garments(split)
    listed_pairs = read_pairs(path, dresscode_id if split.is_dresscode else None)
    if pairing == "paired":
        persons = dict.fromkeys(pair.person for pair in listed_pairs)
        listed_pairs = tuple(Pair(person, person) for person in persons)
    _refuse_missing(path, split, listed_pairs)
    return PairList(listed_pairs, paired=pairing == "paired")


def _refuse_missing(path: Path, split: Split, pairs: tuple[Pair, ...]) -> None:
    """Every named file must be there."""
    persons, cloths = set(split.ids("image")), set(split.ids("cloth"))
    places: list[tuple[Folder, str]] = [
        ("image", p.person) for p in pairs if p.person not in persons
    ]
    places += [("cloth", p.cloth) for p in pairs if p.cloth not in cloths]
    if places:
        files = (split.path(folder, name) for folder, name in places)
        missing = [str(file.relative_to(split.folder)) for file in files]
        raise InputError(f"{path} names files that are not in {split.folder}: {listed(missing)}")

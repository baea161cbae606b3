"""An opened set of shards: where each file lies, and its content."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tryonbench.errors import InputError, listed
from tryonbench.files import file_sha256
from tryonbench.progress import progress
from tryonbench.shards.index import (
    INDEX,
    SOURCE,
    Contents,
    Shard,
    contents_file,
    read_contents,
    read_index,
)

FIELDS = 4
ABSENT = array("q", [-1, 0, 0, 0])


class Member(NamedTuple):
    """A file in a shard."""

    shard: int
    offset: int
    size: int
    crc32: int


@dataclass
class Column:
    """The files of a folder that end alike: 32 bytes a file, as a set may have a million."""

    ending: str
    rows: dict[str, int]
    """Row by id, shared by the columns of a split."""
    table: array[int] = field(default_factory=lambda: array("q"))
    """`FIELDS` numbers a row; shard -1 where the id has no such file."""

    def put(self, row: int, member: Member) -> None:
        """Note where a row's file lies."""
        lacking = row + 1 - len(self.table) // FIELDS
        self.table.extend(ABSENT * lacking)
        self.table[row * FIELDS : (row + 1) * FIELDS] = array("q", member)

    def member(self, name: str) -> Member | None:
        """The file of that name, without its folder."""
        row = self.rows.get(name.removesuffix(self.ending)) if name.endswith(self.ending) else None
        found = self.table[row * FIELDS : (row + 1) * FIELDS] if row is not None else ABSENT
        return Member(*found) if found and found[0] >= 0 else None

    def names(self) -> Iterator[str]:
        """Every file's name."""
        shards = self.table[::FIELDS]
        for name, row in self.rows.items():
            if row < len(shards) and shards[row] >= 0:
                yield name + self.ending


class Archive:
    """The shards of a folder, found by their index."""

    def __init__(self, root: Path) -> None:
        """
        Raises:
            InputError: the index or a shard is broken, or one is missing and has no address.
        """
        self.root, self.stamp = root, index_stamp(root)
        self.shards: tuple[Shard, ...] = read_index(root).shards
        self.remote = (root / SOURCE).is_file()
        self.dates: list[int] = []
        """When each shard's list was written, in nanoseconds: the date of its files."""
        self.files: dict[str, bytes] = {}
        self.folders: dict[str, list[Column]] = {}
        self._refuse_cut()
        rows: dict[str, dict[str, int]] = {}
        for number, shard in enumerate(self.shards):
            found = read_contents(root, shard)
            self.dates.append(contents_file(root / shard.name).stat().st_mtime_ns)
            self._add(number, found, rows.setdefault(found.split, {}))
        self.tree = {"", *(above for name in self.folders for above in upwards(name))}

    def _refuse_cut(self) -> None:
        """Every shard must be there in full length; from an address they come when needed."""
        bad = []
        for shard in self.shards:
            path = self.root / shard.name
            if path.is_file() and path.stat().st_size != shard.bytes:
                bad.append(f"{shard.name} has {path.stat().st_size} of {shard.bytes} bytes")
            elif not path.is_file() and not self.remote:
                bad.append(f"{shard.name} is missing")
        if bad:
            raise InputError(f"{self.root}: {listed(bad)}; copy those shards again")

    def _add(self, number: int, found: Contents, rows: dict[str, int]) -> None:
        """Enter the contents of a shard."""
        self.files |= {name: text.encode() for name, text in found.files.items()}
        columns = {ext: self._column(*place, rows) for ext, place in found.places.items()}
        for name, members in found.samples.items():
            row = rows.setdefault(name, len(rows))
            for ext, place in members.items():
                columns[ext].put(row, Member(number, *place))

    def _column(self, folder: str, ending: str, rows: dict[str, int]) -> Column:
        known = self.folders.setdefault(folder, [])
        for column in known:
            if column.ending == ending and column.rows is rows:
                return column
        known.append(Column(ending, rows))
        return known[-1]

    def is_folder(self, name: str) -> bool:
        """Whether there is such a folder below the root; the root is the empty name."""
        return name in self.tree

    def member(self, name: str) -> Member | None:
        """Where a file below the root lies."""
        folder, _, file = name.rpartition("/")
        found = (column.member(file) for column in self.folders.get(folder, ()))
        return next((member for member in found if member), None)

    def children(self, name: str) -> Iterator[str]:
        """The names in a folder."""
        if name == "":
            yield from self.files
        for column in self.folders.get(name, ()):
            yield from column.names()
        start = f"{name}/" if name else ""
        below = (f.removeprefix(start) for f in self.folders if f.startswith(start))
        yield from dict.fromkeys(rest.split("/", 1)[0] for rest in below if rest)

    def content(self, name: str) -> bytes:
        """A file's content, checked.

        Raises:
            FileNotFoundError: there is none.
            InputError: its shard is damaged, or cannot be fetched.
        """
        if name in self.files:
            return self.files[name]
        member = self.member(name)
        if member is None:
            raise FileNotFoundError(f"{self.root / name} is in no shard")
        shard = self.shards[member.shard]
        with self._tar(shard).open("rb") as stream:
            stream.seek(member.offset)
            content = stream.read(member.size)
        if zlib.crc32(content) != member.crc32:
            raise InputError(f"{self.root / shard.name} is damaged at {name}; {self._mend()}")
        return content

    def refuse_damaged(self) -> None:
        """Read every shard whole.

        Raises:
            InputError: some have another SHA-256 than the index says.
        """
        bad = []
        with progress("hash shards", len(self.shards)) as update:
            for number, shard in enumerate(self.shards, 1):
                if file_sha256(self._tar(shard)) != shard.sha256:
                    bad.append(shard.name)
                update(number)
        if bad:
            raise InputError(f"damaged shards in {self.root}: {listed(bad)}; {self._mend()}")

    def _mend(self) -> str:
        """What to do about damaged shards."""
        return f"delete, then {'run again' if self.remote else 'copy or make them again'}"

    def _tar(self, shard: Shard) -> Path:
        """The shard's file; from an address it is fetched first."""
        path = self.root / shard.name
        if self.remote and not path.is_file():
            from tryonbench.shards.fetch import fetch_shard

            fetch_shard(self.root, shard)
        return path


def index_stamp(root: Path) -> tuple[int, int]:
    """Changes when the index is written anew."""
    state = (root / INDEX).stat()
    return state.st_mtime_ns, state.st_ino


def upwards(path: str) -> Iterator[str]:
    """A path and the folders above it.

    >>> list(upwards("a/b/c"))
    ['a/b/c', 'a/b', 'a']
    """
    while path:
        yield path
        path = path.rpartition("/")[0]

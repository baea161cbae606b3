"""A path in a data root that is kept in shards: it reads like a file's path."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path, PosixPath
from typing import IO, Any, Self

from tryonbench.shards.archive import Archive, index_stamp, upwards
from tryonbench.shards.index import INDEX

_ARCHIVES: dict[str, Archive] = {}
"""What this process has opened, by absolute path."""


class Content(io.BytesIO):
    """A file's content; errors name the file and no address in memory."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name

    def __repr__(self) -> str:
        return repr(self.name)


class ShardPath(PosixPath):
    """Where a file would lie if the shards were a folder. It is read-only."""

    __slots__ = ()

    def _found(self) -> tuple[Archive, str]:
        """The shards, and the name below their root; a process that was given the path opens
        them."""
        path = _absolute(self)
        root = _root_of(path)
        return _ARCHIVES[root], path[len(root) + 1 :]

    def is_dir(self) -> bool:
        archive, name = self._found()
        return archive.is_folder(name)

    def is_file(self) -> bool:
        archive, name = self._found()
        return name in archive.files or archive.member(name) is not None

    def exists(self) -> bool:
        return self.is_dir() or self.is_file()

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Kind, size and date; the date is that of the shard's list."""
        archive, name = self._found()
        member = archive.member(name)
        if member is not None:
            return _state(stat.S_IFREG | 0o444, member.size, archive.dates[member.shard])
        if name in archive.files:
            return _state(stat.S_IFREG | 0o444, len(archive.files[name]), archive.stamp[0])
        if archive.is_folder(name):
            return _state(stat.S_IFDIR | 0o555, 0, archive.stamp[0])
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))

    def open(  # type: ignore[override]
        self,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> IO[Any]:
        """The content in memory, for reading."""
        if set(mode) & set("wax+"):
            raise OSError(errno.EROFS, "shards are read-only", str(self))
        archive, name = self._found()
        stream = Content(archive.content(name), str(self))
        return stream if "b" in mode else io.TextIOWrapper(stream, encoding, errors, newline)

    def iterdir(self) -> Generator[Self, None, None]:
        archive, name = self._found()
        for child in archive.children(name):
            yield self / child

    def glob(self, pattern: str) -> Generator[Self, None, None]:
        """Patterns of names, without `**`."""
        archive, name = self._found()
        first, _, rest = pattern.partition("/")
        for child in archive.children(name):
            if fnmatchcase(child, first):
                path = self / child
                if not rest:
                    yield path
                elif path.is_dir():
                    yield from path.glob(rest)


def in_shards(root: Path) -> Path:
    """The root as a `ShardPath` if it is a folder with an index of shards; else as it is.

    Raises:
        InputError: the index or a shard is broken.
    """
    if not Path(root, INDEX).is_file():
        return root
    name = _absolute(root)
    known = _ARCHIVES.get(name)
    if known is None or known.stamp != index_stamp(Path(name)):
        _ARCHIVES[name] = Archive(Path(name))
    return ShardPath(root)


def archive_of(root: Path) -> Archive | None:
    """The shards that a root is kept in, if it is."""
    found = in_shards(root)
    return _ARCHIVES[_absolute(found)] if isinstance(found, ShardPath) else None


def _absolute(path: Path) -> str:
    return os.path.normpath(path.absolute())


def _root_of(path: str) -> str:
    """The root of the shards that hold an absolute path."""
    for root in upwards(path):
        if root in _ARCHIVES:
            return root
    for root in upwards(path):
        if Path(root, INDEX).is_file():
            in_shards(Path(root))
            return root
    raise FileNotFoundError(errno.ENOENT, "is in no folder of shards", path)


def _state(mode: int, size: int, date: int) -> os.stat_result:
    seconds = date // 10**9
    plain = (mode, 0, 0, 1, 0, 0, size, seconds, seconds, seconds)
    return os.stat_result(plain, dict.fromkeys(("st_atime_ns", "st_mtime_ns"), date))

"""What is in a tar, found by reading it once."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.files import file_sha256
from tryonbench.shards.index import Contents
from tryonbench.shards.naming import ROOT_FILES, id_of

END = 2 * tarfile.BLOCKSIZE
"""Zero bytes at the end of every whole tar."""

COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""How gzip, bzip2, xz and zstd begin."""


def contents_of(tar: Path, split: str, places: Mapping[str, tuple[str, str]]) -> Contents:
    """List a tar's files by id and extension, with offsets and checksums.

    Args:
        places: as in `Contents`; files with other extensions are left out.

    Raises:
        InputError: it is no tar, or was cut short; or a name or a pair list in it cannot be used.
    """
    files: dict[str, str] = {}
    samples: dict[str, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for name, offset, content in _members(tar):
        if name.startswith(ROOT_FILES):
            files[name.removeprefix(ROOT_FILES)] = _text(tar, name, content)
            continue
        key, _, extension = name.rpartition("/")[2].partition(".")
        if extension in places:
            samples[_id(tar, name, key)][extension] = (offset, len(content), zlib.crc32(content))
    used = {extension for members in samples.values() for extension in members}
    return Contents(
        split=split,
        bytes=tar.stat().st_size,
        sha256=file_sha256(tar),
        files=files,
        places={extension: place for extension, place in places.items() if extension in used},
        samples=samples,
    )


def _text(tar: Path, name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{tar}: {name} is no UTF-8 text; make the tar again") from error


def _id(tar: Path, name: str, key: str) -> str:
    """An id names files, so no folder may be in it."""
    found = id_of(key)
    if not found or set(found) & set("/\\\0"):
        raise InputError(f'{tar}: "{name}" names no id, as {found!r} cannot be one; rename it')
    return found


def _members(tar: Path) -> Iterator[tuple[str, int, bytes]]:
    """Name, offset of the content, and content of each regular file, as webdataset reads them."""
    try:
        _refuse_cut(tar)
        with tarfile.open(tar, "r:") as archive:
            for info in archive:
                stream = archive.extractfile(info) if info.isreg() else None
                if stream is not None:
                    yield info.name, info.offset_data, stream.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise InputError(f"{tar} is no whole tar ({error}); get or make it again") from error


def _refuse_cut(tar: Path) -> None:
    """A tar that is compressed or has no end."""
    with tar.open("rb") as stream:
        if stream.read(6).startswith(COMPRESSED):
            raise EOFError("it is compressed, and files are read at random: unpack it first")
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - END))
        if size < END or stream.read().strip(b"\0"):
            raise EOFError(f"it ends after {size} bytes without a tar's end")

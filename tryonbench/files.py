"""Files that are whole or not there: atomic writes, content hashes, canonical JSON."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryonbench.errors import InputError
from tryonbench.storage import storing

if TYPE_CHECKING:
    from filelock import BaseFileLock

CLOSED = "permission denied or read-only; choose another folder"
TEMPORARY = ".tmp"
"""Ends the name of a file or folder that is being written, which begins with a dot."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes that name only if the block succeeds.

    Raises:
        InputError: the folder cannot be written.
        StorageError: the disk is full or read-only.
    """
    make_folder(path.parent)
    temporary = _temporary(path)
    try:
        with storing(path.parent):
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    """An empty file beside `path` that no reader takes for a result."""
    with storing(path.parent):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    os.close(handle)
    return Path(name)


def is_vacant(folder: Path) -> bool:
    """Whether a folder is not there, or holds at most what a kill has left of its first file."""
    if not folder.exists():
        return True
    return folder.is_dir() and all(
        entry.name.startswith(".") and entry.suffix == TEMPORARY for entry in folder.iterdir()
    )


def _umask() -> int:
    """The process's umask (mkstemp ignores it and writes 0600)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def make_folder(path: Path) -> Path:
    """Create `path` and its parents and check that it can be written.

    Raises:
        InputError: it cannot.
        StorageError: the disk is full or read-only.
    """
    try:
        with storing(path):
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot create {path}: {error.strerror}; choose another folder"
        ) from error
    if not os.access(path, os.W_OK):
        raise InputError(f"cannot write to {path}: {CLOSED}")
    return path


def refuse_unwritable(path: Path) -> None:
    """Check, without creating anything, that a folder is there or can be made.

    Raises:
        InputError: it cannot.
    """
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise InputError(f"cannot create {path}: {there} is a file; choose another folder")
    if not os.access(there, os.W_OK):
        raise InputError(f"cannot write to {there}: {CLOSED}")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON atomically; NaN and infinity are refused, they are not JSON."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        InputError: the file is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not valid JSON ({error}); replace or delete it") from error


def read_json_if_whole(path: Path) -> Any:
    """What `read_json` reads; None where the file is missing or broken and can be made anew."""
    try:
        return read_json(path)
    except InputError:
        return None


def canonical_json(value: Any) -> str:
    """One spelling for equal values, so that hashes agree."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(*parts: str | bytes) -> str:
    """SHA-256 (hex) of the parts, each framed by its length."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "little"))
        sha.update(data)
    return sha.hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def known_sha256(path: Path) -> str:
    """`file_sha256`, computed again only if the file changed since this process read it."""
    state = path.stat()
    return _sha256(path, state.st_mtime_ns, state.st_size)


@cache
def _sha256(path: Path, mtime_ns: int, size: int) -> str:
    return file_sha256(path)


def local_lock(path: Path) -> BaseFileLock:
    """A lock for what one process of this machine at a time does at a path.

    It lies in the machine's own temporary folder: on a shared one it may do nothing, or outlive a
    machine that crashed.
    """
    from filelock import FileLock

    name = f"tryonbench-{digest(str(path.resolve()))[:16]}.lock"
    return FileLock(Path(tempfile.gettempdir()) / name)

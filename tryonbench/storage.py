"""Disks that are full or read-only, said in one line."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tryonbench.errors import StorageError

PROBLEMS = {
    errno.ENOSPC: "is full; make room, then run the same command again",
    errno.EDQUOT: "is full to your quota; make room, then run the same command again",
    errno.EROFS: "is read-only; choose another folder, or make it writable",
}
IN_TEXT = re.compile(r"os error (\d+)")
"""How libraries written in Rust say an error's number."""
SQLITE = {
    "database or disk is full": errno.ENOSPC,
    "attempt to write a readonly database": errno.EROFS,
}
"""How SQLite says it."""
SCARCE = 1 << 16
"""Bytes; with less free space a failure that names no reason is one of space."""


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Say which folder it is if the block fails because a disk is full or read-only.

    Raises:
        StorageError: it is; what else the block raises passes.
    """
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        number = storage_problem(error) or _full(folder)
        if number is None:
            raise
        raise StorageError(f"{folder} {PROBLEMS[number]}; what was there is kept") from error


def storage_problem(error: BaseException) -> int | None:
    """The number of the first error of storage among an error and those that it comes from."""
    return next((number for number in _numbers(error) if number in PROBLEMS), None)


def _numbers(error: BaseException | None) -> Iterator[int]:
    """The numbers of the system's errors behind an error, its own first."""
    if error is None:
        return
    if isinstance(error, OSError) and error.errno is not None:
        yield error.errno
    yield from map(int, IN_TEXT.findall(str(error)))
    yield from (number for text, number in SQLITE.items() if text in str(error))
    for inner in getattr(error, "exceptions", ()):
        yield from _numbers(inner)
    yield from _numbers(error.__cause__ or error.__context__)


def _full(folder: Path) -> int | None:
    """For libraries that do not say why they could not write, such as `numpy.save`."""
    with suppress(OSError):
        disk = shutil.disk_usage(folder)
        return errno.ENOSPC if disk.total > 0 and disk.free < SCARCE else None
    return None


def storage_line(error: Exception) -> str | None:
    """The line for an error of storage wherever it comes from; None for any other error."""
    number = storage_problem(error)
    if number is None:
        return None
    place = getattr(error, "filename", None) or "a disk"
    return f"{place} {PROBLEMS[number]}; what was there is kept"

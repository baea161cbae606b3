"""Errors that a user can mend. Each message is one line and says what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches


class TryonbenchError(Exception):
    """A failure that needs no traceback: the command prints the message and exits."""

    exit_code = 1


class InputError(TryonbenchError):
    """Bad input or a missing prerequisite: nothing was done, nothing was written."""

    exit_code = 2


class StorageError(TryonbenchError):
    """A disk that is full or read-only: what was there is whole, and the command can go on."""

    exit_code = 2


class TakenError(TryonbenchError):
    """Another process does the work now."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to a message, or the list of what is known.

    >>> did_you_mean("lpps", ["lpips", "ssim"])
    'did you mean "lpips"?'
    >>> did_you_mean("zzz", ["lpips", "ssim"])
    'known: lpips, ssim'
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known: {', '.join(names)}"


def listed(items: Iterable[object], limit: int = 5) -> str:
    """The first items, comma separated, and how many more there are.

    >>> listed(range(7), limit=3)
    '0, 1, 2 and 4 more'
    """
    shown = [str(item) for item in items]
    rest = len(shown) - limit
    return ", ".join(shown[:limit]) + (f" and {rest} more" if rest > 0 else "")


def masked(url: str) -> str:
    """An address without its password.

    >>> masked("mysql://me:secret@host/db")
    'mysql://me:***@host/db'
    """
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", url)

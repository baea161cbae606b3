"""Text without what names a machine or a person: folders, the user's name, passwords."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tryonbench.errors import masked

PATH = re.compile(
    r"""(?:file:|(?<![\w.~/\\])(?<!:(?=//))(?:\.{1,2}|~[\w.-]*|[A-Za-z]:)?)[/\\]+[^\s"'<>|,;()\[\]]+"""
)
"""A path that begins at a root, a home, a drive, or the folder above; but no address."""
WHOLE = re.compile(r"file:|~|[A-Za-z]:[/\\]|[/\\]")
"""How a text begins that is a path as a whole, in which spaces may be."""
EVERYBODY = {"", "root"}
"""Users' names that name nobody."""
SOMEBODY = "user"


def scrubbed(value: Any) -> Any:
    """The value with every path in it reduced to its last part.

    >>> scrubbed({"teacher": "/data/a b/runs/teacher-s0", "steps": [4, "see ../x/log.txt"]})
    {'teacher': 'teacher-s0', 'steps': [4, 'see log.txt']}
    >>> scrubbed("from https://example.org/a/b, 12 images/s under synth/paired-64x48")
    'from https://example.org/a/b, 12 images/s under synth/paired-64x48'
    """
    if isinstance(value, dict):
        return {str(key): scrubbed(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(one) for one in value]
    return _text(value) if isinstance(value, str) else value


def scrubbed_command(words: list[str]) -> list[str]:
    """A command line that begins with `tryonbench`, whatever started it.

    >>> scrubbed_command(["/a/__main__.py", "eval", "--data=/home/a b/viton", "--set", "x=1"])
    ['tryonbench', 'eval', '--data=viton', '--set', 'x=1']
    >>> scrubbed_command(["tryonbench", "tune", "--storage=mysql://me:secret@host/db"])
    ['tryonbench', 'tune', '--storage=mysql://me:***@host/db']
    """
    return ["tryonbench", *map(_word, words[1:])] if words else []


def _word(word: str) -> str:
    option, equals, value = word.partition("=")
    return f"{option}={_text(value)}" if equals else _text(word)


def _text(text: str) -> str:
    text = masked(text)
    if WHOLE.match(text):
        return _anonymous(_last(text))
    return _anonymous(PATH.sub(lambda found: _last(found[0]), text))


def _last(path: str) -> str:
    """A path's last part; the user's name is left out there, too."""
    last = re.split(r"[/\\]", path.rstrip("/\\"))[-1].strip()
    return SOMEBODY if last.removeprefix("~") in _names() else last


def _anonymous(text: str) -> str:
    """With the user's name replaced where it is a part of a path."""
    for name in map(re.escape, _names()):
        text = re.sub(rf"(?<=[/\\]){name}(?=[/\\]|$)|^{name}(?=[/\\])", SOMEBODY, text)
    return text


def _names() -> set[str]:
    return {Path.home().name, os.environ.get("USER", "")} - EVERYBODY

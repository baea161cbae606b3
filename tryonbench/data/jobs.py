"""An id of a split as work for another process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from tryonbench.data.layout import Split, open_split


class Job(NamedTuple):
    """An id of a split, by name; the process that takes it finds the files itself."""

    root: Path
    split: str
    name: str

    def opened(self) -> Split:
        """The split, looked up once a process."""
        return _opened(self.root, self.split)


@cache
def _opened(root: Path, name: str) -> Split:
    return open_split(root, name)

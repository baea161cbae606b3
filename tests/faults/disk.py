"""A small file system of its own, to fill or to make read-only."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Disk:
    """Mounted at a folder."""

    folder: Path

    @property
    def filler(self) -> Path:
        return self.folder / "filler"

    def fill(self, leave: int = 0) -> None:
        """Leave so many bytes."""
        stat = os.statvfs(self.folder)
        size = stat.f_bavail * stat.f_frsize - leave
        with self.filler.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, size)

    def make_room(self) -> None:
        self.filler.unlink()

    def remount(self, how: str) -> None:
        mount("-o", f"remount,{how}", str(self.folder))


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)

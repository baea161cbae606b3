"""Values that papers printed, and the preset that measures as they did, where that is known."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tryonbench.results.schema import Result

COLUMNS = {
    "paired": {
        "ssim": "ssim_paired",
        "lpips": "lpips_paired",
        "fid": "fid_paired",
        "kid": "kid_x1000_paired",
    },
    "unpaired": {"fid": "fid_unpaired", "kid": "kid_x1000_unpaired"},
}


@dataclass(frozen=True)
class Published:
    """One method's row of one paper's table on VITON-HD."""

    source: str
    method: str
    preset: str
    """Empty where the paper does not say how it measured."""
    values: dict[str, dict[str, float]]
    """By pairing, then ssim, lpips, fid or kid (x 1000)."""

    @property
    def origin(self) -> str:
        """Where it was printed."""
        return "in its own paper" if self.source == self.method else f"in {self.source}"


@cache
def published() -> tuple[Published, ...]:
    """Every row, in the order of the file."""
    text = (files("tryonbench.protocols") / "published.csv").read_text("utf-8")
    return tuple(_row(line) for line in csv.DictReader(text.splitlines()))


def _row(line: dict[str, str]) -> Published:
    values = {
        pairing: {key: float(line[column]) for key, column in columns.items() if line[column]}
        for pairing, columns in COLUMNS.items()
    }
    return Published(line["source"], line["method"], line["preset"], values)


def preset_of(result: Result) -> str:
    """The first part of a protocol's name, which is the preset's where it is one."""
    return result.protocol.partition("/")[0]


def published_under(result: Result) -> list[Published]:
    """The published rows that are known to be measured as a result's preset does."""
    return [
        row for row in published() if row.preset == preset_of(result) and row.values[result.pairing]
    ]


def kind_of(key: str) -> str:
    """The column of a metric: papers name no network in that of LPIPS.

    >>> kind_of("lpips_alex"), kind_of("fid")
    ('lpips', 'fid')
    """
    return key.partition("_")[0] if key.startswith("lpips") else key

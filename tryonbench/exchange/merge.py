"""Several files of results as one: the same result once, contradictions by name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.exchange.schema import Parcel, read_exchange

TOLERANCE = 1e-6
"""Relative: values of the same images on other machines differ by rounding alone."""
MOST = 3
"""Contradictions that a refusal names."""
Key = tuple[str, str, str, str, int]


@dataclass
class Merged:
    """What some files come to together."""

    parcels: list[Parcel] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was left out or renamed."""


@dataclass(frozen=True)
class _Named:
    """A result and the file that it is from."""

    parcel: Parcel
    file: Path

    @property
    def label(self) -> str:
        return f"{self.parcel.label} in {self.file.name}"


def merged(files: Sequence[Path], keep_both: bool = False) -> Merged:
    """The results of some files, in order; a result that is there twice counts once, the one with
    more values.

    Args:
        keep_both: results that contradict each other are both kept, the later under another name.

    Raises:
        InputError: a file cannot be read; or results contradict each other, all named.
    """
    found, groups = Merged(), _groups(files)
    clashes = [line for group in groups.values() for line in _clashes(group)]
    if clashes and not keep_both:
        told, more = "; ".join(clashes[:MOST]), len(clashes) - MOST
        rest = f"; and {more} more" if more > 0 else ""
        raise InputError(f"{told}{rest}; keep both with --keep-both, or leave one file out")
    kept: list[_Named] = []
    copies: list[int] = []
    for group in groups.values():
        distinct = _distinct(group)
        kept += distinct
        copies += range(len(distinct))
    if again := sum(map(len, groups.values())) - len(kept):
        found.told.append(f"{again} results were there more than once: the fullest of each is kept")
    found.told += clashes
    found.parcels = _renamed(kept, copies, found.told)
    return found


def _groups(files: Sequence[Path]) -> dict[Key, list[_Named]]:
    """The results that should be equal, by what they are results of."""
    groups: dict[Key, list[_Named]] = {}
    for file in files:
        for parcel in read_exchange(file):
            groups.setdefault(_key(parcel), []).append(_Named(parcel, file))
    return groups


def _key(parcel: Parcel) -> Key:
    """Method with its settings and its training's seed; protocol, fingerprint, data, seed."""
    result = parcel.result
    method = f"{result.method} {parcel.origin.identity}"
    return method, result.protocol, result.fingerprint, result.data.fingerprint, result.seed


def _clashes(group: Sequence[_Named]) -> list[str]:
    """A line for each result that has other values than the first."""
    first = group[0]
    return [
        f"{other.label} contradicts {first.label}: {why}"
        for other in group[1:]
        if (why := difference(first.parcel, other.parcel))
    ]


def difference(one: Parcel, other: Parcel) -> str | None:
    """The first thing in which two results of the same differ; costs may."""
    a, b = one.result, other.result
    if (a.n, a.skipped) != (b.n, b.skipped):
        return f"n = {b.n}, not {a.n}" if a.n != b.n else "only one of them was skipped"
    for key in filter(b.metrics.__contains__, a.metrics):
        x, y = a.metrics[key].value, b.metrics[key].value
        if x is not None and y is not None and not _close(x, y):
            return f"{key} is {y:g}, not {x:g}"
    return None


def _close(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-9)


def _distinct(group: Sequence[_Named]) -> list[_Named]:
    """Of results that agree, the one with the most values."""
    kept: list[_Named] = []
    for one in group:
        same = [i for i, o in enumerate(kept) if difference(o.parcel, one.parcel) is None]
        if same:
            kept[same[0]] = min(kept[same[0]], one, key=_poverty)
        else:
            kept.append(one)
    return kept


def _poverty(one: _Named) -> tuple[int, int]:
    """The less, the more values there are, and values of single images."""
    metrics, per_image = one.parcel.result.metrics, one.parcel.per_image
    return -sum(value.value is not None for value in metrics.values()), -len(per_image or {})


def _renamed(kept: Sequence[_Named], copies: Sequence[int], told: list[str]) -> list[Parcel]:
    """The results, those of different runs under different names: RUN, RUN~2, …

    Args:
        copies: for each result, how many before it contradict it.
    """
    owners: dict[str, tuple[object, ...]] = {}
    used: set[tuple[str, str]] = set()
    parcels = []
    for one, copy in zip(kept, copies, strict=True):
        result = one.parcel.result
        own = result.run, one.parcel.origin.identity, *((one.file,) if copy else ())
        name = next(
            name
            for name in _names(result.run)
            if owners.setdefault(name, own) == own and (name, result.protocol) not in used
        )
        used.add((name, result.protocol))
        if name != result.run:
            told.append(f"{one.label} is called {name} here: another has its name")
        renamed = result.model_copy(update={"run": name})
        parcels.append(one.parcel.model_copy(update={"result": renamed}))
    return parcels


def _names(run: str) -> Iterator[str]:
    """RUN, RUN~2, RUN~3, …"""
    yield run
    yield from (f"{run}~{number}" for number in count(2))

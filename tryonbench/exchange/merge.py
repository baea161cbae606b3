"""Several files of results as one: the same result once, contradictions by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.exchange.schema import Parcel, read_exchange

TOLERANCE = 1e-6
"""Relative: values of the same images on other machines differ by rounding alone."""
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
        raise InputError(f"{'; '.join(clashes)}; keep both with --keep-both, or leave one file out")
    kept: list[_Named] = []
    copies: list[int] = []
    for group in groups.values():
        distinct = _distinct(group, found.told)
        kept += distinct
        copies += range(len(distinct))
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
    for key in a.metrics.keys() & b.metrics.keys():
        x, y = a.metrics[key].value, b.metrics[key].value
        if x is not None and y is not None and not _close(x, y):
            return f"{key} is {y:g}, not {x:g}"
    return None


def _close(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-9)


def _distinct(group: Sequence[_Named], told: list[str]) -> list[_Named]:
    """Of results that agree, the one with the most values."""
    kept: list[_Named] = []
    for one in group:
        same = [i for i, o in enumerate(kept) if difference(o.parcel, one.parcel) is None]
        if not same:
            kept.append(one)
            continue
        place = same[0]
        better, rest = sorted([kept[place], one], key=lambda o: -_richness(o.parcel))
        kept[place] = better
        if better.parcel != rest.parcel:
            told.append(f"{rest.label} is the same result as {better.label}: that one is kept")
    return kept


def _richness(parcel: Parcel) -> tuple[int, int]:
    """How many values there are, and how many of single images."""
    values = [value for value in parcel.result.metrics.values() if value.value is not None]
    return len(values), len(parcel.per_image or {})


def _renamed(kept: Sequence[_Named], copies: Sequence[int], told: list[str]) -> list[Parcel]:
    """The results, each different run under a name of its own: RUN, RUN~2, …

    Args:
        copies: for each result, how many before it contradict it.
    """
    names: dict[tuple[object, ...], str] = {}
    parcels = []
    for one, copy in zip(kept, copies, strict=True):
        result = one.parcel.result
        own = result.run, one.parcel.origin.identity, *((one.file, copy) if copy else ())
        if own not in names:
            names[own] = _free(result.run, set(names.values()))
        if names[own] != result.run:
            told.append(f"{one.label} is called {names[own]} here: another run has its name")
        renamed = result.model_copy(update={"run": names[own]})
        parcels.append(one.parcel.model_copy(update={"result": renamed}))
    return parcels


def _free(name: str, taken: set[str]) -> str:
    """The name, or the first of NAME~2, NAME~3, … that is not taken."""
    every = (f"{name}~{number}" if number > 1 else name for number in count(1))
    return next(one for one in every if one not in taken)

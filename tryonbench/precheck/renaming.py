"""How names that are no ids may have come from ids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from tryonbench.data.pairs import PairList

SEPARATORS = ("_", "__", "-", "+")
"""Between person and garment in the names that published code gives its outputs."""
EXPLAINED = 0.5
"""Least share of the unknown names that a rule must explain; the rest may be strays."""


class Renaming(NamedTuple):
    """A rule, in words, and the ids that it gives names."""

    rule: str
    names: dict[str, str]


def find_renaming(pairs: PairList, missing: Sequence[str], stems: Sequence[str]) -> Renaming | None:
    """The rule that explains most names, if one explains half of them.

    Args:
        missing: ids without a file.
        stems: names, without their endings, that are no ids.
    """
    if not missing or not stems:
        return None
    rules = [*_by_pair(pairs, missing, stems), *_by_affix(missing, stems), *_by_count(pairs, stems)]
    best = max(rules, key=lambda rule: len(rule.names), default=None)
    return best if best and len(best.names) >= EXPLAINED * len(stems) else None


def _by_pair(
    pairs: PairList, missing: Collection[str], stems: Collection[str]
) -> Iterator[Renaming]:
    """Person and garment, one behind the other, with any separator."""
    wanted = set(missing)
    both = [(n, p) for n, p in zip(pairs.ids, pairs.pairs, strict=True) if n in wanted]
    for sign in SEPARATORS:
        for rule, named in (
            (f"PERSON{sign}GARMENT", {f"{p.person}{sign}{p.cloth}": name for name, p in both}),
            (f"GARMENT{sign}PERSON", {f"{p.cloth}{sign}{p.person}": name for name, p in both}),
        ):
            yield Renaming(rule, {stem: named[stem] for stem in stems if stem in named})


def _by_affix(missing: Sequence[str], stems: Sequence[str]) -> Iterator[Renaming]:
    """The id, whole or without the tail that all ids share, with something before or behind it."""
    for tail in dict.fromkeys(("", _common_tail(missing))):
        known = {name.removesuffix(tail): name for name in missing}
        counts = Counter(affix for stem in stems for affix in _affixes(stem, known))
        for (before, behind), _ in counts.most_common(1):
            cores = {stem: stem.removeprefix(before).removesuffix(behind) for stem in stems}
            names = {stem: known[core] for stem, core in cores.items() if core in known}
            less = f', ID without "{tail}"' if tail else ""
            yield Renaming(f"{before}ID{behind}{less}", names)


def _common_tail(names: Sequence[str]) -> str:
    """What all names end in, from its first sign that is no digit.

    >>> _common_tail(["00034_00", "00054_00"])
    '_00'
    """
    shortest = min(names, key=len)
    tails = (shortest[start:] for start in range(len(shortest) + 1))
    shared = next(tail for tail in tails if all(name.endswith(tail) for name in names))
    return shared.lstrip("0123456789")


def _affixes(stem: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """What stands before and behind a known name; a number is never cut out of a longer one."""
    for length, start in product({len(name) for name in known}, range(len(stem))):
        before, core, behind = stem[:start], stem[start : start + length], stem[start + length :]
        if core in known and not (before[-1:].isdigit() or behind[:1].isdigit()):
            yield before, behind


def _by_count(pairs: PairList, stems: Sequence[str]) -> Iterator[Renaming]:
    """Numbers 0, 1, 2, … (or 1, 2, 3, …), as many as there are pairs, in the order of the list."""
    parts = [re.fullmatch(r"(\D*)(\d+)", stem) for stem in stems]
    numbers = {int(part[2]): part[0] for part in parts if part}
    first = min(numbers, default=0)
    counted = sorted(numbers) == list(range(first, first + len(pairs.ids))) and first in (0, 1)
    if counted and len({part[1] for part in parts if part}) == 1:
        ordered = (numbers[number] for number in sorted(numbers))
        yield Renaming(
            "numbers in the order of the pair list", dict(zip(ordered, pairs.ids, strict=True))
        )

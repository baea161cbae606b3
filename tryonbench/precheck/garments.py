"""Whose garment the images show: the one of the pair, or that of the other pairing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tryonbench.data.agnostic import Mask
from tryonbench.data.check.findings import Fault
from tryonbench.data.colours import Lab
from tryonbench.data.jobs import Job
from tryonbench.data.layout import Split
from tryonbench.data.measure import garment_colour
from tryonbench.data.pairs import Pair, PairList, pairs_of
from tryonbench.data.sample import Sample
from tryonbench.data.truth import garment_region
from tryonbench.errors import InputError
from tryonbench.pool import in_order
from tryonbench.protocols import Protocol

TORSO = (0.38, 0.65, 0.38, 0.62)
"""Top, bottom, left and right of the window that stands for the garment where there are no parse
maps, as shares of height and width: in VITON-HD's photographs the chest."""
MARGIN = 8.0
"""By how much nearer (distance in CIELAB of mean colours) one garment must be to decide an image.

Of 36 photographs, the window against own and listed garment, it decides 83 %, and 93 % of these
rightly; against each of the 35 others 85 %, and 97.3 %. With parse maps, of 120 procedural pairs
97 % in the photographs, all rightly, and 89 % in the unpaired truths, 99 % rightly; of 100 outputs
of a trained method 71 to 87 (three methods, paired and unpaired), 90 % and more rightly."""
CHANCE = 0.01
"""Probability, were each decided image a toss of a coin, below which the vote counts. At least
seven images must be decided, and of 36 at least 26 alike."""


class Choice(NamedTuple):
    """The garment that an image should show, and the other that it may show."""

    right: str
    other: str


def garment_place(split: Split, person: str, size: tuple[int, int]) -> Mask | None:
    """Where a person wears the garment, (H, W): by the parse map, else a window on the chest.

    None where the parse map shows no garment, and for other categories than upper garments without
    one.
    """
    place = garment_region(split, Pair(person, person), size)
    if place is None and split.category == "upper_body":
        place = _window(size)
    return place if place is not None and place.any() else None


def _window(size: tuple[int, int]) -> Mask:
    top, bottom, left, right = TORSO
    window = np.zeros(size, dtype=bool)
    rows = slice(round(top * size[0]), round(bottom * size[0]))
    window[rows, round(left * size[1]) : round(right * size[1])] = True
    return window


def other_garments(
    split: Split, protocol: Protocol, pairs: PairList, pair_file: Path | None
) -> dict[str, Choice]:
    """By id, where both garments are known: that of the pair, and that of the other pairing.

    The other is the listed garment for paired images, and the person's own for unpaired ones.
    """
    others = _listed(split, protocol, pair_file) if pairs.paired else _own(split, pairs)
    named = zip(pairs.ids, pairs.pairs, strict=True)
    return {
        name: Choice(pair.cloth, others[pair.person])
        for name, pair in named
        if others.get(pair.person, pair.cloth) != pair.cloth
    }


def _own(split: Split, pairs: PairList) -> dict[str, str]:
    known = set(split.ids("cloth"))
    return {pair.person: pair.person for pair in pairs.pairs if pair.person in known}


def _listed(split: Split, protocol: Protocol, pair_file: Path | None) -> dict[str, str]:
    """Nothing without an unpaired list; a person's first garment of several."""
    try:
        pairs = pairs_of(split, "unpaired", protocol.pairs, pair_file).pairs
    except InputError:
        return {}
    return {pair.person: pair.cloth for pair in reversed(pairs)}


def swap_faults(
    split: Split,
    choices: Mapping[str, Choice],
    colours: Mapping[str, Lab],
    paired: bool,
    workers: int | None = None,
) -> Iterator[Fault]:
    """Images that show the other garment, if so many do that it cannot be chance.

    Args:
        colours: by id, the mean colour where the person wears the garment.
    """
    shown = {name: choice for name, choice in choices.items() if name in colours}
    if not shown:
        yield Fault("note", "garments not compared", "no image with two known garments")
        return
    names = {cloth for choice in shown.values() for cloth in choice}
    garments = _garment_colours(split, names, workers)
    margins = {name: _margin(colours[name], choice, garments) for name, choice in shown.items()}
    whose = "of the unpaired list" if paired else "that the person wore"
    yield from _vote(margins, shown, whose)


def _vote(
    margins: Mapping[str, float | None], choices: Mapping[str, Choice], whose: str
) -> Iterator[Fault]:
    """The images on the side of the other garment, if they are too many for chance."""
    decided = {name: m for name, m in margins.items() if m is not None and abs(m) >= MARGIN}
    wrong = {name: -m for name, m in decided.items() if m < 0}
    if chance(len(wrong), len(decided)) < CHANCE:
        kind = f"swapped pairs: {len(wrong)} of {len(decided)} look like the garment {whose}"
        for name, margin in wrong.items():
            text = f"{name} as {choices[name].other} ({margin:.0f} nearer)"
            yield Fault("error", kind, text)


def _garment_colours(split: Split, names: set[str], workers: int | None) -> dict[str, Lab | None]:
    jobs = [Job(split.root, split.name, name) for name in sorted(names)]
    found = in_order(_garment_of, jobs, "garments", workers)
    return {job.name: colour for job, colour in zip(jobs, found, strict=True)}


def _garment_of(job: Job) -> Lab | None:
    return garment_colour(Sample(job.opened(), Pair(job.name, job.name), (1, 1)))


def _margin(shown: Lab, choice: Choice, garments: Mapping[str, Lab | None]) -> float | None:
    """How much nearer the colour is to the right garment than to the other."""
    right, other = garments[choice.right], garments[choice.other]
    if right is None or other is None:
        return None
    return math.dist(shown, other) - math.dist(shown, right)


def chance(wrong: int, decided: int) -> float:
    """Probability that so many or more of the tosses of a coin are heads.

    >>> chance(7, 7), chance(3, 3)
    (0.0078125, 0.125)
    """
    heads = sum(math.comb(decided, k) for k in range(wrong, decided + 1))
    return float(heads / 2**decided)

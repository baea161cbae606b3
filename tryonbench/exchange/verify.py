"""A file of results checked in every way that is possible with what is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.errors import InputError
from tryonbench.exchange.check import Outcome, findings_of
from tryonbench.exchange.schema import Exchange, Parcel, content_of, problems_of


@dataclass(frozen=True)
class AtHand:
    """What a file can be checked against."""

    images: Path | None = None
    """A folder of runs; or of the images, where the file holds one result."""
    data: Path | None = None
    sample: int = 0
    """Images of each result to score again."""
    seed: int = 0


def verify(file: Path, at_hand: AtHand) -> Outcome:
    """Check a file of results.

    Raises:
        InputError: the file cannot be read at all; or what is given to check it against is not
            there, or is not enough.
    """
    _refuse(at_hand)
    content = content_of(file)
    if problems := problems_of(content):
        return Outcome(problems)
    parcels = Exchange.model_validate(content).results
    found = Outcome(_twice(parcels))
    for parcel in parcels:
        found.findings += findings_of(parcel)
        _against_files(parcel, at_hand, len(parcels) == 1, found)
    return found


def _refuse(at_hand: AtHand) -> None:
    for option, folder in (("--images", at_hand.images), ("--data", at_hand.data)):
        if folder is not None and not folder.is_dir():
            raise InputError(f"{option} {folder} is no folder")
    if at_hand.sample and not (at_hand.images and at_hand.data):
        raise InputError("--sample scores images again: give --images DIR and --data ROOT, too")


def _twice(parcels: Sequence[Parcel]) -> list[str]:
    """Results that have the same run and protocol."""
    times = Counter(parcel.label for parcel in parcels)
    return [f"{label}: {number} results" for label, number in times.items() if number > 1]


def _against_files(parcel: Parcel, at_hand: AtHand, alone: bool, found: Outcome) -> None:
    """Check images and data; what is not at hand is noted."""
    from tryonbench.exchange import images as by

    def tell(lines: Sequence[str], to: list[str]) -> None:
        to += [f"{parcel.label}: {line}" for line in lines]

    if parcel.result.skipped is not None:
        return
    if at_hand.data:
        try:
            tell([*by.compare_data(parcel, at_hand.data)], found.findings)
        except InputError as error:
            tell([str(error)], found.notes)
    if not at_hand.images or not parcel.images:
        return
    folder = by.folder_of(parcel, at_hand.images, alone)
    if folder is None:
        tell([f"no images of it in {at_hand.images}"], found.notes)
        return
    tell([*by.compare_hashes(parcel, folder)], found.findings)
    if at_hand.sample and at_hand.data:
        ids = by.sample_of(parcel, at_hand.sample, at_hand.seed)
        try:
            outcome = by.rescore(parcel, folder, at_hand.data, ids)
        except InputError as error:
            outcome = Outcome(notes=[f"not scored again: {error}"])
        tell(outcome.findings, found.findings)
        tell(outcome.notes, found.notes)

"""A file of results checked in every way that is possible with what is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList
from tryonbench.errors import InputError
from tryonbench.exchange import images as by
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
    pairs: Path | None = None
    """The pair list of results that have one of their own."""


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
    if at_hand.sample and not found.scored:
        found.findings.append(f"{file}: no image was scored again, though --sample asks for it")
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
    """Check data and images; what is not at hand is noted."""
    if parcel.result.skipped is not None:
        return
    outcome = Outcome()
    data = _compare_data(parcel, at_hand, outcome)
    if at_hand.images and parcel.images:
        folder = by.folder_of(parcel, at_hand.images, alone)
        if folder is None:
            outcome.notes.append(f"no images of it in {at_hand.images}")
        else:
            outcome.findings += by.compare_hashes(parcel, folder)
            _score_again(parcel, at_hand, folder, data, outcome)
    found.findings += [f"{parcel.label}: {line}" for line in outcome.findings]
    found.notes += [f"{parcel.label}: {line}" for line in outcome.notes]
    found.scored += outcome.scored


def _compare_data(
    parcel: Parcel, at_hand: AtHand, outcome: Outcome
) -> tuple[Split, PairList] | None:
    """The data, if they are at hand."""
    if at_hand.data is None:
        return None
    try:
        split, pairs = by.data_of(parcel, at_hand.data, at_hand.pairs)
    except InputError as error:
        outcome.notes.append(str(error))
        return None
    outcome.findings += by.compare_data(parcel, split, pairs)
    return split, pairs


def _score_again(
    parcel: Parcel,
    at_hand: AtHand,
    folder: Path,
    data: tuple[Split, PairList] | None,
    outcome: Outcome,
) -> None:
    if not at_hand.sample or data is None:
        return
    again = by.rescore(parcel, folder, *data, by.sample_of(parcel, at_hand.sample, at_hand.seed))
    outcome.findings += again.findings
    outcome.notes += again.notes
    outcome.scored += again.scored

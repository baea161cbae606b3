"""A result checked against the images and the data that it was measured on."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import PairList, pairs_of
from tryonbench.errors import InputError, listed
from tryonbench.exchange.check import Outcome
from tryonbench.exchange.protocol import todays_protocol
from tryonbench.exchange.schema import Parcel
from tryonbench.files import file_sha256
from tryonbench.generation import device
from tryonbench.metrics import CLASSES
from tryonbench.metrics.engine import Engine, Measured
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems, find_outputs
from tryonbench.metrics.plan import Plan, Scoring, scoring_of
from tryonbench.protocols import CUSTOM
from tryonbench.results.schema import Result

TOLERANCE = 1e-4
"""Absolute and relative, of an image's value that is computed again: networks in float32 differ by
less between machines."""
SET_TOLERANCE = 1e-3
"""The same of a distance between sets, in which small differences of features add up."""


def folder_of(parcel: Parcel, root: Path, alone: bool) -> Path | None:
    """Where a result's images lie: `root` is a folder of runs, or, of a result that is the file's
    only one, that of the images themselves."""
    result = parcel.result
    for folder in (root / result.run / "outputs" / result.protocol, root / result.protocol):
        if folder.is_dir():
            return folder
    return root if alone and any(root.glob("*.*")) else None


def compare_hashes(parcel: Parcel, folder: Path) -> Iterator[str]:
    """Images that are missing, others than those that were scored, or too many."""
    problems = Problems()
    try:
        files, gone = find_outputs(folder, parcel.images, problems, allow_missing=True)
    except InputError as error:
        yield str(error)
        return
    other = [name for name, file in files.items() if file_sha256(file) != parcel.images[name]]
    if gone:
        yield f"{len(gone)} images are not in {folder} ({listed(gone, 3)})"
    if other:
        yield f"{len(other)} images are others than those that were scored ({listed(other, 3)})"
    if extra := problems.found.get("extra"):
        yield f"{len(extra)} images were not scored ({listed(extra, 3)})"


def compare_data(parcel: Parcel, split: Split, pairs: PairList) -> Iterator[str]:
    """Whether this is the data, by its fingerprint, and whether the ids are those of its list."""
    result, root = parcel.result, split.root
    if pairs.digest != result.data.pairs:
        yield f"the pair list of {root} is {pairs.digest}, the result's is {result.data.pairs}"
        return
    every = parcel.protocol.reference.photographs == "all"
    if (own := fingerprint(split, pairs, every)) != result.data.fingerprint:
        yield f"{root} has the fingerprint {own}, the result's data {result.data.fingerprint}"
    scored = {*parcel.images, *(result.missing_images or [])}
    if parcel.images and scored != set(pairs.ids):
        wrong = sorted(scored ^ set(pairs.ids))
        yield f"the ids are not those of the pair list ({listed(wrong, 3)})"


def data_of(parcel: Parcel, root: Path, file: Path | None) -> tuple[Split, PairList]:
    """The split that a result was measured on, and its pairs.

    Args:
        file: the pair list of results that have one of their own.

    Raises:
        InputError: there is no such data, or no list.
    """
    protocol, own = parcel.protocol, CUSTOM in parcel.protocol.name
    if own and file is None:
        raise InputError(f"{protocol.name} has a pair list of its own; give it with --pairs FILE")
    split = open_split(root, parcel.result.data.split)
    return split, pairs_of(split, protocol.pairing, protocol.pairs, file if own else None)


def sample_of(parcel: Parcel, count: int, seed: int) -> list[str]:
    """Some ids drawn at random, in the file's order."""
    ids = list(parcel.images)
    drawn = set(random.Random(seed).sample(ids, min(count, len(ids))))
    return [name for name in ids if name in drawn]


def rescore(parcel: Parcel, folder: Path, split: Split, pairs: PairList, ids: list[str]) -> Outcome:
    """Metrics computed again, beside those of the file: of each image that is asked for; and, if
    these are all, of all together."""
    every, result, outcome = len(ids) == len(parcel.images), parcel.result, Outcome()
    stated = [key for key, value in result.metrics.items() if value.value is not None]
    wanted = [key for key in stated if key in (parcel.per_image or {}) or every]
    keys = [key for key in wanted if key.partition("@")[0] in CLASSES]
    if not keys:
        outcome.notes.append("not scored again: without values of single images, sample all")
        return outcome
    try:
        scoring = scoring_of(todays_protocol(result), keys, split, pairs.pairs)
    except InputError as error:
        return Outcome(notes=[f"not scored again: {error}"])
    try:
        measured = _measured(parcel, folder, split, pairs, ids, scoring)
    except InputError as error:
        return Outcome([f"cannot be scored again: {error}"])
    again = [key for key in keys if measured.values[key].value is not None]
    outcome.scored = len(measured.ids) if again else 0
    for key in again:
        outcome.findings += _differences(parcel, key, measured)
        outcome.findings += _difference(key, measured, result) if every else []
    if rest := sorted(set(wanted) - set(again)):
        outcome.notes.append(f"not scored again for want of weights or data: {listed(rest)}")
    return outcome


def _differences(parcel: Parcel, key: str, measured: Measured) -> Iterator[str]:
    """Images whose value is not that of the file."""
    samples = (parcel.per_image or {}).get(key)
    if samples is None or key not in measured.samples:
        return
    stated = dict(zip(parcel.images, samples, strict=False))
    for name, again in zip(measured.ids, measured.samples[key].tolist(), strict=True):
        value = stated.get(name)
        if (value is None) != math.isnan(again):
            yield f"{key} of {name}: {'a value' if value is None else 'no value'}, scored again"
        elif value is not None and abs(value - again) > TOLERANCE * (1 + abs(value)):
            yield f"{key} of {name} is {again:.6g} scored again, not {value:.6g}"


def _difference(key: str, measured: Measured, result: Result) -> list[str]:
    """Whether the value of all images is that of the file."""
    value, again = result.metrics[key].value, measured.values[key].value
    assert value is not None
    assert again is not None
    limit = TOLERANCE if key in measured.samples else SET_TOLERANCE
    if abs(value - again) <= limit * (1 + abs(value)):
        return []
    return [f"{key} is {again:.6g} scored again, not {value:.6g}"]


def _measured(
    parcel: Parcel,
    folder: Path,
    split: Split,
    pairs: PairList,
    ids: list[str],
    scoring: Scoring,
) -> Measured:
    """The metrics of some images.

    Raises:
        InputError: an image is not there, cannot be read, or has a wrong size.
    """
    own = dict(zip(pairs.ids, pairs.pairs, strict=True))
    files, _ = find_outputs(folder, ids, Problems(), allow_missing=True)
    items = [Item(name, files[name], own[name]) for name in ids if name in files and name in own]
    if not items:
        raise InputError("there are no images of these pairs")
    engine = Engine(Plan([scoring]), split, items, device())
    return engine.measure(Problems(), f"score {parcel.label} again")[0]

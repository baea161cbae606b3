"""A result checked against the images and the data that it was measured on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tryonbench.data.dataset import fingerprint
from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import PairList, pairs_of
from tryonbench.errors import InputError, listed
from tryonbench.exchange.check import Outcome
from tryonbench.exchange.schema import Parcel
from tryonbench.files import file_sha256
from tryonbench.generation import device
from tryonbench.metrics import CLASSES, metric_class
from tryonbench.metrics.base import ImageMetric
from tryonbench.metrics.engine import Engine, Measured
from tryonbench.metrics.loading import Item
from tryonbench.metrics.outputs import Problems, find_outputs
from tryonbench.metrics.plan import Plan, scoring_of
from tryonbench.protocols import CUSTOM, Protocol
from tryonbench.protocols.presets import protocol_or_preset

TOLERANCE = 1e-4
"""Absolute and relative, of an image's value that is computed again: networks in float32 differ by
less between machines."""


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
    files, gone = find_outputs(folder, parcel.images, problems, allow_missing=True)
    other = [name for name, file in files.items() if file_sha256(file) != parcel.images[name]]
    if gone:
        yield f"{len(gone)} images are not in {folder} ({listed(gone, 3)})"
    if other:
        yield f"{len(other)} images are others than those that were scored ({listed(other, 3)})"
    if extra := problems.found.get("extra"):
        yield f"{len(extra)} images were not scored ({listed(extra, 3)})"


def compare_data(parcel: Parcel, data: Path) -> Iterator[str]:
    """Whether this is the data, by its fingerprint, and whether the ids are those of its list.

    Raises:
        InputError: there is no such data.
    """
    result = parcel.result
    split = open_split(data, result.data.split)
    pairs = _pairs(parcel, split)
    if pairs.digest != result.data.pairs:
        yield f"the pair list of {data} is {pairs.digest}, the result's is {result.data.pairs}"
        return
    every = parcel.protocol.reference.photographs == "all"
    if (own := fingerprint(split, pairs, every)) != result.data.fingerprint:
        yield f"{data} has the fingerprint {own}, the result's data {result.data.fingerprint}"
    scored = {*parcel.images, *(result.missing_images or [])}
    if parcel.images and scored != set(pairs.ids):
        wrong = sorted(scored ^ set(pairs.ids))
        yield f"the ids are not those of the pair list ({listed(wrong, 3)})"


def _pairs(parcel: Parcel, split: Split) -> PairList:
    """The protocol's pairs in the data.

    Raises:
        InputError: the result is of a pair list of its own.
    """
    protocol = parcel.protocol
    if CUSTOM in protocol.name:
        raise InputError(f"{protocol.name} has a pair list of its own, which is not in the file")
    return pairs_of(split, protocol.pairing, protocol.pairs)


def sample_of(parcel: Parcel, count: int, seed: int) -> list[str]:
    """Some ids drawn at random, in the file's order."""
    ids = list(parcel.images)
    drawn = set(random.Random(seed).sample(ids, min(count, len(ids))))
    return [name for name in ids if name in drawn]


def rescore(parcel: Parcel, folder: Path, data: Path, ids: list[str]) -> Outcome:
    """The per-image metrics of some images computed again, beside those of the file.

    Raises:
        InputError: there is no such data, or this version has not the protocol.
    """
    outcome = Outcome()
    if parcel.per_image is None:
        outcome.notes.append("not scored again: the file has no values of single images")
        return outcome
    measured = _measured(parcel, folder, data, ids)
    known = [key for key in parcel.per_image if key in measured.samples]
    for key in known:
        outcome.findings += _differences(parcel, key, measured)
    if rest := sorted(set(parcel.per_image) - set(known)):
        outcome.notes.append(f"not scored again for want of weights or data: {listed(rest)}")
    return outcome


def _differences(parcel: Parcel, key: str, measured: Measured) -> Iterator[str]:
    """Images whose value is not that of the file."""
    stated = dict(zip(parcel.images, (parcel.per_image or {})[key], strict=True))
    for name, again in zip(measured.ids, measured.samples[key].tolist(), strict=True):
        value = stated[name]
        counts = again == again
        if (value is not None) != counts:
            yield f"{key} of {name}: {'a value' if counts else 'no value'}, scored again"
        elif value is not None and abs(value - again) > TOLERANCE * (1 + abs(value)):
            yield f"{key} of {name} is {again:.6g} scored again, not {value:.6g}"


def _measured(parcel: Parcel, folder: Path, data: Path, ids: list[str]) -> Measured:
    """The per-image metrics of some images."""
    split = open_split(data, parcel.result.data.split)
    pairs = _pairs(parcel, split)
    own = dict(zip(pairs.ids, pairs.pairs, strict=True))
    files, _ = find_outputs(folder, ids, Problems(), allow_missing=True)
    items = [Item(name, files[name], own[name]) for name in ids if name in files and name in own]
    keys = [key for key in parcel.per_image or {} if _is_per_image(key)]
    scoring = scoring_of(_todays(parcel), keys, split, [item.pair for item in items])
    engine = Engine(Plan([scoring]), split, items, device())
    return engine.measure(Problems(), f"score {parcel.label} again")[0]


def _is_per_image(key: str) -> bool:
    name = key.partition("@")[0]
    return name in CLASSES and issubclass(metric_class(name), ImageMetric)


def _todays(parcel: Parcel) -> Protocol:
    """The protocol as this version has it.

    Raises:
        InputError: it has not, or with other settings.
    """
    result = parcel.result
    found = protocol_or_preset(result.protocol, result.pairing, result.size)
    if found.fingerprint != result.fingerprint:
        raise InputError(f"{result.protocol} has other settings in this version")
    return found

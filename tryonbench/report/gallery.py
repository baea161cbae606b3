"""The gallery: person, garment, ground truth and every method's image, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import Pair, PairList, pairs_of
from tryonbench.data.truth import truth_path
from tryonbench.errors import InputError
from tryonbench.metrics.outputs import ENDINGS
from tryonbench.protocols import Protocol, base_name, get_protocol
from tryonbench.report.entries import Entry
from tryonbench.report.thumbnails import Thumbnail, thumbnail
from tryonbench.results.cells import Column
from tryonbench.results.store import read_samples
from tryonbench.results.tables import TRUTH, Table
from tryonbench.runs import Run

NO_TRUTH = "no ground truth in real unpaired data"
NO_IMAGE = "no image"
Values = dict[str, dict[str, float]]
"""Of one method: for each sample its metrics."""


@dataclass(frozen=True)
class Shot:
    """One method's image of a sample."""

    name: str
    picture: Thumbnail
    values: dict[str, float]
    """Per-image metrics by key."""


@dataclass(frozen=True)
class Sample:
    """A row of the gallery."""

    id: str
    person: Thumbnail
    garment: Thumbnail
    truth: Thumbnail
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Gallery:
    """The first samples of a protocol's pair list."""

    table: Table
    methods: tuple[str, ...]
    metrics: tuple[Column, ...]
    """Metrics that have per-image values."""
    samples: tuple[Sample, ...]
    total: int
    """Samples in the list."""
    photographs: bool
    """Whether it shows a real data set's pictures, which may not be published."""
    problem: str | None = None
    """Why there are no samples."""


@dataclass(frozen=True)
class _Source:
    """Where the pictures of a gallery come from."""

    split: Split
    pairs: PairList
    protocol: Protocol


def gallery_of(table: Table, entries: Sequence[Entry], limit: int) -> Gallery:
    """The gallery of a table's runs; if its data is gone, one that says so."""
    shown = _shown(table, entries)
    values = {entry.name: _values(entry) for entry in shown}
    methods, metrics = tuple(values), _per_image(table, values)
    try:
        source = _source(shown)
    except InputError as error:
        return Gallery(table, methods, metrics, (), 0, False, problem=str(error))
    pairs = list(zip(source.pairs.ids, source.pairs.pairs, strict=True))
    samples = tuple(_sample(source, name, pair, shown, values) for name, pair in pairs[:limit])
    photographs = not (source.split.root / "synth.json").is_file()
    return Gallery(table, methods, metrics, samples, len(pairs), photographs)


def _per_image(table: Table, values: dict[str, Values]) -> tuple[Column, ...]:
    """The metrics that some image has a value of."""
    keys = {key for method in values.values() for sample in method.values() for key in sample}
    return tuple(column for column in table.quality if column.key in keys)


def _shown(table: Table, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a table that have images, in the order of its rows."""
    order = [row.name for row in table.rows]
    own = [e for e in entries if table.holds(e.result) and _has_images(e)]
    return sorted(own, key=lambda entry: order.index(entry.name))


def _has_images(entry: Entry) -> bool:
    """Not if it was skipped, nor if it is a distance between photographs."""
    result = entry.result
    made = result.family != TRUTH or entry.run.outputs(result.protocol).is_dir()
    return made and result.skipped is None


def _source(entries: Sequence[Entry]) -> _Source:
    """Where the pictures lie; the entries of a table agree on it.

    Raises:
        InputError: the data or the protocol is not there, or there are no entries.
    """
    if not entries:
        raise InputError("every method was skipped")
    result = entries[0].result
    protocol, file = get_protocol(base_name(result.protocol)), result.data.pair_file
    split = open_split(Path(result.data.root), result.data.split)
    custom = Path(file) if file else None
    return _Source(split, pairs_of(split, protocol.pairing, protocol.pairs, custom), protocol)


def _values(entry: Entry) -> Values:
    """Per-image values; none if the file is not there."""
    try:
        frame = read_samples(entry.run.samples(entry.result.protocol))
    except InputError:
        return {}
    rows = frame.set_index("id").select_dtypes("number").to_dict("index")
    return {
        str(name): {str(key): float(value) for key, value in row.items() if isfinite(value)}
        for name, row in rows.items()
    }


def _sample(
    source: _Source, name: str, pair: Pair, entries: Sequence[Entry], values: dict[str, Values]
) -> Sample:
    """One row."""
    split, size = source.split, source.protocol.size
    person = thumbnail(split.path("image", pair.person), size, f"person {pair.person}", NO_IMAGE)
    garment = thumbnail(split.path("cloth", pair.cloth), size, f"garment {pair.cloth}", NO_IMAGE)
    truth = thumbnail(truth_path(split, pair), size, f"ground truth of {name}", NO_TRUTH)
    shots = tuple(_shot(entry, name, size, values[entry.name]) for entry in entries)
    return Sample(name, person, garment, truth, shots)


def _shot(entry: Entry, name: str, size: tuple[int, int], values: Values) -> Shot:
    """One method's image and its metrics."""
    path = _output(entry.run, entry.result.protocol, name)
    picture = thumbnail(path, size, f"{name} by {entry.name}", NO_IMAGE)
    return Shot(entry.name, picture, values.get(name, {}))


def _output(run: Run, protocol: str, name: str) -> Path | None:
    """The image of a sample: generated by the run, or in the folder that it names."""
    external = run.manifest().get("images")
    folder = Path(external) if external else run.outputs(protocol)
    files = (file for file in sorted(folder.glob(f"{name}.*")) if file.stem == name)
    return next((file for file in files if file.suffix.lower() in ENDINGS), None)

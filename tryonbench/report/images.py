"""The values of single images of a table's rows, as arrays of one order, and where images lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import Pair, pairs_of
from tryonbench.errors import InputError
from tryonbench.protocols import Protocol
from tryonbench.protocols.presets import protocol_or_preset
from tryonbench.report.entries import Entry
from tryonbench.report.lost import has_images, samples_of
from tryonbench.results.cells import Column
from tryonbench.results.tables import Table

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """Where the pictures of a table come from."""

    split: Split
    protocol: Protocol
    pairs: Mapping[str, Pair]
    """By id, in the order of the pair list."""

    @property
    def photographs(self) -> bool:
        """Whether it shows a real data set's pictures, which may not be published."""
        return not (self.split.root / "synth.json").is_file()


@dataclass(frozen=True)
class PerImage:
    """The rows of a table that have images, and what each image scored."""

    table: Table
    entries: tuple[Entry, ...]
    """In the order of the table's rows."""
    ids: tuple[str, ...]
    metrics: tuple[Column, ...]
    """Metrics that some image has a value of."""
    values: Mapping[str, Mapping[str, Values]]
    """By method and metric: (n,), NaN where an image has none."""
    source: Source | None
    problem: str | None = None
    """Why there is no source."""

    @cached_property
    def methods(self) -> tuple[str, ...]:
        return tuple(entry.name for entry in self.entries)


def per_image(table: Table, entries: Sequence[Entry]) -> PerImage:
    """Everything that is known of a table's images; data that is gone leaves the values."""
    shown = _shown(table, entries)
    frames = {entry.name: _frame(entry) for entry in shown}
    ran = [entry for entry in entries if entry.result.skipped is None and entry.result.imported]
    source, problem = _source_or_reason(shown or ran)
    order = list(source.pairs) if source else []
    ids = tuple(order or dict.fromkeys(name for frame in frames.values() for name in frame))
    keys = {key for frame in frames.values() for row in frame.values() for key in row}
    metrics = tuple(column for column in table.quality if column.key in keys)
    values = {
        name: {column.key: _column(frame, ids, column.key) for column in metrics}
        for name, frame in frames.items()
    }
    return PerImage(table, tuple(shown), ids, metrics, values, source, problem)


def _column(frame: Mapping[str, Mapping[str, float]], ids: Sequence[str], key: str) -> Values:
    return np.array([frame.get(name, {}).get(key, np.nan) for name in ids], dtype=np.float64)


def _shown(table: Table, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a table that have images, in the order of its rows."""
    order = [row.name for row in table.rows]
    own = [e for e in entries if table.holds(e.result) and has_images(e)]
    return sorted(own, key=lambda entry: order.index(entry.name))


def _frame(entry: Entry) -> dict[str, dict[str, float]]:
    """Values by id and metric; none if the file is not there."""
    try:
        frame = samples_of(entry)
    except InputError:
        return {}
    rows = frame.select_dtypes("number").to_dict("index")
    return {str(name): {str(k): float(v) for k, v in row.items()} for name, row in rows.items()}


def _source_or_reason(entries: Sequence[Entry]) -> tuple[Source | None, str | None]:
    """Where the pictures lie, or why they cannot be shown."""
    try:
        return _source(entries), None
    except InputError as error:
        return None, str(error)


def _source(entries: Sequence[Entry]) -> Source:
    """Where the pictures lie; the entries of a table agree on it, but imported ones do not know.

    Raises:
        InputError: the data or the protocol is not there, or there are no entries.
    """
    if not entries:
        raise InputError("every method was skipped")
    result = min((entry.result for entry in entries), key=lambda one: bool(one.imported))
    if result.imported:
        raise InputError("imported results come without pictures")
    protocol = protocol_or_preset(result.protocol, result.pairing, result.size)
    file = result.data.pair_file
    split = open_split(Path(result.data.root), result.data.split)
    pairs = pairs_of(split, protocol.pairing, protocol.pairs, Path(file) if file else None)
    return Source(split, protocol, dict(zip(pairs.ids, pairs.pairs, strict=True)))

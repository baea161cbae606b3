"""What is known of each image's garment and person: groups of images to look at apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.files import read_json_if_whole
from tryonbench.report.images import PerImage

FEWEST = 2
"""Values that an attribute must take to divide the images."""
Attributes = dict[str, list[str]]
"""By attribute: a value for each image, `unknown` where it is not known."""
UNKNOWN = "unknown"


def attributes_of(images: PerImage) -> Attributes:
    """The attributes of a table's images; none where the data says nothing of them."""
    if not images.source or not (images.source.split.folder / "attributes").is_dir():
        return {}
    found = [_of_pair(images.source.split, pair) for pair in images.source.pairs.values()]
    names = dict.fromkeys(name for one in found for name in one)
    columns = {name: [one.get(name, UNKNOWN) for one in found] for name in names}
    return {name: column for name, column in columns.items() if len(set(column)) >= FEWEST}


def _of_pair(split: Split, pair: Pair) -> dict[str, str]:
    """What the garment is, and how the person stands and is built."""
    garment, person = _drawn(split, pair.cloth), _drawn(split, pair.person)
    return {
        "garment category": _text(garment, "garment", "category"),
        "pattern": _text(garment, "garment", "look", "pattern"),
        "print": _text(garment, "garment", "look", "print"),
        "right arm": _text(person, "person", "pose", "right", "name"),
        "left arm": _text(person, "person", "pose", "left", "name"),
    }


def _drawn(split: Split, name: str) -> Mapping[str, Any]:
    found = read_json_if_whole(split.folder / "attributes" / f"{name}.json")
    return found if isinstance(found, dict) else {}


def _text(record: Mapping[str, Any], *path: str) -> str:
    """A value at a path of keys."""
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else UNKNOWN

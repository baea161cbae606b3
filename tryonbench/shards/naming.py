"""WebDataset's names in the tars: `ID.image.jpg`, `ID.cloth.jpg`, …"""

from __future__ import annotations

from urllib.parse import unquote

from tryonbench.data.layout import Place, Split

ROOT_FILES = "__root__/"
"""Before files of the data root, such as pair lists; webdataset skips such names."""
ATTRIBUTES = Place("attributes", ".json")
"""What procedural sets say of each sample."""


def key(name: str) -> str:
    """An id as WebDataset's key, which ends at the first dot.

    >>> key("a.b_00"), id_of(key("a.b_00"))
    ('a%2Eb_00', 'a.b_00')
    """
    return name.replace("%", "%25").replace(".", "%2E")


def id_of(key: str) -> str:
    """The id of a key."""
    return unquote(key)


def extension(folder: str, ending: str) -> str:
    """`cloth_mask` and `_mask.png` are `cloth_mask.png`."""
    return f"{folder}.{ending.rsplit('.', 1)[1]}"


def places_of(split: Split) -> dict[str, Place]:
    """The files of a split that go into shards, by extension; folders that it lacks, too."""
    places = {extension(name, place.ending): place for name, place in split.places.items()}
    return places if split.is_dresscode else places | {"attributes.json": ATTRIBUTES}


def folder_below_root(split: Split, place: Place) -> str:
    """`test/image`; DressCode's splits share their folders."""
    return place.folder if split.is_dresscode else f"{split.name}/{place.folder}"

"""What a split's folders and lists tell without opening a picture."""

from __future__ import annotations

from collections.abc import Iterator

from tryonbench.data.check.findings import Fault
from tryonbench.data.layout import Folder, Split
from tryonbench.data.pairs import pairs_of
from tryonbench.errors import InputError

PER_PERSON: tuple[Folder, ...] = (
    "parse", "parse_agnostic", "keypoints", "densepose", "agnostic", "agnostic_mask",
)  # fmt: skip


def present(split: Split) -> list[Folder]:
    """The folders that this copy has."""
    return [folder for folder in split.places if split.has(folder)]


def counts(split: Split) -> dict[str, int]:
    """Files in each folder; DressCode's persons and garments share one, and are told apart."""
    shared = split.places["image"].folder == split.places["cloth"].folder
    found = {}
    for folder in present(split):
        place = split.places[folder]
        name = f"{place.folder}/*{place.ending}" if shared else place.folder
        found[name] = len(split.ids(folder))
    return found


def folder_faults(split: Split) -> Iterator[Fault]:
    """Missing files, files that no loader sees, and the pair list."""
    yield from _missing(split)
    yield from _ignored(split)
    yield from _pair_list(split)


def _missing(split: Split) -> Iterator[Fault]:
    """Persons (for masks of garments: garments) without a file in a folder that the copy has."""
    sources: dict[Folder, Folder] = {"cloth_mask": "cloth", **dict.fromkeys(PER_PERSON, "image")}
    for folder in present(split):
        if folder in sources:
            lacking = set(split.ids(sources[folder])) - set(split.ids(folder))
            kind = f"missing in {split.places[folder].folder}"
            yield from (Fault("warning", kind, name) for name in sorted(lacking))


def _ignored(split: Split) -> Iterator[Fault]:
    """Files that do not end as this layout's files do."""
    endings: dict[str, tuple[str, ...]] = {}
    for place in (split.places[folder] for folder in present(split)):
        endings[place.folder] = (*endings.get(place.folder, ()), place.ending)
    for folder, known in endings.items():
        for file in sorted((split.folder / folder).iterdir()):
            if not file.name.endswith(known):
                yield Fault("warning", "ignored for their endings", f"{folder}/{file.name}")


def _pair_list(split: Split) -> Iterator[Fault]:
    """The unpaired list: readable, every file there, no self pair.

    DressCode's list for training is a paired one.
    """
    path = split.pair_list(f"{split.name}_pairs.txt", "unpaired")
    if not path.is_file():
        yield Fault("warning", "no pair list, so no unpaired evaluation", path.name)
        return
    try:
        pairs = pairs_of(split, "unpaired", f"{split.name}_pairs.txt").pairs
    except InputError as error:
        yield Fault("error", "the pair list cannot be used", str(error))
        return
    if not (split.is_dresscode and split.name == "train"):
        selves = (pair.person for pair in pairs if pair.person == pair.cloth)
        yield from (Fault("warning", "self pairs in the unpaired list", name) for name in selves)

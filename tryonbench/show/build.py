"""Collect a page's cards and write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tryonbench.batch import MODALITIES, Modality, TryOnBatch
from tryonbench.data.dataset import VitonHD
from tryonbench.data.default import is_procedural
from tryonbench.data.layout import Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import COMPUTED, NEEDS, missing_folders
from tryonbench.errors import InputError
from tryonbench.files import make_folder, write_text
from tryonbench.progress import progress
from tryonbench.show.files import file_name, file_panels
from tryonbench.show.page import Page, Row, render
from tryonbench.show.panel import Card, Origin, Panel
from tryonbench.show.request import Request, Selection, select
from tryonbench.show.tensors import tensor_panel


def build_page(request: Request, out: Path) -> Path:
    """Write `out/index.html`, one file that opens offline.

    Returns:
        The page's path.

    Raises:
        InputError: the request cannot be met, or `out` cannot be written.
    """
    selection = select(request)
    make_folder(out)
    path = out / "index.html"
    write_text(path, render(_page(selection)))
    return path


def _page(selection: Selection) -> Page:
    """The page's model."""
    return Page(
        selection,
        rows=tuple(_row(selection, name) for name in MODALITIES),
        cards=tuple(_cards(selection)),
        ignored=tuple(_ignored(selection.split)),
        photographs=not is_procedural(selection.split.root),
    )


def _row(selection: Selection, name: Modality) -> Row:
    """Where a modality comes from, and who reads it."""
    split = selection.split
    folders = [split.places[folder].folder for folder in NEEDS[name]]
    files = min(len(split.ids(folder)) for folder in NEEDS[name])
    used = (name in selection.training, name in selection.generation)
    return Row(name, ", ".join(folders), files, _origin(split, name), *used)


def _origin(split: Split, name: Modality) -> str:
    if lacking := missing_folders(split, name):
        return f"missing: no {' and no '.join(lacking)}"
    if all(split.has(folder) for folder in NEEDS[name]):
        return "read or computed" if name in COMPUTED else "read"
    return "computed"


def _ignored(split: Split) -> Iterator[str]:
    """Folders of the split that the loader does not read."""
    known = {place.folder for place in split.places.values()}
    folders = (path.name for path in split.folder.iterdir() if path.is_dir())
    yield from sorted(name for name in folders if name not in known)


def _cards(selection: Selection) -> Iterator[Card]:
    dataset = VitonHD(selection.split, selection.pairs, selection.size, selection.available)
    with progress("samples", len(selection.chosen)) as update:
        for done, place in enumerate(selection.chosen, 1):
            yield _card(selection, dataset, place)
            update(done)


def _card(selection: Selection, dataset: VitonHD, place: int) -> Card:
    """One sample; what the dataset refuses is said, and the files are shown all the same."""
    pair = selection.pairs.pairs[place]
    tensors, refused = _tensors(selection, dataset, place)
    files = file_panels(selection.split, pair)
    return Card(selection.pairs.ids[place], pair.person, pair.cloth, files, tensors, refused)


def _tensors(selection: Selection, dataset: VitonHD, place: int) -> tuple[tuple[Panel, ...], str]:
    """Panels of what `dataset[place]` returns; or of each tensor alone, and what was refused."""
    try:
        batch = dataset[place]
    except InputError as error:
        alone = (_alone(selection, name, place) for name in dataset.modalities)
        return tuple(alone), str(error)
    return tuple(_tensor(selection, name, place, batch) for name in dataset.modalities), ""


def _alone(selection: Selection, name: Modality, place: int) -> Panel:
    """A tensor of a sample that is refused as a whole."""
    try:
        dataset = VitonHD(selection.split, selection.pairs, selection.size, (name,))
        return _tensor(selection, name, place, dataset[place])
    except InputError as error:
        return Panel(name, "broken", _readers(selection, name), errors=(str(error),))


def _tensor(selection: Selection, name: Modality, place: int, batch: TryOnBatch) -> Panel:
    panel = tensor_panel(name, batch, _readers(selection, name))
    return replace(panel, origin=_source(selection.split, name, selection.pairs.pairs[place]))


def _source(split: Split, name: Modality, pair: Pair) -> Origin:
    """Whether a tensor was made from a file of its own."""
    files = (split.path(folder, file_name(folder, pair)) for folder in NEEDS[name])
    return "read" if all(file.is_file() for file in files) else "computed"


def _readers(selection: Selection, name: Modality) -> str:
    """Who of the method gets a tensor."""
    if selection.method is None:
        return ""
    readers = [("training", selection.training), ("generation", selection.generation)]
    return " and ".join(word for word, names in readers if name in names) or "not read"

"""What to show: from the words of a command to a split, pairs, a size and modalities."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from tryonbench.batch import MODALITIES, Modality
from tryonbench.data.layout import Split, open_split
from tryonbench.data.pairs import PairList, pairs_of
from tryonbench.data.sample import missing_folders
from tryonbench.errors import InputError, listed
from tryonbench.images import first_size
from tryonbench.method import TryOnMethod, size_problem
from tryonbench.registry import method_class, preset_values, run_config

Pairing = Literal["paired", "unpaired"]
Size = tuple[int, int]

PRESET = "nano"


@dataclass(frozen=True)
class Request:
    """What a user asks for."""

    root: Path
    split: str = "test"
    method: str | None = None
    preset: str | None = None
    size: Size | None = None
    samples: int = 8
    """How many from the start of the pair list, where there are no `ids`."""
    ids: tuple[str, ...] = ()
    pairing: Pairing | None = None
    """Without it: paired, or unpaired where the list's persons lack their own garments."""


@dataclass(frozen=True)
class Selection:
    """What is shown: some of a split's pairs at a size, for a method or for none."""

    split: Split
    pairs: PairList
    chosen: tuple[int, ...]
    """Places in `pairs`."""
    size: Size
    method: type[TryOnMethod] | None
    preset: str | None

    @property
    def training(self) -> frozenset[Modality]:
        """What the method reads in training."""
        if self.method is None or not self.method.info.trainable:
            return frozenset()
        return frozenset(self.method.training_modalities())

    @property
    def generation(self) -> frozenset[Modality]:
        """What the method reads when it makes an image."""
        return frozenset(self.method.info.inputs if self.method else ())

    @property
    def wanted(self) -> tuple[Modality, ...]:
        """The method's modalities and the photograph; without a method, all."""
        if self.method is None:
            return MODALITIES
        read = {"image", *self.training, *self.generation}
        return tuple(name for name in MODALITIES if name in read)

    @property
    def available(self) -> tuple[Modality, ...]:
        """Those that this copy can give."""
        return tuple(name for name in self.wanted if not missing_folders(self.split, name))


def select(request: Request) -> Selection:
    """Resolve a request.

    Raises:
        InputError: no such root, split, method, preset or sample, or a size that does not fit.
    """
    method, preset = _method(request)
    split = open_split(request.root, request.split)
    pairs = _pairs(split, request.pairing)
    chosen = _chosen(pairs, request)
    size = request.size or _preset_size(method, preset) or _photo_size(split, pairs, chosen)
    if method and (problem := size_problem(method.info, size)):
        raise InputError(f"{method.info.name} {problem}; choose another --size")
    return Selection(split, pairs, chosen, size, method, preset)


def _method(request: Request) -> tuple[type[TryOnMethod] | None, str | None]:
    """The method and its preset; a method without presets has none."""
    if request.method is None:
        if request.preset:
            raise InputError(f"--preset {request.preset} needs a --method")
        return None, None
    method = method_class(request.method)
    preset = request.preset or (PRESET if method.presets() else None)
    return method, preset


def _preset_size(method: type[TryOnMethod] | None, preset: str | None) -> Size | None:
    if method is None or preset is None:
        return None
    return run_config(method, preset_values(method, preset)).size


def _pairs(split: Split, pairing: Pairing | None) -> PairList:
    name = f"{split.name}_pairs.txt"
    if pairing:
        return pairs_of(split, pairing, name)
    try:
        return pairs_of(split, "paired", name)
    except InputError:
        return pairs_of(split, "unpaired", name)


def _chosen(pairs: PairList, request: Request) -> tuple[int, ...]:
    """The places of the ids, or the first few."""
    if not request.ids:
        return tuple(range(min(request.samples, len(pairs.ids))))
    places = {name: i for i, name in enumerate(pairs.ids)}
    for name in request.ids:
        if name not in places:
            raise InputError(f'no sample "{name}" in {request.split}; {_like(name, pairs.ids)}')
    return tuple(dict.fromkeys(places[name] for name in request.ids))


def _like(name: str, ids: tuple[str, ...]) -> str:
    close = get_close_matches(name, ids, n=1)
    return f'did you mean "{close[0]}"?' if close else f"there are {listed(ids)}"


def _photo_size(split: Split, pairs: PairList, chosen: tuple[int, ...]) -> Size:
    """Height and width of the first photograph that can be read."""
    photos = (split.path("image", pairs.pairs[place].person) for place in chosen)
    if size := first_size(photos):
        return size
    raise InputError(f"no photograph of the samples in {split.folder} can be read; give a --size")

"""The drawn people in memory: pictures and what each attribute was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tools.synth_extractor.attributes import CHOICES, QUANTITIES, Record
from tryonbench.data.keypoints import read_body25
from tryonbench.data.layout import Split, open_split
from tryonbench.files import read_json
from tryonbench.images import decode


@dataclass(frozen=True, eq=False)
class People:
    """N people wearing their own garments."""

    pictures: Tensor
    """uint8 (N, 3, H, W)."""
    choices: Tensor
    """int64 (N, attributes): the index of each choice."""
    quantities: Tensor
    """float32 (N, values), side by side; NaN where the picture does not show it."""

    def __len__(self) -> int:
        return len(self.pictures)

    def some(self, rows: Tensor) -> People:
        """The people of these rows."""
        return People(self.pictures[rows], self.choices[rows], self.quantities[rows])


def read_people(root: Path, name: str) -> People:
    """Everybody of a split that `tryonbench data synth` drew.

    Raises:
        InputError: a file is missing or broken.
    """
    split = open_split(root, name)
    ids = split.ids("image")
    records = [_record(split, person) for person in ids]
    pictures = np.stack([np.asarray(decode(split.path("image", p), "RGB")) for p in ids])
    return People(
        torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(),
        torch.tensor([[choice.target(record) for choice in CHOICES] for record in records]),
        torch.tensor([_quantities(record) for record in records]),
    )


def _record(split: Split, person: str) -> Record:
    """The attributes of a person, with the joints as shares of the picture's width."""
    record = read_json(split.folder / "attributes" / f"{person}.json")
    joints = read_body25(split.path("keypoints", person))
    with decode(split.path("image", person), "RGB") as picture:
        places = joints[:, :2] / picture.width
    places[joints[:, 2] == 0] = np.nan
    return {**record, "joints": places.ravel().tolist()}


def _quantities(record: Record) -> Sequence[float]:
    return [float(value) for quantity in QUANTITIES for value in quantity.read(record)]

"""What static quantisation is shown: training samples, as the parts see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from tryonbench.data.dataset import VitonHD, joined
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList, own_garments
from tryonbench.export.parity import recorded
from tryonbench.method import TryOnMethod
from tryonbench.seeds import image_seed


@dataclass(frozen=True)
class Calibration:
    """Samples evenly spread over a split."""

    split: Split
    pairs: PairList

    @property
    def ids(self) -> tuple[str, ...]:
        return self.pairs.ids

    @property
    def named(self) -> str:
        """Root and split."""
        return f"{self.split.root.resolve()} {self.split.name}"


def calibration_of(split: Split, count: int) -> Calibration:
    """Some persons of a split in their own garments; all where there are no more."""
    every = own_garments(split).pairs
    step = max(1, len(every) // count)
    return Calibration(split, PairList(every[::step][:count], paired=True))


def calibration_calls(
    method: TryOnMethod, calibration: Calibration
) -> dict[str, Sequence[Sequence[Tensor]]]:
    """The inputs of every call of each part while the samples are generated one by one."""
    dataset = VitonHD(calibration.split, calibration.pairs, method.size, method.info.inputs)
    calls: dict[str, list[Sequence[Tensor]]] = {name: [] for name in method.parts()}
    for i, name in enumerate(calibration.ids):
        found = recorded(method, joined([dataset[i]]), [image_seed(0, name)])
        for part, made in found.items():
            calls[part] += [inputs for inputs, _ in made]
    return {name: tuple(found) for name, found in calls.items()}

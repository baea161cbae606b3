"""The contract suite fails methods that break it: a check that cannot fail is no check."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from tryonbench.batch import TryOnBatch
from tryonbench.method import MethodInfo, Phase, TrainState, TryOnMethod
from tryonbench.testing import contract


class Good(TryOnMethod):
    """Holds the contract; the tests break one thing at a time."""

    info = MethodInfo("good", "test", "none", "MIT", inputs=("cloth", "agnostic"))
    phases = (Phase("generator", ("net",)),)

    @classmethod
    def presets(cls) -> dict[str, dict[str, object]]:
        return {"nano": {"size": [8, 6], "images": 8, "batch_size": 2}}

    def build(self) -> dict[str, nn.Module]:
        return {"net": nn.Conv2d(3, 3, 1)}

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        return {
            "l1": (self.networks["net"](batch.need("cloth")) - batch.need("image")).abs().mean()
        }

    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return torch.tanh(self.networks["net"](batch.need("cloth")))


class NoLicence(Good):
    info = MethodInfo("good", "test", "none", "", inputs=("cloth",))


class TooLarge(Good):
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return super().generate(batch, seeds) * 3


class Unseeded(Good):
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return torch.rand(len(batch), 3, *batch.size)


class BatchDependent(Good):
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        image = super().generate(batch, seeds)
        return (image - image.mean(dim=0)) / 2


class Undeclared(Good):
    info = MethodInfo("good", "test", "none", "MIT", inputs=("agnostic",))


class ChangesInput(Good):
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        batch.need("cloth").zero_()
        return batch.need("cloth").clone()


class IgnoresGarment(Good):
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        return batch.need("agnostic")


class DeadNetwork(Good):
    def build(self) -> dict[str, nn.Module]:
        return {"net": nn.Conv2d(3, 3, 1), "unused": nn.Linear(1, 1)}

    phases = (Phase("generator", ("net", "unused")),)


class Unrepeatable(Good):
    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        noise = torch.rand((), generator=torch.Generator().manual_seed(torch.seed()))
        return {"l1": super().training_step(batch, state)["l1"] * noise}


def _use(monkeypatch: pytest.MonkeyPatch, method: type[TryOnMethod]) -> None:
    monkeypatch.setattr(contract, "method_class", lambda name: method)
    monkeypatch.setattr("tryonbench.checkpoint.method_class", lambda name: method)


def test_a_good_method_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, Good)
    results = [check("good") for check in contract.CHECKS]
    assert results == [None] * len(contract.CHECKS)


@pytest.mark.parametrize(
    ("method", "check"),
    [
        (NoLicence, contract.check_info),
        (TooLarge, contract.check_output),
        (Unseeded, contract.check_seeds),
        (BatchDependent, contract.check_batch_size),
        (ChangesInput, contract.check_inputs),
        (IgnoresGarment, contract.check_garment_matters),
        (DeadNetwork, contract.check_training),
        (Unrepeatable, contract.check_training_is_deterministic),
    ],
)
def test_a_broken_method_fails(monkeypatch, method, check) -> None:
    _use(monkeypatch, method)
    with pytest.raises(AssertionError):
        check("good")


def test_an_undeclared_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, Undeclared)
    with pytest.raises(ValueError, match='"cloth" was not loaded'):
        contract.check_inputs("good")

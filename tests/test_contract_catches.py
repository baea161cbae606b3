"""The contract suite fails methods that break it: a check that cannot fail is no check."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from tryonbench.batch import TryOnBatch
from tryonbench.method import MethodInfo, Phase, TrainState, TryOnMethod
from tryonbench.processes.rows import batch_mean, drawn
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


class OwnNoise(Good):
    """Each process draws its own numbers for the rows that it has."""

    def noise(self, rows: int) -> Tensor:
        return torch.randn(rows, 1, 1, 1)

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        painted = self.networks["net"](batch.need("cloth") + self.noise(len(batch)))
        return {"l1": (painted - batch.need("image")).abs().mean()}


class SharedNoise(OwnNoise):
    def noise(self, rows: int) -> Tensor:
        return drawn(super().noise, rows)


class RowsOnly(Good):
    """The brightness of the rows that a process has, not that of the batch."""

    def brightness(self, picture: Tensor) -> Tensor:
        return picture.mean(0)

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        painted = self.networks["net"](batch.need("cloth"))
        return {"contrast": (painted - self.brightness(painted)).square().mean()}


class WholeBatch(RowsOnly):
    def brightness(self, picture: Tensor) -> Tensor:
        return batch_mean(picture)


class Added(Good):
    """The loss grows with the rows."""

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        return {"l1": super().training_step(batch, state)["l1"] * len(batch)}


class RunningMeans(Good):
    """Each process's running means are those of its rows."""

    def build(self) -> dict[str, nn.Module]:
        return {"net": nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3))}


class OneAlone(RowsOnly):
    """Only a process with two rows takes a mean over the batch: the others would not be there."""

    def brightness(self, picture: Tensor) -> Tensor:
        return batch_mean(picture) if len(picture) > 1 else picture.mean(0)


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
        (OwnNoise, contract.check_training_is_shared),
        (RowsOnly, contract.check_training_is_shared),
        (Added, contract.check_training_is_shared),
        (RunningMeans, contract.check_training_is_shared),
        (OneAlone, contract.check_training_is_shared),
    ],
)
def test_a_broken_method_fails(monkeypatch, method, check) -> None:
    _use(monkeypatch, method)
    with pytest.raises(AssertionError):
        check("good")


@pytest.mark.parametrize("method", [SharedNoise, WholeBatch])
def test_what_processes_share_passes(monkeypatch, method) -> None:
    _use(monkeypatch, method)
    contract.check_training_is_shared("good")


def test_an_undeclared_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, Undeclared)
    with pytest.raises(ValueError, match='"cloth" was not loaded'):
        contract.check_inputs("good")

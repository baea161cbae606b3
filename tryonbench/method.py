"""The contract between the harness and a try-on method.

A method is a class registered under the entry-point group `tryonbench.methods`. The harness owns
data, seeds, the loop, timing, metrics and files; the method owns its networks, its losses and how
it makes an image. `tryonbench.testing` checks the contract.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml
from torch import Tensor, nn

from tryonbench.batch import RANGES, Modality, TryOnBatch
from tryonbench.config import ModelConfig, RunConfig
from tryonbench.protocols import Protocol

__all__ = ["MethodInfo", "Part", "Phase", "TrainState", "TryOnBatch", "TryOnMethod"]


@dataclass(frozen=True)
class MethodInfo:
    """What a method is. Shown in tables, in the report and by `tryonbench methods list`."""

    name: str
    family: str
    """A word such as `gan` or `warping`. Rows of family `baseline` are floor rows: they are set
    apart and never marked as best."""
    paper: str
    """Citation or address; what the implementation follows."""
    licence: str
    """SPDX name of code and weights, as far as they may be used."""
    inputs: tuple[Modality, ...]
    """The modalities that `generate` reads. Only these are loaded."""
    trainable: bool = True
    size_multiple: tuple[int, int] = (1, 1)
    """Height and width must be multiples of these."""


@dataclass(frozen=True)
class Phase:
    """One optimiser and the networks it updates, in the order of a training step."""

    name: str
    networks: tuple[str, ...]


@dataclass(frozen=True)
class TrainState:
    """Where the training is, as a step sees it."""

    phase: str
    step: int
    """Optimiser steps done before this one."""
    images: int
    """Images seen before this step."""
    logged: dict[str, float] = field(default_factory=dict)
    """Numbers to log that are not losses: `state.logged["grad_penalty"] = …`."""
    carried: dict[str, Tensor] = field(default_factory=dict)
    """What an earlier phase of the same step left for the later ones, without gradient: a GAN's
    generator leaves its pictures to the discriminator."""


@dataclass(frozen=True)
class Part:
    """A function of tensors that `tryonbench export` writes as a file of its own.

    Dimension 0 of everything that goes in and comes out is the batch.
    """

    function: Callable[..., tuple[Tensor, ...]]
    inputs: Mapping[str, str]
    """Its arguments in their order: a name, and the range of the values in words."""
    outputs: tuple[str, ...]
    """Names of what it returns."""


def ranges(modalities: Sequence[Modality]) -> dict[str, str]:
    """The inputs of a part that reads modalities as they are in the batch."""
    return {name: RANGES.get(name, "[-1, 1]") for name in modalities}


class TryOnMethod(ABC):
    """A try-on method at one size. Subclasses set `info` and implement `generate`.

    A trainable one also implements `build` and `training_step`. Random numbers: `training_step`
    may use torch's global generator, which the loop seeds by (seed, images seen), so that a
    resumed run repeats exactly; `generate` uses nothing but its `seeds`.
    """

    info: ClassVar[MethodInfo]
    config_class: ClassVar[type[ModelConfig]] = ModelConfig
    phases: tuple[Phase, ...] = ()
    """The first phase's networks are those that `generate` uses: they get the moving average."""
    training_inputs: ClassVar[tuple[Modality, ...]] = ()
    """Modalities that `training_step` reads beyond `info.inputs` and `image`."""
    words: ClassVar[Mapping[str, str]] = {}
    """What the names of losses and of `NAME_by_…/BIN` in `TrainState.logged` mean, for the report's
    legends: `{"l1": "L1: mean absolute difference"}`. There is room for 45 letters."""

    def __init__(self, config: ModelConfig, size: tuple[int, int]) -> None:
        """Build the networks for images of `size` (height, width), randomly initialised."""
        self.config = config
        self.size = size
        self.networks = nn.ModuleDict(self.build())
        self.engines: dict[str, Callable[..., Sequence[Tensor]]] = {}
        """What stands in for the parts, by their names: the functions of an export."""

    @classmethod
    def presets(cls) -> Mapping[str, Mapping[str, Any]]:
        """Named configurations; by default the YAML files in `presets/` beside the module."""
        folder = Path(inspect.getfile(cls)).parent / "presets"
        files = sorted(folder.glob("*.yaml"))
        return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}

    @classmethod
    def search_space(cls) -> Mapping[str, Mapping[str, Any]]:
        """What `tryonbench tune` tries: ranges by setting (`tryonbench.tune.space`); by default
        `search.yaml` beside the module, none if there is no such file."""
        file = Path(inspect.getfile(cls)).with_name("search.yaml")
        return yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}

    @classmethod
    def training_modalities(cls) -> tuple[Modality, ...]:
        """What is loaded for training: the photograph as target, and what the method reads."""
        return ("image", *cls.info.inputs, *cls.training_inputs)

    @classmethod
    def skip(cls, protocol: Protocol) -> str | None:
        """Why this method cannot run under a protocol, or None. Shown in the table as such."""
        return None

    @classmethod
    def require_for_training(cls, config: RunConfig[Any]) -> None:
        """Refuse a training that lacks something or makes no sense, before anything is built.

        Raises:
            InputError: says what, such as the weights of a loss's network that are not there.
        """
        return

    @classmethod
    def checkpoints_read(cls, config: Any) -> tuple[Path, ...]:
        """Weights files of other runs that `generate` reads, such as that of a stage before.

        Args:
            config: an instance of `config_class`.

        Raises:
            InputError: one is not there.
        """
        return ()

    @classmethod
    def sweep_axes(cls, config: Any) -> Mapping[str, tuple[Any, ...]]:
        """The settings that change how a trained method makes its pictures and not what it learnt,
        such as a number of steps; each with values worth comparing.

        They are what `eval --set` and `bench --sweep` change of a trained run. Which values fit
        together, `config_class` says when it is made from them.

        Args:
            config: an instance of `config_class`, as trained.
        """
        return {}

    def build(self) -> dict[str, nn.Module]:
        """The networks by name. None for a method that needs no training."""
        return {}

    def initialise(self) -> None:
        """Change the first weights, before a training begins; such as those of another run."""
        return

    def training_step(self, batch: TryOnBatch, state: TrainState) -> dict[str, Tensor]:
        """The weighted scalar losses of one phase by name; the loop minimises their sum."""
        raise NotImplementedError(f"{self.info.name} needs no training")

    @abstractmethod
    def generate(self, batch: TryOnBatch, seeds: Sequence[int]) -> Tensor:
        """Images of the persons wearing the garments, (N, 3, H, W) in [-1, 1].

        Row i depends on row i of the batch and on `seeds[i]` alone.
        """

    def parts(self) -> Mapping[str, Part]:
        """What `generate` can be made of: functions of tensors, by name. None: it has no export.

        `generate` calls all of them by `run` where `engines` are set. The random numbers are
        inputs, so that an export makes the pictures that the method makes.
        """
        return {}

    def run(self, part: str, *inputs: Tensor) -> Sequence[Tensor]:
        """What a part, or what stands in for it, returns."""
        function = self.engines.get(part) or self.parts()[part].function
        return function(*inputs)

    @property
    def inference_networks(self) -> dict[str, nn.Module]:
        """The networks that `generate` uses."""
        names = self.phases[0].networks if self.phases else tuple(self.networks)
        return {name: self.networks[name] for name in names}


def size_problem(info: MethodInfo, size: tuple[int, int]) -> str | None:
    """Why a method cannot work at a size (height, width), or None."""
    height, width = info.size_multiple
    if size[0] % height == 0 and size[1] % width == 0:
        return None
    return f"needs a height divisible by {height} and a width by {width}, not {size[0]}x{size[1]}"

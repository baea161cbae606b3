"""Finding weights in the folders where they may lie, and refusing a wrong file."""

from __future__ import annotations

import os
import platform
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryonbench.errors import TryonbenchError
from tryonbench.files import known_sha256
from tryonbench.weights.registry import REGISTRY, Source, Weights

if TYPE_CHECKING:
    from torch import Tensor, device

ENV = "TRYONBENCH_WEIGHTS"


class MissingWeights(TryonbenchError):
    """Weights are not there or not whole; the message ends with the command that gets them."""


def hub_folder() -> Path:
    """Torch hub's folder of checkpoints, without importing torch; pytorch-fid, torch-fidelity,
    lpips and torchvision keep theirs there."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"))
    hub = Path(os.environ.get("TORCH_HOME", cache_home / "torch")) / "hub"
    return (hub / "checkpoints").expanduser()


def clean_fid_folder() -> Path:
    """Where clean-fid 0.1.35 keeps its Inception (its `features.py`)."""
    return Path("." if platform.system() == "Windows" else "/tmp")


def clip_folder() -> Path:
    """Where OpenAI's clip package keeps its networks."""
    return Path("~/.cache/clip").expanduser()


def shipped_folder() -> Path:
    """The weights of our own, which come with this package."""
    return Path(__file__).parent / "shipped"


def folders() -> list[Path]:
    """Where weights are looked for, in order."""
    offline = os.environ.get(ENV)
    own = [Path(offline)] if offline else []
    return [*own, hub_folder(), clean_fid_folder(), clip_folder(), shipped_folder()]


def mend(name: str) -> str:
    """The command that gets a network's weights."""
    if REGISTRY[name].is_shipped:
        return "pip install --force-reinstall --no-deps tryonbench"
    return f"tryonbench weights get {name}"


def candidates(name: str) -> Iterator[tuple[Path, Source]]:
    """The files that have a name of the registered ones, whole or not."""
    for folder in folders():
        for source in REGISTRY[name].sources:
            if (folder / source.file).is_file():
                yield folder / source.file, source


def find(name: str) -> Path:
    """The verified file of a network's weights.

    Raises:
        MissingWeights: there is none, or the only one has a wrong SHA-256.
    """
    wrong = []
    for path, source in candidates(name):
        if is_whole(path, source):
            return path
        wrong.append(path)
    if wrong:
        raise MissingWeights(f"{wrong[0]} has a wrong SHA-256; delete it, then: {mend(name)}")
    raise MissingWeights(f"no {name} weights; get them: {mend(name)}")


def is_whole(path: Path, source: Source) -> bool:
    """Whether a file's content is the registered one."""
    return known_sha256(path) == source.sha256


def missing_weights(name: str) -> str | None:
    """Why a network's weights cannot be used, with the command that mends it; None if they can."""
    try:
        find(name)
    except MissingWeights as error:
        return str(error)
    return None


@dataclass(frozen=True)
class Status:
    """Registered weights and the file of them that is there."""

    weights: Weights
    path: Path | None
    problem: str | None
    """Why there is none, with the command that mends it."""


def statuses() -> list[Status]:
    """All registered weights, in the registry's order."""
    return [_status(weights) for weights in REGISTRY.values()]


def _status(weights: Weights) -> Status:
    try:
        return Status(weights, find(weights.name), None)
    except MissingWeights as error:
        return Status(weights, None, str(error))


def load_state_dict(name: str) -> dict[str, Tensor]:
    """A network's tensors by the names of its official file, on the CPU.

    Raises:
        MissingWeights: see `find`.
    """
    import torch
    from safetensors.torch import load_file

    path = find(name)
    if path.suffix == ".safetensors":
        return load_file(path)
    if path.suffix == ".pt":
        return dict(load_torchscript(name, torch.device("cpu")).state_dict())
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def load_torchscript(name: str, where: device) -> Any:
    """A network whose official file is a TorchScript program.

    Raises:
        MissingWeights: see `find`.
    """
    import torch

    path = find(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is deprecated, but the official file's format
        return torch.jit.load(str(path), map_location=where).eval()  # type: ignore[no-untyped-call]


def load_frozen_torchscript(name: str, part: str, where: device) -> Any:
    """A submodule of such a network as a function only: weights are constants, batch norms are
    folded into the convolutions.

    Raises:
        MissingWeights: see `find`.
    """
    import torch

    network = getattr(load_torchscript(name, where), part)
    with warnings.catch_warnings(), suppress(RuntimeError):  # slower, but the same, unfrozen
        warnings.simplefilter("ignore")  # see load_torchscript
        return torch.jit.freeze(network)
    return network

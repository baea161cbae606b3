"""Pretrained weights that metrics need: their official place, where they lie, if they are whole.

Nothing is ever downloaded here. A file is used only if its SHA-256 is the registered one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tryonbench.errors import TryonbenchError
from tryonbench.files import file_sha256

if TYPE_CHECKING:
    from torch import Tensor

ENV = "TRYONBENCH_WEIGHTS"
TORCH = "https://download.pytorch.org/models"


class MissingWeights(TryonbenchError):
    """Weights are not there or not whole; the message ends with the command that gets them."""


@dataclass(frozen=True)
class Source:
    """One file that holds the weights."""

    file: str
    sha256: str
    url: str | None = None
    """None for a file that has no public address; it is only looked for."""


@dataclass(frozen=True)
class Weights:
    """A network's weights: the official file first, then other files with the same values."""

    name: str
    used_by: str
    licence: str
    sources: tuple[Source, ...]


REGISTRY: dict[str, Weights] = {
    "inception": Weights(
        "inception",
        "fid, kid",
        "Apache-2.0",
        (
            Source(
                "inception-2015-12-05.pt",
                "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
                "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/"
                "inception-2015-12-05.pt",
            ),
        ),
    ),
    "alexnet": Weights(
        "alexnet",
        "lpips_alex",
        "BSD-3-Clause",
        (
            Source(
                "alexnet-owt-7be5be79.pth",
                "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
                f"{TORCH}/alexnet-owt-7be5be79.pth",
            ),
            Source(
                "alexnet-features.safetensors",
                "9f97fd313f4da83dbe6bbfbe6effca1241de9edfcd7c53386261ed9697286dd9",
            ),
        ),
    ),
    "squeezenet": Weights(
        "squeezenet",
        "lpips_squeeze",
        "BSD-3-Clause",
        (
            Source(
                "squeezenet1_1-b8a52dc0.pth",
                "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
                f"{TORCH}/squeezenet1_1-b8a52dc0.pth",
            ),
            Source(
                "squeezenet1_1-features.safetensors",
                "29dd9af42ad48cb39a767454d382a2232dbc1625a1de3f00fca4868ee65dfc4b",
            ),
        ),
    ),
}


def hub_folder() -> Path:
    """Torch hub's folder of checkpoints, without importing torch."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"))
    hub = Path(os.environ.get("TORCH_HOME", cache_home / "torch")) / "hub"
    return (hub / "checkpoints").expanduser()


def folders() -> list[Path]:
    """Where weights are looked for, in order."""
    offline = os.environ.get(ENV)
    return [*([Path(offline)] if offline else []), hub_folder()]


def mend(name: str) -> str:
    """The command that gets a network's weights."""
    official = REGISTRY[name].sources[0]
    target = hub_folder() / official.file
    return f"curl -fL --create-dirs -o {target} {official.url}"


def find(name: str) -> Path:
    """The verified file of a network's weights.

    Raises:
        MissingWeights: there is none, or the only one has a wrong SHA-256.
    """
    wrong = []
    for folder in folders():
        for source in REGISTRY[name].sources:
            path = folder / source.file
            if not path.is_file():
                continue
            if _sha256(path, path.stat().st_mtime_ns) == source.sha256:
                return path
            wrong.append(path)
    if wrong:
        raise MissingWeights(f"{wrong[0]} has a wrong SHA-256; delete it, then: {mend(name)}")
    raise MissingWeights(f"no {name} weights; get them: {mend(name)}")


def missing_weights(name: str) -> str | None:
    """Why a network's weights cannot be used, with the command that mends it; None if they can."""
    try:
        find(name)
    except MissingWeights as error:
        return str(error)
    return None


@cache
def _sha256(path: Path, mtime_ns: int) -> str:
    """A file's hash, computed again only if the file changed."""
    return file_sha256(path)


def load_state_dict(name: str) -> dict[str, Tensor]:
    """A network's tensors by torchvision's names.

    Raises:
        MissingWeights: see `find`.
    """
    import torch
    from safetensors.torch import load_file

    path = find(name)
    if path.suffix == ".safetensors":
        return load_file(path)
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state

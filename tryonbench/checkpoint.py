"""Weights on disk: one safetensors file that says which method and configuration it belongs to.

Pickles are never loaded. The state of a training run is a second file, read with `weights_only`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from tryonbench.config import layered
from tryonbench.errors import InputError
from tryonbench.files import canonical_json, replacing
from tryonbench.registry import method_class, run_config

if TYPE_CHECKING:
    from tryonbench.config import RunConfig
    from tryonbench.method import TryOnMethod

FORMAT = "tryonbench-1"
MODEL, TRAINING = "model.safetensors", "training.pt"
EXPORT = "export.json"
"""The manifest of an exported method, which stands where a weights file does."""
BEST = "best"
"""The folder among a run's checkpoints that validation chose; the others are numbers of images."""


@dataclass(frozen=True)
class Header:
    """What a weights file says of itself."""

    method: str
    config: dict[str, Any]
    """The training run's `RunConfig`."""
    images: int
    """Images seen in training."""


def save_weights(
    path: Path, config: RunConfig[Any], images: int, state: Mapping[str, Tensor]
) -> None:
    """Write weights by `network.parameter`, atomically; equal weights give equal bytes.

    The header is one key of the metadata: safetensors writes several in no fixed order.
    """
    header = {"method": config.method, "images": images, "config": config.model_dump(mode="json")}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    with replacing(path) as temporary:
        save_file(tensors, temporary, {FORMAT: canonical_json(header)})


def weights_file(path: Path) -> Path:
    """The weights file that a path means: itself, a checkpoint folder's, or a run's last one.

    Raises:
        InputError: there is none.
    """
    if path.is_file():
        return path
    for name in (MODEL, EXPORT):
        if (path / name).is_file():
            return path / name
    newest = sorted((path / "checkpoints").glob(f"[0-9]*/{MODEL}"))
    if newest:
        return newest[-1]
    raise InputError(f"no checkpoint at {path}; train one: tryonbench train --method NAME")


def is_export(path: Path) -> bool:
    """Whether a method is loaded from files of `tryonbench export`."""
    return path.name == EXPORT


def read_header(path: Path) -> Header:
    """
    Raises:
        InputError: a pickle, corrupted, or not written by tryonbench.
    """
    if is_export(path):
        from tryonbench.export.schema import read_manifest

        manifest = read_manifest(path)
        return Header(manifest.method, manifest.config, manifest.weights.images)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise InputError(_unreadable(path, error)) from error
    if FORMAT not in metadata:
        raise InputError(f"{path} was not written by tryonbench train; it names no method")
    return Header(**json.loads(metadata[FORMAT]))


def _unreadable(path: Path, error: Exception) -> str:
    """Why a file is no safetensors file. Zip files are torch's pickles; others start with 0x80."""
    with path.open("rb") as stream:
        start = stream.read(2)
    if start == b"PK" or start[:1] == b"\x80":
        return (
            f"{path} is a pickle, which can run code when loaded; only safetensors files written "
            "by tryonbench train are read"
        )
    return f"the checkpoint {path} is corrupted ({error}); use another"


def files_read(path: Path) -> Iterator[Path]:
    """The weights files that a method reads to generate: its own, and those of stages before.

    Raises:
        InputError: one is not there or unreadable.
    """
    if is_export(path):
        from tryonbench.export.loading import export_files

        yield from export_files(path)
        return
    yield path
    header = read_header(path)
    method = method_class(header.method)
    for other in method.checkpoints_read(run_config(method, header.config).model):
        yield from files_read(other)


def sizes_in(path: Path) -> dict[str, int]:
    """Numbers of each network in a weights file, by the network's name."""
    if is_export(path):
        from tryonbench.export.schema import read_manifest

        return read_manifest(path).parameters
    sizes: dict[str, int] = {}
    with safe_open(path, framework="pt") as file:
        for key in list(file.keys()):
            network = key.partition(".")[0]
            sizes[network] = sizes.get(network, 0) + math.prod(file.get_slice(key).get_shape())
    return sizes


def load_method(
    path: Path, expected: str | None = None, assignments: Sequence[str] = ()
) -> TryOnMethod:
    """The method of a weights file, built and loaded, in evaluation mode on the CPU.

    Args:
        assignments: settings in place of those it was trained with, such as `model.steps=8`.

    Raises:
        InputError: unreadable file, another method than expected, or other networks.
    """
    header = read_header(path)
    if expected not in (None, header.method):
        raise InputError(f'{path} is a checkpoint of "{header.method}", not of "{expected}"')
    refuse_settings(path, assignments)
    if is_export(path):
        from tryonbench.export.loading import load_export

        return load_export(path)
    values = layered(header.config, None, assignments)
    config = run_config(method_class(header.method), values)
    method = method_class(header.method)(config.model, config.size)
    load_weights(method, path)
    method.networks.eval()
    return method


def refuse_settings(path: Path, assignments: Sequence[str]) -> None:
    """
    Raises:
        InputError: settings are given to an export, which has them in its files.
    """
    if is_export(path) and assignments:
        raise InputError(
            f"{path.parent} has its settings in its files; leave {' '.join(assignments)} out, or "
            "export with it: tryonbench export RUN --set …"
        )


def load_weights(method: TryOnMethod, path: Path) -> None:
    """Fill the networks that generate.

    Raises:
        InputError: the tensors do not fit, or the file is cut short.
    """
    try:
        state = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(_unreadable(path, error)) from error
    for name, network in method.inference_networks.items():
        prefix = f"{name}."
        own = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        try:
            network.load_state_dict(own)
        except RuntimeError as error:
            reason = shorten(str(error), 200, placeholder=" …")
            raise InputError(f"{path} does not fit {method.info.name}: {reason}") from error


def load_training(path: Path) -> dict[str, Any]:
    """The state of a training run.

    Raises:
        InputError: corrupted, or more than tensors and plain values.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = shorten(str(error), 120, placeholder=" …") or type(error).__name__
        raise InputError(
            f"the training state {path} is corrupted ({reason}); delete its folder to go back "
            "to the checkpoint before it, or begin again with --fresh"
        ) from error
    return state

"""An exported folder as a method that generates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from tryonbench.errors import InputError
from tryonbench.export.engines import PROVIDER, Engine, engine_of
from tryonbench.export.packages import require
from tryonbench.export.schema import ExportManifest, PartFile, read_manifest
from tryonbench.files import known_sha256
from tryonbench.method import TryOnMethod
from tryonbench.registry import method_class, run_config


def load_export(path: Path) -> TryOnMethod:
    """The method of an export's manifest. It has no networks; its parts are those of the files.

    Raises:
        InputError: a file is missing or is not the one that was exported, or a package is missing.
    """
    manifest = read_manifest(path)
    require(manifest.format, only_run=True)
    engines = {part.name: _engine(path, manifest, part) for part in manifest.parts}
    chosen = method_class(manifest.method)
    with torch.device("meta"):
        method = chosen(run_config(chosen, manifest.config).model, manifest.size)
    method.networks, method.phases, method.engines = nn.ModuleDict(), (), engines
    return method


def _engine(path: Path, manifest: ExportManifest, part: PartFile) -> Engine:
    file = path.with_name(part.file)
    if not file.is_file():
        raise InputError(f"{file} is missing; export again, or copy the whole folder")
    if known_sha256(file) != part.sha256:
        raise InputError(f"{file} is not the file that was exported (SHA-256); export again")
    return engine_of(file, manifest.format)


def export_files(path: Path) -> Iterator[Path]:
    """The manifest and the parts' files."""
    yield path
    for part in read_manifest(path).parts:
        yield path.with_name(part.file)


def described(path: Path) -> str:
    """What an export is and how it is run, for the tables' notes."""
    manifest = read_manifest(path)
    how = f"torch {torch.__version__}"
    if manifest.format == "onnx":
        how = f"ONNX Runtime, {PROVIDER}"
    int8 = f", int8 {manifest.quantisation.mode}" if manifest.quantisation else ""
    return f"{manifest.format}{int8}, run by {how}, {torch.get_num_threads()} threads"

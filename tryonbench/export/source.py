"""What `tryonbench export` is asked to export, and where it goes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tryonbench.checkpoint import (
    BEST,
    EXPORT,
    MODEL,
    is_export,
    load_method,
    read_header,
    weights_file,
)
from tryonbench.config import layered
from tryonbench.environment import environment
from tryonbench.errors import InputError
from tryonbench.export.build import Source
from tryonbench.export.schema import ExportManifest, Weights
from tryonbench.files import file_sha256, make_folder, refuse_unwritable
from tryonbench.registry import method_class, preset_values, run_config
from tryonbench.runs import OVERFIT, Run, find_run
from tryonbench.storage import storing

SEED = 0
"""Of fresh weights."""


def fresh_source(name: str, preset: str, assignments: Sequence[str]) -> Source:
    """A preset with the weights that a training would begin with.

    Raises:
        InputError: unknown method, preset or setting.
    """
    chosen = method_class(name)
    if not chosen.info.trainable:
        raise InputError(f"{name} has no networks: there is nothing to export")
    config = run_config(chosen, layered(preset_values(chosen, preset), None, assignments))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        method = chosen(config.model, config.size)
    method.networks.eval()
    return Source(method, config, Weights(source=f"fresh, seed {SEED}", images=0))


def trained_source(file: Path, assignments: Sequence[str]) -> Source:
    """A weights file, with settings in place of those of its training.

    Raises:
        InputError: unreadable, or an export itself.
    """
    if is_export(file):
        raise InputError(f"{file.parent} is an export already; name the run that it comes from")
    header = read_header(file)
    method = load_method(file, None, assignments)
    values = layered(header.config, None, assignments)
    config = run_config(method_class(header.method), values)
    weights = Weights(source=str(file.resolve()), sha256=file_sha256(file), images=header.images)
    return Source(method, config, weights)


def named_weights(name: str, runs: Path) -> tuple[Path, str, dict[str, Any]]:
    """A run's or checkpoint's weights file, the name of its export, and the run's manifest.

    Raises:
        InputError: there is none.
    """
    path = Path(name)
    if path.is_file() or (path / MODEL).is_file() or (path / EXPORT).is_file():
        file = weights_file(path)
        header = read_header(file)
        stem = f"{header.method}-{header.config['preset']}-{header.images}"
        return file, stem, {}
    run = find_run(Path(name.removesuffix(f"@{BEST}")), runs)
    manifest = run.manifest()
    if manifest["kind"] == OVERFIT:
        raise InputError(f"{run.folder} learnt a few samples by heart (--overfit): no result")
    best = name.endswith(f"@{BEST}")
    file = weights_file(run.checkpoints / BEST if best else run.folder)
    return file, f"{run.name}@{BEST}" if best else run.name, manifest


def refuse_folder(folder: Path) -> None:
    """
    Raises:
        InputError: it holds something else than an export, or cannot be written.
    """
    refuse_unwritable(folder.parent)
    free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not free and not (folder / EXPORT).is_file():
        raise InputError(f"{folder} is there and is no export; choose another one with --out")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside it that takes its place, and that of an older export, if all goes well.

    Raises:
        StorageError: the disk is full or read-only.
    """
    parent = make_folder(folder.parent)
    with _scratch(parent, folder.name) as scratch, storing(parent):
        made = Path(scratch) / "new"
        made.mkdir()
        yield made
        if folder.exists():
            folder.replace(Path(scratch) / "old")
        made.replace(folder)


def _scratch(parent: Path, name: str) -> tempfile.TemporaryDirectory[str]:
    """
    Raises:
        InputError: it cannot be made there.
    """
    try:
        return tempfile.TemporaryDirectory(
            dir=parent, prefix=f".{name}.", ignore_cleanup_errors=True
        )
    except OSError as error:
        text = f"cannot write to {parent}: {error.strerror}; choose another folder with --out"
        raise InputError(text) from error


def write_run(folder: Path, manifest: ExportManifest, of: dict[str, Any]) -> None:
    """Make the folder a run, which can be evaluated.

    Args:
        of: the manifest of the run that the weights come from.
    """
    kept: dict[str, Any] = {key: of[key] for key in ("data", "config", "seed") if key in of}
    family = method_class(manifest.method).info.family
    what = {"kind": manifest.kind, "method": manifest.method, "family": family}
    Run(folder).write_manifest({**what, **kept, "environment": environment()})

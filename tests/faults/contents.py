"""What folders of runs hold, read file by file: a half-written one cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image
from safetensors.torch import load_file

TIMES = {"created", "imported_on", "command", "seconds", "images_per_s", "data_wait"}
"""What says when, how fast and by which command."""


def contents(runs: Path) -> dict[str, Any]:
    """The content of each file by its path, without times. Files that are being written (hidden)
    and what commands printed are left out."""
    files = (path for path in sorted(runs.rglob("*")) if path.is_file())
    seen = {path: path.relative_to(runs) for path in files}
    return {
        str(name): READERS[path.suffix](path)
        for path, name in seen.items()
        if path.suffix in READERS and not any(part.startswith(".") for part in name.parts)
    }


def plain(value: Any) -> Any:
    """Tensors and arrays as bytes, which can be compared; without times."""
    if isinstance(value, torch.Tensor):
        return value.contiguous().numpy().tobytes()
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in TIMES}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _json(path: Path) -> Any:
    return plain(json.loads(path.read_text()))


def _lines(path: Path) -> Any:
    return [plain(json.loads(line)) for line in path.read_text().splitlines()]


def _picture(path: Path) -> bytes:
    with Image.open(path) as image:
        image.load()
    return path.read_bytes()


def _weights(path: Path) -> bytes:
    load_file(path)
    return path.read_bytes()


def _training(path: Path) -> Any:
    return plain(torch.load(path, weights_only=True))


def _arrays(path: Path) -> Any:
    with np.load(path) as archive:
        return plain(dict(archive))


def _table(path: Path) -> Any:
    return pd.read_parquet(path).to_dict("list")


READERS: dict[str, Callable[[Path], Any]] = {
    ".json": _json,
    ".jsonl": _lines,
    ".png": _picture,
    ".safetensors": _weights,
    ".pt": _training,
    ".npz": _arrays,
    ".parquet": _table,
    ".tar": Path.read_bytes,
}

"""Features of photographs, kept between evaluations by what decides them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from tryonbench.data.default import cache_folder
from tryonbench.environment import code_digest, package_versions
from tryonbench.files import digest, known_sha256, make_folder, replacing
from tryonbench.metrics.base import Features
from tryonbench.metrics.plan import Extraction
from tryonbench.weights import find

CODE = ("tryonbench.images", "tryonbench.metrics")
PACKAGES = ("torch", "pillow", "opencv-python-headless")


def feature_file(extraction: Extraction, photographs: Sequence[Path], device: torch.device) -> Path:
    """Where the features of these photographs, in this order, are or would be kept."""
    name = digest(
        known_sha256(find(extraction.weights)),
        str(extraction.resize),
        repr(extraction.view),
        device.type,
        *(code_digest(module) for module in CODE),
        *(str(package_versions()[package]) for package in PACKAGES),
        *map(known_sha256, photographs),
    )
    return cache_folder() / "features" / f"{name[:24]}.npy"


def read_features(path: Path, count: int) -> Features | None:
    """Features (N, D) that were kept; None if there are none, or the file is broken."""
    try:
        found: Features = np.load(path)
    except (OSError, ValueError):
        return None
    return found if found.ndim == 2 and len(found) == count else None


def keep_features(path: Path, features: Features) -> None:
    """Write features, atomically."""
    make_folder(path.parent)
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, features)

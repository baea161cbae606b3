"""Pretrained weights that metrics need: official address, hash, licence, where they lie.

Nothing is downloaded unless `fetch.download` is called (`tryonbench weights get`). A file is used
only if its SHA-256 is the registered one.
"""

from __future__ import annotations

from tryonbench.weights.lookup import (
    ENV,
    MissingWeights,
    find,
    folders,
    hub_folder,
    load_frozen_torchscript,
    load_state_dict,
    mend,
    missing_weights,
    shipped_folder,
)
from tryonbench.weights.registry import REGISTRY, Source, Weights

__all__ = [
    "ENV",
    "REGISTRY",
    "MissingWeights",
    "Source",
    "Weights",
    "find",
    "folders",
    "hub_folder",
    "load_frozen_torchscript",
    "load_state_dict",
    "mend",
    "missing_weights",
    "shipped_folder",
]

"""tryonbench: train, evaluate and compare virtual try-on methods under one protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tryonbench.api import TryOn

__version__ = "0.1.0"


def load(path: str | Path) -> TryOn:
    """A trained method from a run folder, a checkpoint folder or a weights file.

    Raises:
        InputError: there are no weights, or they cannot be read.
    """
    from tryonbench.api import load as load_method  # torch takes seconds to import

    return load_method(path)

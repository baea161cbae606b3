"""The procedural twin of VITON-HD: people and garments from seeds, with exact ground truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SYNTH_VERSION = 3
"""Rises whenever the same specification gives other bytes."""


@dataclass(frozen=True)
class SynthSpec:
    """What a synthetic data set holds; the same specification always gives the same bytes."""

    size: tuple[int, int] = (64, 48)
    """Height and width in pixels."""
    train: int = 2000
    """Number of training samples."""
    test: int = 200
    """Number of test samples."""
    seed: int = 0
    """The seed that every person and garment is drawn from."""


def write_dataset(
    root: Path,
    spec: SynthSpec,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the data set of `spec` to `root` in the layout of VITON-HD.

    An interrupted call leaves `<root>.partial`, and the next call goes on from there.
    `workers` defaults to the number of CPU cores; `progress` is called with (done, total) samples.
    Raises `InputError` where `root` holds something else.
    """
    from tryonbench.synth.write import write

    write(Path(root), spec, workers=workers, progress=progress)


__all__ = ["SYNTH_VERSION", "SynthSpec", "write_dataset"]
